/// @file
/// The action of controllers that move a system from one mode to another.
#pragma once

#include <opara/core/config.hpp>

#include <cstddef>
#include <string>

namespace opara::inline OPARA_ABI::abstraction {

/// A change of a system's mode, which is a coordinate of its state: whole numbers from 0, each in cells of its own.
struct mode_switch {
    std::size_t from = 0; ///< the mode that the cell stands for
    std::size_t to = 0;   ///< the next one

    friend bool operator==(const mode_switch&, const mode_switch&) = default;
    /// For messages.
    [[nodiscard]] friend std::string to_string(const mode_switch& u) {
        return "mode " + std::to_string(u.to) + " after mode " + std::to_string(u.from);
    }
};

} // namespace opara::inline OPARA_ABI::abstraction
