/// @file
/// What policies, bounds and the simulator may ask of a cost model. Each asks for the weakest of these that it uses.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/kernel.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>

namespace opara::inline OPARA_ABI::cost {

/// Knows how long an operator runs alone, in microseconds.
template <class C>
concept duration_model = requires(const C& c, op_id v) {
    { c.duration_us(v) } -> std::convertible_to<double>;
};

/// Knows what an operator is limited by.
template <class C>
concept bound_model = requires(const C& c, op_id v) {
    { c.bound(v) } -> std::convertible_to<opara::bound>;
};

/// Knows an operator's demand for the device, as a share of it: 1 fills it once, 0.1 leaves nine tenths to others.
template <class C>
concept demand_model = requires(const C& c, op_id v) {
    { c.demand(v) } -> std::convertible_to<double>;
};

/// Knows the launch of an operator in full.
template <class C>
concept kernel_model = requires(const C& c, op_id v) {
    { c.kernel(v) } -> std::convertible_to<cost::kernel>;
};

namespace detail {
[[noreturn]] inline void refuse(double value, op_id v, const char* what) {
    throw cost_error{std::string{what} + " of operator " + std::to_string(v.value) + " is " + std::to_string(value) +
                         "; it must be finite and not negative",
                     v};
}
inline double checked(double value, op_id v, const char* what) {
    if (!(std::isfinite(value) && value >= 0.0)) {
        refuse(value, v, what);
    }
    return value;
}
} // namespace detail

/// Makes sure that a cost model which tells how many operators it knows (`size()`) knows as many as the graph has.
/// @throws cost_error  it does not
template <class C>
void require_size(const C& c, std::size_t operators) {
    if constexpr (requires {
                      { c.size() } -> std::convertible_to<std::size_t>;
                  }) {
        if (c.size() != operators) {
            throw cost_error{"the cost model knows " + std::to_string(c.size()) + " operators, the graph has " +
                                 std::to_string(operators),
                             op_id::from_index(std::min<std::size_t>(c.size(), operators))};
        }
    }
}

/// The duration of `v` in microseconds. @throws cost_error  it is NaN, negative or infinite
template <duration_model C>
[[nodiscard]] double duration_of(const C& c, op_id v) {
    return detail::checked(static_cast<double>(c.duration_us(v)), v, "the duration");
}

/// The demand of `v` as a share of the device. @throws cost_error  it is NaN, negative or infinite
template <demand_model C>
[[nodiscard]] double demand_of(const C& c, op_id v) {
    return detail::checked(static_cast<double>(c.demand(v)), v, "the demand");
}

} // namespace opara::inline OPARA_ABI::cost
