/// @file
/// The head-tail bound for one resource.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::detail {

/// Work for one resource that takes one unit of work a unit of time.
struct head_tail_job {
    double head = 0.0; ///< no part of the work is done earlier
    double area = 0.0; ///< amount of work
    double tail = 0.0; ///< what still has to pass when all of it is done
};

/// max over h and q of h + (work with head >= h and tail >= q) + q, the least time in which a resource of unit speed
/// can do all jobs and let their tails pass; equal to the optimum with preemption (Carlier, "The one-machine sequencing
/// problem", EJOR 11, 1982). 0 for no jobs. Jobs without work give no bound here.
/// Complexity: O(n log n), with a tree over the tails in which each node knows its work and its best q + work above.
inline double head_tail_bound(std::span<const head_tail_job> jobs) {
    std::vector<head_tail_job> by_head;
    std::vector<double> tails;
    for (const head_tail_job& job : jobs) {
        if (job.area > 0.0) {
            by_head.push_back(job);
            tails.push_back(job.tail);
        }
    }
    if (by_head.empty()) {
        return 0.0;
    }
    std::sort(by_head.begin(), by_head.end(),
              [](const head_tail_job& a, const head_tail_job& b) { return a.head > b.head; });
    std::sort(tails.begin(), tails.end());
    tails.erase(std::unique(tails.begin(), tails.end()), tails.end());

    struct node {
        double work = 0.0;                                      // of all jobs below this node
        double best = -std::numeric_limits<double>::infinity(); // max over tails q here of q + work at q or above, here
    };
    std::size_t leaves = 1;
    while (leaves < tails.size()) {
        leaves *= 2;
    }
    std::vector<node> tree(2 * leaves);
    double bound = 0.0;
    for (const head_tail_job& job : by_head) { // descending heads: the work in the tree is that with head >= this one
        const auto place = std::lower_bound(tails.begin(), tails.end(), job.tail);
        std::size_t at = leaves + static_cast<std::size_t>(place - tails.begin());
        tree[at].work += job.area;
        tree[at].best = job.tail + tree[at].work;
        for (at /= 2; at > 0; at /= 2) {
            const node& low = tree[2 * at];
            const node& high = tree[2 * at + 1];
            tree[at] = {low.work + high.work, std::max(high.best, low.best + high.work)};
        }
        bound = std::max(bound, job.head + tree[1].best);
    }
    return bound;
}

} // namespace opara::inline OPARA_ABI::detail
