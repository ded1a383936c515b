/// @file
/// Which tensors of a network live in an arena, for how long.
#pragma once

#include <opara/core/id.hpp>
#include <opara/onnx/network.hpp>
#include <opara/plan/memory.hpp>

#include <cstddef>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

/// The tensors of a network that are no weights, inputs and outputs included, in the order of its values: what
/// `lay_out` lays out for a plan of it. Outputs are kept to the end. An operator that reads a tensor twice is two of
/// its users. O(values + arguments).
[[nodiscard]] inline std::vector<activation> activations_of(const network& net) {
    std::vector<activation> all;
    std::vector<std::size_t> place(net.values.size());
    for (std::size_t i = 0; i < net.values.size(); ++i) {
        if (!net.values[i].is_weight()) {
            place[i] = all.size();
            all.push_back({.bytes = static_cast<std::size_t>(net.values[i].bytes()),
                           .producer = net.values[i].producer,
                           .users = {},
                           .kept = lifetime::until_last_use});
        }
    }
    for (std::size_t v = 0; v < net.graph.size(); ++v) {
        const op_id op = op_id::from_index(v);
        for (const value_id input : net[op].inputs) {
            if (input != no_value && !net[input].is_weight()) {
                all[place[input.index()]].users.push_back(op);
            }
        }
    }
    for (const value_id output : net.outputs) {
        if (!net[output].is_weight()) {
            all[place[output.index()]].kept = lifetime::to_the_end;
        }
    }
    return all;
}

} // namespace opara::inline OPARA_ABI::onnx
