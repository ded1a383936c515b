/// @file
/// Which variant each operator uses, by a rule that runs nothing.
#pragma once

#include <opara/cost/critical_path.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/search/variants.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// What a variant's footprint is worth.
struct static_choice_options {
    double on_path = 0.0;   ///< price of the area on the critical path
    double off_path = 2.0;  ///< ... and off it
    double edge_us = 0.61;  ///< what an edge of the path costs
    std::size_t rounds = 8; ///< how often the path is computed again at most
};

/// What a kernel takes from others, in microseconds of one SM: time alone, times blocks, times the share of an SM's
/// threads or shared memory (the larger) that a block holds.
[[nodiscard]] inline double sm_area_us(const cost::kernel& k, const cost::device& d) noexcept {
    const double share = std::max(static_cast<double>(k.threads) / d.threads_per_sm,
                                  static_cast<double>(k.shared_bytes) / d.shared_bytes_per_sm);
    return k.duration_us * k.blocks * share;
}

/// Chooses variants by time alone plus a price for the area that they take from others: nothing on the critical path,
/// where time is all, and much off it, where time is to spare. The path is that of the fastest variants at first and is
/// computed again with each choice; what was on it once stays so. On an H200 this rule gained 3.4 % on average over
/// the fastest variants in eight parallel graphs of two networks, where the same price for all operators lost.
/// @return for each operator one of its variants; of equal ones the first
/// Complexity: O(rounds (V + E + variants)).
[[nodiscard]] inline std::vector<variant_id> static_choice(const frozen_graph& g, const variant_table& variants,
                                                           const cost::device& d,
                                                           const static_choice_options& options = {}) {
    std::vector<variant_id> choice(g.size());
    const auto choose = [&](op_id v, double price) {
        double least = std::numeric_limits<double>::infinity();
        for (std::uint32_t i = 0; i < variants.of(v).size(); ++i) {
            const cost::kernel& k = variants.node(v, variant_id{i});
            const double worth = k.duration_us + price * sm_area_us(k, d) / d.sms;
            if (worth < least) {
                least = worth;
                choice[v.index()] = variant_id{i};
            }
        }
    };
    for (const op_id v : g.topological_order()) {
        choose(v, 0.0);
    }
    std::vector<bool> on_path(g.size(), false);
    for (std::size_t round = 0; round < options.rounds; ++round) {
        bool grown = false;
        for (const op_id v : find_critical_path(g, chosen_costs{variants, choice}, options.edge_us).operators) {
            grown = grown || !on_path[v.index()];
            on_path[v.index()] = true;
        }
        if (!grown) {
            break;
        }
        for (const op_id v : g.topological_order()) {
            choose(v, on_path[v.index()] ? options.on_path : options.off_path);
        }
    }
    return choice;
}

} // namespace opara::inline OPARA_ABI::search
