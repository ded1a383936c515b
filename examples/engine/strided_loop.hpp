/// @file
/// A loop nest over several tensors at once, each with strides of its own.
#pragma once

#include <examples/engine/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opara::engine {

/// Walks `N` tensors in step: the first one in the order of its memory, the others wherever their strides lead.
///
/// Built once from logical extents; axes of extent 1 go, neighbouring axes that every tensor steps through evenly
/// become one. What remains is usually one or two axes, so that the innermost row is long whatever the shapes are.
template <std::size_t N>
class strided_loop {
public:
    /// @param extents  of the iteration space
    /// @param steps  for each tensor its strides along those axes, 0 where it is broadcast
    strided_loop(const onnx::shape& extents, const std::array<strides, N>& steps) {
        std::vector<axis> axes;
        for (std::size_t k = 0; k < extents.size(); ++k) {
            empty_ = empty_ || extents[k] == 0;
            if (extents[k] != 1) {
                axis a{extents[k], {}};
                for (std::size_t t = 0; t < N; ++t) {
                    a.step[t] = steps[t][k];
                }
                axes.push_back(a);
            }
        }
        std::stable_sort(axes.begin(), axes.end(), [](const axis& a, const axis& b) { return a.step[0] > b.step[0]; });
        for (const axis& a : axes) {
            if (!axes_.empty() && merges(axes_.back(), a)) {
                axes_.back() = axis{axes_.back().extent * a.extent, a.step};
            } else {
                axes_.push_back(a);
            }
        }
        if (!axes_.empty()) {
            row_ = axes_.back();
            axes_.pop_back();
        }
    }

    /// Number of elements of a row.
    [[nodiscard]] std::int64_t row_extent() const noexcept { return row_.extent; }
    /// Distance in elements between neighbours in a row of tensor `t`.
    [[nodiscard]] std::int64_t row_step(std::size_t t) const noexcept { return row_.step[t]; }

    /// Calls `f(offsets)` for every row with the offset, in elements, of the row's first element in each tensor.
    template <class F>
    void for_each_row(F&& f) const {
        if (empty_) {
            return;
        }
        std::array<std::int64_t, most_axes> at{};
        std::array<std::int64_t, N> offset{};
        for (;;) {
            f(offset);
            std::size_t k = axes_.size();
            for (;;) {
                if (k == 0) {
                    return;
                }
                const axis& a = axes_[--k];
                for (std::size_t t = 0; t < N; ++t) {
                    offset[t] += a.step[t];
                }
                if (++at[k] < a.extent) {
                    break;
                }
                at[k] = 0;
                for (std::size_t t = 0; t < N; ++t) {
                    offset[t] -= a.step[t] * a.extent;
                }
            }
        }
    }

    /// Tensors of more axes than this are refused when the network is prepared.
    static constexpr std::size_t most_axes = 12;

private:
    struct axis {
        std::int64_t extent = 1;
        std::array<std::int64_t, N> step{};
    };

    static bool merges(const axis& outer, const axis& inner) {
        for (std::size_t t = 0; t < N; ++t) {
            if (outer.step[t] != inner.step[t] * inner.extent) {
                return false;
            }
        }
        return true;
    }

    std::vector<axis> axes_; // outermost first, without the row
    axis row_;
    bool empty_ = false;
};

} // namespace opara::engine
