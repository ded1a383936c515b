/// @file
/// Strides: where the elements of a tensor lie.
#pragma once

#include <opara/onnx/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace opara::engine {

/// Distance in elements between neighbours along each axis.
using strides = std::vector<std::int64_t>;

/// Strides of a tensor whose axes are nested in the given order, outermost first.
[[nodiscard]] inline strides strides_in_order(const onnx::shape& dims, const std::vector<std::size_t>& order) {
    strides result(dims.size());
    std::int64_t step = 1;
    for (std::size_t k = order.size(); k-- > 0;) {
        result[order[k]] = step;
        step *= std::max<std::int64_t>(dims[order[k]], 1);
    }
    return result;
}

/// Strides of a row-major tensor.
[[nodiscard]] inline strides plain_strides(const onnx::shape& dims) {
    std::vector<std::size_t> order(dims.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
        order[k] = k;
    }
    return strides_in_order(dims, order);
}

/// Strides of a tensor [batch, channels, space...] whose channels are innermost. Below three axes: row-major.
[[nodiscard]] inline strides channels_last_strides(const onnx::shape& dims) {
    if (dims.size() < 3) {
        return plain_strides(dims);
    }
    std::vector<std::size_t> order{0};
    for (std::size_t k = 2; k < dims.size(); ++k) {
        order.push_back(k);
    }
    order.push_back(1);
    return strides_in_order(dims, order);
}

/// Whether elements with these strides lie as in a row-major tensor. Axes of extent 1 do not matter.
[[nodiscard]] inline bool is_plain(const onnx::shape& dims, const strides& steps) {
    const strides plain = plain_strides(dims);
    for (std::size_t k = 0; k < dims.size(); ++k) {
        if (dims[k] > 1 && plain[k] != steps[k]) {
            return false;
        }
    }
    return true;
}

/// Strides with which a tensor is read as if it had been broadcast: axes are matched from the last one, as in ONNX.
/// @pre `dims` can be broadcast to `target`
[[nodiscard]] inline strides broadcast_strides(const onnx::shape& dims, const strides& steps,
                                               const onnx::shape& target) {
    strides result(target.size(), 0);
    const std::size_t missing = target.size() - dims.size();
    for (std::size_t k = 0; k < dims.size(); ++k) {
        result[missing + k] = dims[k] == 1 ? 0 : steps[k];
    }
    return result;
}

/// Strides of the same elements in the same row-major order, called by other extents; nothing where they do not step
/// evenly enough. Axes of extent 1 step behind what they hold.
/// @pre `dims` and `target` have the same number of elements, not 0
[[nodiscard]] inline std::optional<strides> reshaped(const onnx::shape& dims, const strides& steps,
                                                     const onnx::shape& target) {
    strides result(target.size());
    std::size_t axis = dims.size(); // those before it are still to be given away
    std::int64_t left = 1;          // elements that step evenly and are still to be given away
    std::int64_t step = 1;          // of theirs
    for (std::size_t k = target.size(); k-- > 0;) {
        while (left % target[k] != 0) {
            --axis;
            if (dims[axis] != 1 && left != 1 && steps[axis] != step * left) {
                return std::nullopt;
            }
            if (dims[axis] != 1 && left == 1) {
                step = steps[axis];
            }
            left *= dims[axis];
        }
        result[k] = step;
        step *= target[k];
        left /= target[k];
    }
    return result;
}

} // namespace opara::engine
