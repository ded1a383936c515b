/// @file
/// What a rule of inference sees of an operator, and where it leaves what it finds.
#pragma once

#include <opara/onnx/element.hpp>
#include <opara/onnx/network.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

/// The most elements of a tensor whose contents inference follows (`value::known`).
inline constexpr std::int64_t known_limit = 1024;
/// The most elements of any tensor. Far above any real one; products of extents below it cannot overflow.
inline constexpr std::int64_t element_limit = std::int64_t{1} << 46;

/// How errors call a node.
[[nodiscard]] inline std::string describe(const node& n) {
    return "node '" + n.name + "' (" + (n.domain.empty() ? "" : n.domain + ".") + n.type + ")";
}

/// Refuses what is no shape of a real tensor.
/// @throws parse_error  an extent is negative, there are more than 64 of them, or more than `element_limit` elements
inline void check_extents(const shape& dims, const std::string& where) {
    constexpr std::size_t most_axes = 64;
    if (dims.size() > most_axes) {
        throw parse_error{"a tensor has " + std::to_string(dims.size()) + " axes", where};
    }
    std::int64_t product = 1;
    for (const std::int64_t extent : dims) {
        if (extent < 0) {
            throw parse_error{"shape " + describe(dims) + " has a negative extent", where};
        }
        // Zero must not hide an absurd extent beside it: a product over some of the axes is asked for elsewhere.
        const std::int64_t factor = extent == 0 ? 1 : extent;
        if (product > element_limit / factor) {
            throw parse_error{"shape " + describe(dims) + " is larger than any real tensor", where};
        }
        product *= factor;
    }
}

/// What a rule found out about one output.
struct inferred {
    element type = element::f32;                    ///< type of its elements
    shape dims;                                     ///< extents
    std::optional<std::vector<std::int64_t>> known; ///< contents, where they follow from known contents
    std::optional<weight> folded;                   ///< contents, where they are those of a weight in another shape
};

/// One operator under inference: its attributes and inputs as a rule reads them, its outputs as a rule finds them.
/// Everything that does not fit ends in `fail`, which names the node.
class inference {
public:
    /// @param self  the operator, inputs and attributes set
    /// @param values  the values that its inputs number
    /// @param outputs  how many outputs are asked for
    inference(const node& self, std::span<const value> values, std::size_t outputs)
        : self_{self}, values_{values}, outputs_(outputs) {}

    [[nodiscard]] const node& self() const noexcept { return self_; }                 ///< the operator
    [[nodiscard]] std::size_t inputs() const noexcept { return self_.inputs.size(); } ///< inputs, left-out ones counted
    [[nodiscard]] std::size_t outputs() const noexcept { return outputs_.size(); }    ///< outputs asked for
    [[nodiscard]] std::int64_t opset() const noexcept { return self_.opset; }         ///< version of the operator set

    /// Gives up. @throws parse_error  always
    [[noreturn]] void fail(const std::string& reason) const { throw parse_error{reason, describe(self_)}; }
    /// Gives up unless the condition holds. @throws parse_error
    void require(bool condition, const char* reason) const {
        if (!condition) {
            fail(reason);
        }
    }

    /// Whether that input is given.
    [[nodiscard]] bool has(std::size_t i) const noexcept { return i < inputs() && self_.inputs[i] != no_value; }
    /// An input. @throws parse_error  it is not given
    [[nodiscard]] const value& in(std::size_t i) const {
        if (!has(i)) {
            fail("input " + std::to_string(i) + " is missing");
        }
        return values_[self_.inputs[i].index()];
    }
    /// Extents of an input. @throws parse_error  it is not given
    [[nodiscard]] const shape& dims(std::size_t i) const { return in(i).dims; }
    /// Number of extents of an input. @throws parse_error  it is not given
    [[nodiscard]] std::int64_t rank(std::size_t i) const { return static_cast<std::int64_t>(dims(i).size()); }
    /// Inputs from `first` on exist since that operator set. @throws parse_error  one is given and the set is older
    void inputs_since(std::size_t first, std::int64_t version) const {
        if (inputs() > first && opset() < version) {
            fail("input " + std::to_string(first) + " exists since operator set " + std::to_string(version) +
                 ", not in " + std::to_string(opset()));
        }
    }
    /// The contents of an input, or null where they are not known (or it is not given).
    [[nodiscard]] const std::vector<std::int64_t>* known(std::size_t i) const {
        return has(i) && in(i).known ? &*in(i).known : nullptr;
    }
    /// The contents of an input on which the shapes depend. @throws parse_error  they are not known
    [[nodiscard]] const std::vector<std::int64_t>& contents(std::size_t i) const {
        if (const auto* found = known(i)) {
            return *found;
        }
        fail("the shape of its output depends on the contents of input '" + in(i).name +
             "', which are not known before the network runs");
    }
    /// An attribute, or a default. @throws parse_error  it has another type
    template <class T>
    [[nodiscard]] T attribute(std::string_view name, T otherwise) const {
        return self_.attribute_or<T>(name, std::move(otherwise));
    }
    /// An attribute that must be there. @throws parse_error  it is not, or has another type
    template <class T>
    [[nodiscard]] T attribute(std::string_view name) const {
        if (self_.find(name) == nullptr) {
            fail("attribute '" + std::string{name} + "' is missing");
        }
        return self_.attribute_or<T>(name, T{});
    }
    /// An attribute that says yes or no. @throws parse_error  it is neither 1 nor 0, or has another type
    [[nodiscard]] bool flag(std::string_view name, bool otherwise = false) const {
        const auto given = attribute<std::int64_t>(name, otherwise ? 1 : 0);
        if (given != 0 && given != 1) {
            fail("attribute '" + std::string{name} + "' is " + std::to_string(given) + " instead of 0 or 1");
        }
        return given == 1;
    }
    /// An axis counted from the front. @throws parse_error  it is outside [-rank, rank)
    [[nodiscard]] std::size_t axis(std::int64_t given, std::int64_t rank) const {
        if (given < -rank || given >= rank) {
            fail("axis " + std::to_string(given) + " does not exist in a tensor of rank " + std::to_string(rank));
        }
        return static_cast<std::size_t>(given < 0 ? given + rank : given);
    }
    /// Input `i` must be of the type of input 0. @throws parse_error  it is not
    void same_type(std::size_t i) const {
        if (in(i).type != in(0).type) {
            fail("input " + std::to_string(i) + " is " + std::string{name_of(in(i).type)} + " where input 0 is " +
                 std::string{name_of(in(0).type)});
        }
    }
    /// Input `i` must hold floating-point numbers. @throws parse_error  it does not
    void floating(std::size_t i) const {
        if (is_integral(in(i).type)) {
            fail("input " + std::to_string(i) + " is " + std::string{name_of(in(i).type)} +
                 " where floating-point numbers are needed");
        }
    }
    /// Input `i` must hold indices. @throws parse_error  it is neither int64 nor int32
    void indices(std::size_t i) const {
        if (in(i).type != element::i64 && in(i).type != element::i32) {
            fail("input " + std::to_string(i) + " is " + std::string{name_of(in(i).type)} + ", which is no index");
        }
    }
    /// Input `i` must have that shape. @throws parse_error  it has not
    void shaped(std::size_t i, const shape& wanted) const {
        if (dims(i) != wanted) {
            fail("input " + std::to_string(i) + " has shape " + describe(dims(i)) + " instead of " + describe(wanted));
        }
    }

    /// Output `i`, as found so far.
    [[nodiscard]] inferred& out(std::size_t i) noexcept { return outputs_[i]; }
    /// Sets the type and shape of output `i`; nothing happens where it is not asked for.
    /// @throws parse_error  as `check_extents`
    void yield(std::size_t i, element type, shape dims) {
        check_extents(dims, describe(self_));
        if (i < outputs_.size()) {
            outputs_[i].type = type;
            outputs_[i].dims = std::move(dims);
        }
    }
    /// Says that output 0 has the elements of input 0 in another shape: known contents and weights pass.
    void pass() {
        outputs_[0].known = in(0).known;
        outputs_[0].folded = in(0).data;
    }
    /// Sets the contents of output `i`, if they are few enough to follow and of an integral type.
    void tell(std::size_t i, std::vector<std::int64_t> contents) {
        if (i < outputs_.size() && is_integral(outputs_[i].type) &&
            contents.size() <= static_cast<std::size_t>(known_limit)) {
            outputs_[i].known = std::move(contents);
        }
    }

private:
    const node& self_;
    std::span<const value> values_;
    std::vector<inferred> outputs_;
};

} // namespace opara::inline OPARA_ABI::onnx
