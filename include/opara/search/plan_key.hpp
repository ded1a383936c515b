/// @file
/// What a stored plan is for.
#pragma once

#include <opara/core/hash.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/search/fingerprint.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace opara::inline OPARA_ABI::search {

/// Everything on which the best plan of a graph depends. A plan that was found for one key says nothing for another.
struct plan_key {
    std::uint64_t graph = 0; ///< `fingerprint` of the frozen graph
    std::string shapes;      ///< of the tensors, in the caller's words
    std::string device;      ///< which GPU
    std::string driver;      ///< which driver and runtime
    std::string kernels;     ///< which kernels: versions of libraries, or a fingerprint of what was measured

    /// The same on every machine; equal for equal keys. O(text).
    [[nodiscard]] std::uint64_t hash() const noexcept {
        return stable_hash{}.add(graph).add(shapes).add(device).add(driver).add(kernels).value();
    }

    friend bool operator==(const plan_key&, const plan_key&) = default;
};

} // namespace opara::inline OPARA_ABI::search
