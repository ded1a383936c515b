/// @file
/// Memory for the kernels that are on the simulated device.
#pragma once

#include <opara/sim/kept_list.hpp>
#include <opara/sim/sm_group.hpp>

#include <cstddef>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// Kernels that stay where they are as long as they are in use, and whose places are used again.
class kernel_pool {
public:
    /// One that is not in use, as its last user left it. Amortised O(1).
    [[nodiscard]] running& take() {
        if (unused_.empty()) {
            chunks_.emplace_back(together);
            offer(chunks_.back());
        }
        running& k = *unused_[unused_.size() - 1];
        unused_.keep_first(unused_.size() - 1);
        return k;
    }
    void give_back(running& k) { unused_.add() = &k; }
    /// Takes all of them back.
    void clear() {
        unused_.keep_first(0);
        for (std::vector<running>& chunk : chunks_) {
            offer(chunk);
        }
    }

private:
    static constexpr std::size_t together = 32;

    void offer(std::vector<running>& chunk) {
        for (running& k : chunk) {
            unused_.add() = &k;
        }
    }

    std::vector<std::vector<running>> chunks_;
    kept_list<running*> unused_;
};

} // namespace opara::inline OPARA_ABI::sim::detail
