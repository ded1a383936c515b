/// @file
/// Order policies told again in the plainest way, to compare with.
#pragma once

#include <opara/graph/frozen.hpp>

#include <cstddef>
#include <vector>

namespace opara::test {

/// Again and again the ready operator that `better(a, b)` prefers to all others; of equals the one that has been ready
/// for longest. O(V^2 E).
template <class Better>
std::vector<op_id> naive_order(const frozen_graph& g, Better better) {
    std::vector<op_id> ready, done;
    const auto is_done = [&](op_id v) {
        for (const op_id d : done) {
            if (d == v) {
                return true;
            }
        }
        return false;
    };
    const auto ready_now = [&](op_id v) {
        for (const op_id p : g.predecessors(v)) {
            if (!is_done(p)) {
                return false;
            }
        }
        return true;
    };
    for (const op_id v : g.topological_order()) {
        if (g.predecessors(v).empty()) {
            ready.push_back(v);
        }
    }
    while (!ready.empty()) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < ready.size(); ++i) {
            if (better(ready[i], ready[best], done.size())) {
                best = i;
            }
        }
        const op_id v = ready[best];
        ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(best));
        done.push_back(v);
        for (const op_id s : g.successors(v)) {
            if (ready_now(s)) {
                ready.push_back(s);
            }
        }
    }
    return done;
}

} // namespace opara::test
