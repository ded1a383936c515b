/// @file
/// Whether a plan runs a graph, found out by execution: the oracle of the validator.
#pragma once

#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/testing/recorder.hpp>

#include <cstdint>
#include <vector>

namespace opara::test {

/// Whether the commands can be enqueued and keep every edge of the graph in every run that they allow.
inline bool runs(const plan& p, const frozen_graph& g) {
    const testing::recorder recorder{p, g};
    if (!recorder.enqueue_fault().empty()) {
        return false;
    }
    for (std::uint32_t u = 0; u < g.size(); ++u) {
        std::vector<bool> ran(g.size());
        for (const op_id v : recorder.without(op_id{u})) {
            ran[v.index()] = true;
        }
        for (const op_id v : g.successors(op_id{u})) {
            if (ran[v.index()]) {
                return false;
            }
        }
    }
    return true;
}

} // namespace opara::test
