/// @file
/// What holds of every network, whatever it was read from.
#pragma once

#include <opara/onnx/builder.hpp>
#include <opara/onnx/work.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <unordered_set>
#include <utility>
#include <variant>

namespace opara::test {

/// The first invariant that a network breaks, in words; empty where it breaks none.
inline std::string broken_invariant(const onnx::network& net) {
    std::unordered_set<std::string> names;
    for (const onnx::value& v : net.values) {
        if (v.name.empty() || !names.insert(v.name).second) {
            return "value name '" + v.name + "' is empty or there twice";
        }
        onnx::check_extents(v.dims, v.name); // throws
        if (v.known && static_cast<std::int64_t>(v.known->size()) != onnx::elements(v.dims)) {
            return "value '" + v.name + "' of shape " + onnx::describe(v.dims) + " has " +
                   std::to_string(v.known->size()) + " known elements";
        }
        if (v.known && !onnx::is_integral(v.type)) {
            return "value '" + v.name + "' is known and not integral";
        }
        if (v.producer && v.data) {
            return "value '" + v.name + "' is a weight that an operator yields";
        }
        const auto* full = v.data ? std::get_if<onnx::tensor>(&*v.data) : nullptr;
        if (full != nullptr && (full->type != v.type || full->dims != v.dims ||
                                static_cast<std::int64_t>(full->bytes.size()) != v.bytes())) {
            return "weight '" + v.name + "' has other elements than its shape";
        }
        if (full != nullptr && v.known && onnx::integers_of(*full) != *v.known) {
            return "weight '" + v.name + "' has other elements than are known";
        }
    }
    std::unordered_set<std::string> nodes;
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        const op_id op = op_id::from_index(i);
        const onnx::node& n = net[op];
        if (n.name.empty() || !nodes.insert(n.name).second || onnx::find_rule(n.domain, n.type) == nullptr) {
            return "node '" + n.name + "' has no name, another's, or no rule";
        }
        for (const onnx::value_id v : n.outputs) {
            if (v != onnx::no_value && net[v].producer != op) {
                return "node '" + n.name + "' does not produce its output";
            }
        }
        for (const onnx::value_id v : n.inputs) {
            if (v != onnx::no_value && net[v].producer && !(*net[v].producer < op)) {
                return "node '" + n.name + "' reads what comes later";
            }
        }
        const cost::work w = onnx::work_of(net, op);
        for (const double number :
             {w.flops, w.matrix_flops, w.input_bytes, w.weight_bytes, w.output_bytes, w.output_elements}) {
            if (!std::isfinite(number) || number < 0.0) {
                return "the work of node '" + n.name + "' is no work";
            }
        }
        if (w.matrix_flops > w.flops) {
            return "node '" + n.name + "' has more matrix operations than operations";
        }
    }
    if (freeze(net).size() != net.graph.size()) { // throws on a duplicate edge or a cycle
        return "the graph does not freeze";
    }
    return {};
}

} // namespace opara::test
