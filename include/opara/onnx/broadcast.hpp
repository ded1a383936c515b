/// @file
/// Numpy's broadcasting, which every elementwise operator of ONNX follows.
#pragma once

#include <opara/onnx/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace opara::inline OPARA_ABI::onnx {

/// The shape that two shapes broadcast to, aligned at the innermost extent; nothing where they do not fit.
/// Complexity: O(rank).
[[nodiscard]] inline std::optional<shape> broadcast(const shape& a, const shape& b) {
    const shape& large = a.size() >= b.size() ? a : b;
    const shape& lesser = a.size() >= b.size() ? b : a;
    shape result = large;
    const std::size_t lead = large.size() - lesser.size();
    for (std::size_t i = 0; i < lesser.size(); ++i) {
        std::int64_t& extent = result[lead + i];
        if (extent == 1) {
            extent = lesser[i];
        } else if (lesser[i] != 1 && lesser[i] != extent) {
            return std::nullopt;
        }
    }
    return result;
}

/// Walks the elements of a broadcast result and says which element of one operand each of them reads.
///
/// @code
/// broadcast_index at{operand_dims, result_dims};
/// for (std::int64_t i = 0; i < elements(result_dims); ++i, at.next()) { use(operand[at.index()]); }
/// @endcode
class broadcast_index {
public:
    /// @pre `operand` broadcasts to `result`
    broadcast_index(const shape& operand, const shape& result)
        : extents_{result}, strides_(result.size(), 0), place_(result.size(), 0) {
        std::size_t stride = 1;
        for (std::size_t i = operand.size(); i-- > 0;) {
            const std::size_t axis = i + result.size() - operand.size();
            strides_[axis] = operand[i] == 1 ? 0 : stride;
            stride *= static_cast<std::size_t>(operand[i]);
        }
    }
    /// Row-major number of the operand's element.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    /// Goes to the next element of the result; after the last one it is at the first again. Amortised O(1).
    void next() noexcept {
        for (std::size_t axis = place_.size(); axis-- > 0;) {
            index_ += strides_[axis];
            if (++place_[axis] < extents_[axis]) {
                return;
            }
            index_ -= strides_[axis] * static_cast<std::size_t>(extents_[axis]);
            place_[axis] = 0;
        }
    }

private:
    shape extents_;
    std::vector<std::size_t> strides_;
    std::vector<std::int64_t> place_;
    std::size_t index_ = 0;
};

} // namespace opara::inline OPARA_ABI::onnx
