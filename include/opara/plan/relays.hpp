/// @file
/// How many relays a node needs that many others wait for.
#pragma once

#include <opara/core/config.hpp>

#include <cstddef>

namespace opara::inline OPARA_ABI {

/// What hangs on a node of a CUDA graph directly, where no more than `limit` nodes may: its first children, then empty
/// kernels (relays) that pass its end on to the others in nearly equal shares, as many relays between it and any child
/// as need be and no more. With depth D a relay takes limit^(D-1) children.
class relay_shares {
public:
    /// @param limit  at least 2
    constexpr relay_shares(std::size_t children, std::size_t limit) noexcept : direct_{children} {
        OPARA_ASSERT(limit >= 2);
        if (children <= limit) {
            return;
        }
        std::size_t below = limit;
        while (limit * below < children) {
            below *= limit;
        }
        direct_ = limit - 1;
        while (direct_ + (limit - direct_) * below < children) {
            --direct_;
        }
        relays_ = limit - direct_;
    }

    [[nodiscard]] constexpr std::size_t direct() const noexcept { return direct_; } ///< children on the node itself
    [[nodiscard]] constexpr std::size_t relays() const noexcept { return relays_; } ///< relays on it

private:
    std::size_t direct_;
    std::size_t relays_ = 0;
};

} // namespace opara::inline OPARA_ABI
