/// @file
/// What can be wrong with the data of an abstraction.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/number_text.hpp>

#include <cstddef>
#include <string>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {
using opara::detail::number_text; // 1e-09, where to_string would say 0.000000
using opara::detail::tuple_text;
} // namespace detail

/// Bounds that bound nothing: NaN, inverted, an empty domain, cells without width, a number of cells that does not fit.
class domain_error : public error {
public:
    /// @param what  the reason, in words
    /// @param dimension  the dimension at fault, or 0 where there is only one
    explicit domain_error(const std::string& what, std::size_t dimension = 0) : error{what}, dimension_{dimension} {}

    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; } ///< the dimension at fault

private:
    std::size_t dimension_;
};

/// A controller that is none: layers that do not fit together, weights or outputs that are no numbers.
class controller_error : public error {
public:
    using error::error;
};

/// A formula over a proposition that the system does not have, or a name that a file format cannot hold.
class label_error : public error {
public:
    /// @param label  the name that is unknown
    explicit label_error(const std::string& label) : error{"there is no label \"" + label + "\""}, label_{label} {}
    /// @param label  the name at fault
    /// @param why  what is wrong with it, as the end of a sentence that begins with the label
    label_error(const std::string& label, const std::string& why)
        : error{"the label \"" + label + "\" " + why}, label_{label} {}

    [[nodiscard]] const std::string& label() const noexcept { return label_; } ///< the name at fault

private:
    std::string label_;
};

/// A transition system on which no temporal formula has a meaning: a state without a successor, or none to start from.
class system_error : public error {
public:
    /// @param what  the reason, in words
    /// @param state  the number of the state at fault
    system_error(const std::string& what, std::size_t state) : error{what}, state_{state} {}

    [[nodiscard]] std::size_t state() const noexcept { return state_; } ///< the number of the state at fault

private:
    std::size_t state_;
};

} // namespace opara::inline OPARA_ABI::abstraction
