/// @file
/// Builds a network operator by operator and infers every shape on the way.
#pragma once

#include <opara/onnx/infer.hpp>
#include <opara/onnx/network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

/// The only way to make a network: the ONNX reader, the zoo and tests all use it.
///
/// @code
/// opara::onnx::builder b{"mlp"};
/// auto x = b.input("x", element::f32, {1, 784});
/// auto w = b.constant("w", element::f32, {10, 784}, uniform_fill{1, -0.1, 0.1});
/// b.output(b.one("Softmax", "probabilities", {b.one("Linear", "fc", {x, w}, {}, "opara")}));
/// network net = std::move(b).finish();
/// @endcode
class builder {
public:
    /// @param name  of the network, for people
    /// @param opset  version of ONNX's operator set that the operators follow; one that is younger than this version
    ///        follows the version that brought it
    /// @throws parse_error  the version is not between `oldest_opset` and `newest_opset`
    explicit builder(std::string name, std::int64_t opset = 13) : opset_{opset} {
        if (opset < oldest_opset || opset > newest_opset) {
            throw parse_error{"operator set " + std::to_string(opset) + " is not supported (" +
                                  std::to_string(oldest_opset) + " to " + std::to_string(newest_opset) + " are)",
                              name};
        }
        net_.name = std::move(name);
    }

    /// Adds something that the caller feeds. @throws parse_error  the name is taken or empty, or the shape absurd
    value_id input(std::string name, element type, shape dims) {
        const value_id v = add_value({.name = std::move(name), .type = type, .dims = std::move(dims)});
        net_.inputs.push_back(v);
        return v;
    }
    /// Adds a weight. @throws parse_error  the name is taken or empty, the shape absurd, or the data does not fit it
    value_id constant(std::string name, element type, shape dims, weight data) {
        return add_value({.name = std::move(name), .type = type, .dims = std::move(dims), .data = std::move(data)});
    }
    /// Adds a list of integers as a weight: a shape, axes, indices. @throws parse_error  the name is taken or empty
    value_id integers(std::string name, const std::vector<std::int64_t>& list) {
        const shape dims{static_cast<std::int64_t>(list.size())};
        return constant(std::move(name), element::i64, dims, tensor::of<std::int64_t>(element::i64, dims, list));
    }

    /// Adds an operator, infers its outputs' types and shapes (and small integer contents), folds it away if it only
    /// computes weights. Its outputs are called `name`, `name:1`, `name:2`, ...
    /// @param name  unique; empty: the type and a number
    /// @param inputs  `no_value` where an optional one is left out
    /// @param outputs  how many are asked for
    /// @throws parse_error  naming the node and the reason; the network stays as it was
    std::vector<value_id> add(std::string type, std::string name, std::vector<value_id> inputs,
                              std::vector<attribute> attributes = {}, std::size_t outputs = 1,
                              std::string domain = "") {
        if (name.empty()) {
            name = unique(type);
        }
        std::vector<std::string> names{name};
        for (std::size_t i = 1; i < outputs; ++i) {
            names.push_back(name + ":" + std::to_string(i));
        }
        names.resize(outputs);
        return add(node{.name = std::move(name),
                        .type = std::move(type),
                        .domain = std::move(domain),
                        .inputs = std::move(inputs),
                        .outputs = {},
                        .attributes = std::move(attributes)},
                   std::move(names));
    }
    /// As the other `add`, for an operator of one output.
    value_id one(std::string type, std::string name, std::vector<value_id> inputs,
                 std::vector<attribute> attributes = {}, std::string domain = "") {
        return add(std::move(type), std::move(name), std::move(inputs), std::move(attributes), 1, std::move(domain))[0];
    }
    /// As the other `add`, with names for the outputs.
    /// @param n  the operator; its name must be unique, its outputs are ignored, an opset of 0 is the builder's
    /// @param outputs  names, each unique; an empty one is an output that nobody asks for
    std::vector<value_id> add(node n, std::vector<std::string> outputs);

    /// Says that the caller reads a value. @throws parse_error  there is no such value, or it was said before
    void output(value_id v) {
        require_value(v, net_.name);
        if (!read_.insert(v.value).second) {
            throw parse_error{"value '" + net_[v].name + "' is an output already", net_.name};
        }
        net_.outputs.push_back(v);
    }

    /// A value added before. @pre there is such a value
    [[nodiscard]] const value& operator[](value_id v) const noexcept { return net_[v]; }
    /// The version of ONNX's operator set that the operators follow.
    [[nodiscard]] std::int64_t opset() const noexcept { return opset_; }
    /// The value of that name.
    [[nodiscard]] std::optional<value_id> find(std::string_view name) const {
        const auto found = value_names_.find(std::string{name});
        return found == value_names_.end() ? std::nullopt : std::optional{found->second};
    }
    /// The network, which leaves the builder.
    [[nodiscard]] network finish() && { return std::move(net_); }

private:
    value_id add_value(value v);
    static void check_data(const value& v, const std::string& where);
    void check_name(const std::string& name) const;
    void require_value(value_id v, const std::string& where) const;
    [[nodiscard]] std::string unique(const std::string& type) const;
    [[nodiscard]] bool fold(const node& n, inference& at);
    static std::optional<std::vector<std::int64_t>> contents_of(const value& v);

    network net_;
    std::int64_t opset_;
    std::unordered_map<std::string, value_id> value_names_;
    std::unordered_set<std::string> node_names_;
    std::unordered_set<std::uint32_t> read_; // numbers of the network's outputs
    std::size_t copied_bytes_ = 0;           // by folding
};

inline std::vector<value_id> builder::add(node n, std::vector<std::string> outputs) {
    const operator_rule* rule = find_rule(n.domain, n.type);
    if (n.opset == 0) {
        n.opset = n.domain.empty() ? std::max(opset_, rule == nullptr ? 0 : rule->since) : 1;
    }
    if (n.name.empty() || node_names_.contains(n.name)) {
        throw parse_error{n.name.empty() ? "a node has no name" : "the name is taken by another node", describe(n)};
    }
    for (const value_id v : n.inputs) {
        if (v != no_value) {
            require_value(v, describe(n));
        }
    }
    std::unordered_set<std::string_view> fresh;
    for (const std::string& name : outputs) {
        if (name.empty()) {
            continue;
        }
        check_name(name);
        if (!fresh.insert(name).second) {
            throw parse_error{"two outputs are called '" + name + "'", describe(n)};
        }
    }
    inference at = infer(n, net_.values, outputs.size());
    const bool folded = fold(n, at);

    std::vector<op_id> arguments;
    for (const value_id v : n.inputs) {
        if (v != no_value && net_[v].producer) {
            arguments.push_back(*net_[v].producer);
        }
    }
    n.outputs.assign(outputs.size(), no_value);
    const op_id op = op_id::from_index(net_.graph.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].empty()) {
            continue;
        }
        inferred& found = at.out(i);
        n.outputs[i] = value_id::from_index(net_.values.size());
        value_names_.emplace(outputs[i], n.outputs[i]);
        net_.values.push_back({.name = std::move(outputs[i]),
                               .type = found.type,
                               .dims = std::move(found.dims),
                               .producer = folded ? std::nullopt : std::optional{op},
                               .data = folded ? std::move(found.folded) : std::nullopt,
                               .known = std::move(found.known)});
        if (folded) {
            net_.values.back().known = contents_of(net_.values.back());
        }
    }
    node_names_.insert(n.name);
    std::vector<value_id> made = n.outputs;
    if (!folded) {
        net_.graph.add(std::move(n), arguments);
    }
    return made;
}

// Whether the operator only computes weights and they are at hand: then every output has them in `folded`.
inline bool builder::fold(const node& n, inference& at) {
    constexpr std::size_t most_copied = std::size_t{1} << 30; // beyond it, views of weights stay operators
    for (const value_id v : n.inputs) {
        if (v != no_value && !net_[v].is_weight()) {
            return false;
        }
    }
    std::size_t copied = 0;
    for (std::size_t i = 0; i < at.outputs(); ++i) {
        inferred& out = at.out(i);
        if (!out.folded && out.known) {
            out.folded = integral_tensor(out.type, out.dims, *out.known);
        }
        if (!out.folded) {
            return false;
        }
        if (auto* full = std::get_if<tensor>(&*out.folded)) {
            full->dims = out.dims; // a view of a weight has another shape
            copied += full->bytes.size();
        }
    }
    if (copied > most_copied - copied_bytes_) {
        return false;
    }
    copied_bytes_ += copied;
    return true;
}

inline value_id builder::add_value(value v) {
    check_name(v.name);
    const std::string where = "value '" + v.name + "'";
    check_extents(v.dims, where);
    if (v.data) {
        check_data(v, where);
        v.known = contents_of(v);
    }
    const value_id id = value_id::from_index(net_.values.size());
    value_names_.emplace(v.name, id);
    net_.values.push_back(std::move(v));
    return id;
}

inline void builder::check_data(const value& v, const std::string& where) {
    if (const auto* stack = std::get_if<stacked_fill>(&*v.data)) {
        std::int64_t first = 0;
        for (const stacked_fill::part& p : stack->parts) {
            check_extents(p.dims, where);
            shape stacked = p.dims;
            if (!stacked.empty() && !v.dims.empty()) {
                first += std::exchange(stacked[0], v.dims[0]);
            }
            if (stacked.empty() || stacked != v.dims) {
                throw parse_error{"the shapes of its parts do not fit its own", where};
            }
            check_data(part_of(v, p), where);
        }
        if (stack->parts.empty() || first != v.dims[0]) {
            throw parse_error{"its parts do not add up to its shape", where};
        }
        return;
    }
    const auto* full = std::get_if<tensor>(&*v.data);
    if (full != nullptr &&
        (full->type != v.type || full->dims != v.dims || full->bytes.size() != static_cast<std::size_t>(v.bytes()))) {
        throw parse_error{"its elements do not have its type and shape", where};
    }
    const auto* random = std::get_if<uniform_fill>(&*v.data);
    if (const auto* scaled = std::get_if<scaled_fill>(&*v.data)) {
        const auto blocks = static_cast<std::int64_t>(scaled->factors.size());
        const auto finite = [](double f) { return std::isfinite(f); };
        if (blocks == 0 || elements(v.dims) % blocks != 0 ||
            !std::all_of(scaled->factors.begin(), scaled->factors.end(), finite)) {
            throw parse_error{"its factors are not finite or do not divide its elements into blocks", where};
        }
        random = &scaled->fill;
    }
    if (random != nullptr &&
        !(std::isfinite(random->low) && std::isfinite(random->high) && random->low < random->high)) {
        throw parse_error{"its random elements have no range", where};
    }
}

inline void builder::check_name(const std::string& name) const {
    if (name.empty() || value_names_.contains(name)) {
        throw parse_error{name.empty() ? "a value has no name" : "the name is taken by another value",
                          "value '" + name + "'"};
    }
}

inline void builder::require_value(value_id v, const std::string& where) const {
    if (v.index() >= net_.values.size()) {
        throw parse_error{"there is no value " + std::to_string(v.value), where};
    }
}

inline std::string builder::unique(const std::string& type) const {
    std::string name = type + "_" + std::to_string(node_names_.size());
    while (node_names_.contains(name) || value_names_.contains(name)) {
        name += "'";
    }
    return name;
}

inline std::optional<std::vector<std::int64_t>> builder::contents_of(const value& v) {
    if (!is_integral(v.type) || elements(v.dims) > known_limit) {
        return std::nullopt;
    }
    if (const auto* fill = std::get_if<constant_fill>(&*v.data)) {
        return std::vector<std::int64_t>(static_cast<std::size_t>(elements(v.dims)),
                                         static_cast<std::int64_t>(fill->number));
    }
    const auto* full = std::get_if<tensor>(&*v.data);
    return full == nullptr ? std::nullopt : std::optional{integers_of(*full)};
}

} // namespace opara::inline OPARA_ABI::onnx
