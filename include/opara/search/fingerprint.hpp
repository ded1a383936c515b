/// @file
/// Numbers that tell graphs and kernels apart, the same on every machine.
#pragma once

#include <opara/core/hash.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/search/variants.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace opara::inline OPARA_ABI::search {

/// The same for equal graphs, orders of arguments and users included. O(V + E).
[[nodiscard]] inline std::uint64_t fingerprint(const frozen_graph& g) noexcept {
    stable_hash h;
    h.add(g.size());
    for (std::size_t v = 0; v < g.size(); ++v) {
        for (const auto row : {g.predecessors(op_id::from_index(v)), g.successors(op_id::from_index(v))}) {
            h.add(row.size());
            for (const op_id u : row) {
                h.add(u.value);
            }
        }
    }
    return h.value();
}

/// The same for equal variants. O(variants).
[[nodiscard]] inline std::uint64_t fingerprint(std::span<const variant> variants) noexcept {
    stable_hash h;
    for (const variant& v : variants) {
        const cost::kernel& k = v.kernel;
        h.add(k.blocks).add(k.threads).add(k.registers).add(k.shared_bytes).add(k.split);
        for (const double amount :
             {k.duration_us, k.dram_bytes, k.l2_bytes, k.fp32_flops, k.tensor_flops, k.in_flight_bytes}) {
            h.add(amount);
        }
        h.add(v.kernels).add(v.memsets).add(v.programmatic);
    }
    return h.add(variants.size()).value();
}

/// The same for equal tables. O(variants).
[[nodiscard]] inline std::uint64_t fingerprint(const variant_table& variants) noexcept {
    stable_hash h;
    for (std::size_t v = 0; v < variants.size(); ++v) {
        h.add(fingerprint(variants.of(op_id::from_index(v))));
    }
    return h.add(variants.size()).value();
}

} // namespace opara::inline OPARA_ABI::search
