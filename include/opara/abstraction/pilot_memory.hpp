/// @file
/// What a controller does in cells that were met before.
#pragma once

#include <opara/abstraction/cell_index.hpp>
#include <opara/abstraction/checked_actions.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/partition.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// The cells that one thread has met, and what the controller does there.
template <partition P, dynamics D, controller<P::dimension, typename D::action> C>
class pilot_memory {
public:
    pilot_memory(const P& cells, const C& pilot) : partition_{cells}, controller_{pilot} {}

    // A number for a cell, the same as before if it was met before.
    std::uint32_t meet(std::uint64_t cell) {
        const std::uint32_t number = index_.insert(cell).value;
        if (number == boxes_.size()) {
            boxes_.push_back(partition_.cell_box(static_cast<decltype(partition_.size())>(cell)));
        }
        return number;
    }
    [[nodiscard]] const box<P::dimension>& cell_box(std::uint32_t number) const noexcept { return boxes_[number]; }
    // Asks the controller about all new cells in one batch.
    void decide() {
        const std::size_t known = actions_.size();
        if (known == boxes_.size()) {
            return;
        }
        actions_.resize(boxes_.size());
        ask<D>(controller_, std::span<const box<P::dimension>>{boxes_}.subspan(known),
               std::span<typename D::action>{actions_}.subspan(known));
    }
    [[nodiscard]] const typename D::action& action(std::uint32_t number) const noexcept { return actions_[number]; }

private:
    const P& partition_;
    const C& controller_;
    cell_index index_;
    std::vector<box<P::dimension>> boxes_;
    std::vector<typename D::action> actions_;
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
