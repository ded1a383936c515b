/// @file
/// Replaces groups of operators of a network by single ones. The machinery of `fuse`; it knows no operator.
#pragma once

#include <opara/onnx/builder.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace opara::zoo {

using onnx::value_id;

/// A network under replacement. Operators are found by what they read and who reads them; `replace` and `drop` note
/// what shall go, and `finish` writes the new network.
class rewrite {
public:
    /// @param net  stays as it is, and must outlive this
    explicit rewrite(const onnx::network& net);

    [[nodiscard]] const onnx::network& net() const noexcept { return net_; } ///< the network as it was
    /// What a value is called, also one of `constant` and `result`.
    [[nodiscard]] const std::string& name(value_id v) const { return value_of(v).name; }
    /// The operator that yields a value, unless it is already part of a group.
    [[nodiscard]] std::optional<op_id> producer(value_id v) const;
    /// The operator that reads a value, if it is the only one, reads it once, is part of no group yet, and the value
    /// does not leave the network.
    [[nodiscard]] std::optional<op_id> sole_reader(value_id v) const;
    /// Whether a value leaves the network.
    [[nodiscard]] bool leaves(value_id v) const { return leaves_[v.index()]; }
    /// Whether somebody asks for the first output of an operator and for no other.
    [[nodiscard]] bool yields_one(op_id op) const;
    /// Whether an operator has that domain and type and `yields_one`.
    [[nodiscard]] bool is(op_id op, std::string_view type, std::string_view domain = "") const;
    /// Operators on the longest way from an input to a value, those of groups counted apart; 0 for inputs and weights.
    [[nodiscard]] std::size_t depth(value_id v) const;
    /// The elements of a weight of f32, if it is one and its elements can be made.
    [[nodiscard]] std::optional<std::vector<double>> elements(value_id v) const;
    /// The only element of a weight of f32 or of known integers.
    [[nodiscard]] std::optional<double> scalar(value_id v) const;

    /// A further weight for the new network; the name gets a mark if it is taken.
    value_id constant(std::string name, onnx::element type, onnx::shape dims, onnx::weight data);
    /// A value that the new network has and the old one does not; the name gets a mark if it is taken. One of the
    /// operators that stand for a group is to yield it.
    value_id result(std::string name);
    /// Notes that operators, which follow each other, stand for a group. They come where `at`, a member, was. Their
    /// outputs are the group's, and values of `result`; everything else that they read must exist before `at`.
    void replace(const std::vector<op_id>& group, op_id at, std::vector<onnx::node> by);
    /// Notes that one operator stands for a group whose last operator is `tail`. Only the output of `tail` may be read
    /// outside the group, and everything that the new operator reads must exist before `tail` in program order.
    void replace(const std::vector<op_id>& group, op_id tail, onnx::node by);
    /// Notes that a value shall have another name, because it will hold other numbers. The name gets a mark if taken.
    void rename(value_id v, std::string name);
    /// Notes that readers of the operator's output shall read its first input.
    void drop(op_id op);

    [[nodiscard]] onnx::network finish() &&; ///< the new network

private:
    struct task {
        enum class kind : std::uint8_t { keep, drop, absorbed, replaced } what = kind::keep;
        std::size_t by = 0; // replaced: index into replacements_
    };
    [[nodiscard]] const onnx::value& value_of(value_id v) const;
    std::string unique(std::string name);
    value_id renamed(onnx::builder& out, value_id old);
    void emit(onnx::builder& out, onnx::node n);

    const onnx::network& net_;
    std::vector<std::uint32_t> reads_;                         // of each value
    std::vector<op_id> reader_;                                // of each value the last one
    std::vector<bool> leaves_;                                 // of each value
    std::vector<std::size_t> depth_;                           // of each operator
    std::vector<task> tasks_;                                  // of each operator
    std::vector<std::vector<onnx::node>> replacements_;        // outputs are values, as inputs are
    std::vector<onnx::value> made_;                            // further values; numbered behind the network's
    std::vector<value_id> new_;                                // of each value, once it is written
    std::unordered_set<std::string> names_;                    // of all values and operators
    std::unordered_map<std::uint32_t, std::string> new_names_; // of values that get one
};

} // namespace opara::zoo
