/// @file
/// The sliding window of convolutions and pools, with every default and `auto_pad` resolved.
#pragma once

#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace opara::inline OPARA_ABI::onnx {

/// A window over the spatial axes of a tensor. Each member has one number for each spatial axis.
struct window {
    shape kernel;     ///< extent of the window in taps
    shape strides;    ///< step from one output to the next
    shape dilations;  ///< step from one tap to the next
    shape pads_begin; ///< padding before the first element
    shape pads_end;   ///< padding behind the last element
    shape output;     ///< how many places the window has

    friend bool operator==(const window&, const window&) = default;
};

namespace detail {
inline constexpr std::int64_t attribute_limit = std::int64_t{1} << 30; // no sum or product of two of them overflows

inline shape spatial_attribute(const node& n, std::string_view name, std::size_t count, std::int64_t otherwise,
                               std::int64_t least) {
    shape list = n.attribute_or<shape>(name, shape(count, otherwise));
    if (list.size() != count) {
        throw parse_error{"attribute '" + std::string{name} + "' has " + std::to_string(list.size()) +
                              " numbers instead of " + std::to_string(count),
                          describe(n)};
    }
    for (const std::int64_t number : list) {
        if (number < least || number > attribute_limit) {
            throw parse_error{"attribute '" + std::string{name} + "' holds " + std::to_string(number), describe(n)};
        }
    }
    return list;
}
} // namespace detail

/// The window of a convolution or pool: attributes auto_pad, ceil_mode, dilations, kernel_shape, pads, strides.
///
/// With ceil_mode the last window may reach over the end, but it never begins in the padding there (as ONNX says since
/// operator set 19, and as frameworks did before).
/// @param n  the operator
/// @param input  shape of its input, [batch, channels, spatial...]
/// @param kernel  spatial extents of its weights; empty for a pool, which says them in `kernel_shape`
/// @throws parse_error  the attributes contradict each other or the shapes, or the window does not fit
[[nodiscard]] inline window window_of(const node& n, const shape& input, const shape& kernel = {}) {
    const auto fail = [&n](const std::string& reason) { throw parse_error{reason, describe(n)}; };
    if (input.size() < 3) {
        fail("its input has shape " + describe(input) + " without a spatial axis");
    }
    const std::size_t count = input.size() - 2;
    if (kernel.empty() && n.find("kernel_shape") == nullptr) {
        fail("attribute 'kernel_shape' is missing");
    }
    window w;
    w.kernel = detail::spatial_attribute(n, "kernel_shape", count, 1, 1);
    if (!kernel.empty()) {
        if (n.find("kernel_shape") != nullptr && w.kernel != kernel) {
            fail("attribute 'kernel_shape' is " + describe(w.kernel) + " where the weights are " + describe(kernel));
        }
        w.kernel = kernel;
    }
    const auto reasonable = [](std::int64_t k) { return k >= 1 && k <= detail::attribute_limit; };
    if (w.kernel.size() != count || !std::all_of(w.kernel.begin(), w.kernel.end(), reasonable)) {
        fail("a window of " + describe(w.kernel) + " does not fit an input of shape " + describe(input));
    }
    w.strides = detail::spatial_attribute(n, "strides", count, 1, 1);
    w.dilations = detail::spatial_attribute(n, "dilations", count, 1, 1);
    const shape pads = detail::spatial_attribute(n, "pads", 2 * count, 0, 0);
    const auto mode = n.attribute_or<std::string>("auto_pad", "NOTSET");
    const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
    if (!same && mode != "NOTSET" && mode != "VALID") {
        fail("attribute 'auto_pad' is '" + mode + "'");
    }
    if (mode != "NOTSET" && std::any_of(pads.begin(), pads.end(), [](std::int64_t p) { return p != 0; })) {
        fail("attributes 'auto_pad' and 'pads' exclude each other");
    }
    const bool up = n.attribute_or<std::int64_t>("ceil_mode", 0) != 0;
    w.pads_begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(count));
    w.pads_end.assign(pads.begin() + static_cast<std::ptrdiff_t>(count), pads.end());
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t extent = input[i + 2];
        const std::int64_t stride = w.strides[i];
        const std::int64_t reach = (w.kernel[i] - 1) * w.dilations[i] + 1;
        if (same) {
            const std::int64_t places = (extent + stride - 1) / stride;
            const std::int64_t total = std::max<std::int64_t>((places - 1) * stride + reach - extent, 0);
            w.pads_begin[i] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
            w.pads_end[i] = total - w.pads_begin[i];
            w.output.push_back(places);
            continue;
        }
        const std::int64_t free = extent + w.pads_begin[i] + w.pads_end[i] - reach;
        if (free < 0) {
            fail("a window of " + std::to_string(reach) + " does not fit into an extent of " + std::to_string(extent) +
                 " with padding " + std::to_string(w.pads_begin[i]) + " and " + std::to_string(w.pads_end[i]));
        }
        std::int64_t places = free / stride + 1;
        if (up && free % stride != 0 && places * stride < extent + w.pads_begin[i]) {
            ++places;
        }
        w.output.push_back(places);
    }
    return w;
}

} // namespace opara::inline OPARA_ABI::onnx
