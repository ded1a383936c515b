/// @file
/// The least time that an operator takes on a device, by its roofs alone.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/work.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cost {

/// What an operator takes at each roof of a device, in microseconds.
struct roofline {
    double arithmetic_us = 0.0; ///< all arithmetic at full speed: tensor cores for what frameworks give them
    double dram_us = 0.0;       ///< every byte in and out once at the DRAM's full speed

    /// The higher of both.
    [[nodiscard]] constexpr double us() const noexcept { return std::max(arithmetic_us, dram_us); }

    friend bool operator==(const roofline&, const roofline&) = default;
};

/// The roofline of one operator (Williams, Waterman, Patterson, CACM 52(4), 2009).
[[nodiscard]] constexpr roofline roofline_of(const work& w, const device& d) noexcept {
    const double on_tensor_cores = d.tf32_tflops > 0.0 ? w.convolution_flops : 0.0;
    const double tensor_us = on_tensor_cores > 0.0 ? on_tensor_cores / (d.tf32_tflops * 1e6) : 0.0;
    return {.arithmetic_us = tensor_us + (w.flops - on_tensor_cores) / (d.fp32_tflops * 1e6),
            .dram_us = w.bytes() / (d.dram_gb_per_s * 1e3)};
}

/// The duration of every operator by its roofline: a `duration_model` and `bound_model` that flatters every kernel
/// alike, as long as its bytes come from DRAM: what is still in L2 can be faster. `estimate` is for plans.
class roofline_model {
public:
    /// @param works  by operator
    /// @param d  the device
    /// @throws cost_error  naming the operator whose amounts are NaN, negative or infinite
    roofline_model(std::span<const work> works, const device& d) {
        each_.reserve(works.size());
        for (std::size_t i = 0; i < works.size(); ++i) {
            const op_id v = op_id::from_index(i);
            each_.push_back(roofline_of(works[i], d));
            static_cast<void>(detail::checked(each_.back().arithmetic_us, v, "the arithmetic"));
            static_cast<void>(detail::checked(each_.back().dram_us, v, "the traffic"));
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return each_.size(); }                      ///< operators
    [[nodiscard]] double duration_us(op_id v) const noexcept { return each_[v.index()].us(); }    ///< at the roof
    [[nodiscard]] const roofline& operator[](op_id v) const noexcept { return each_[v.index()]; } ///< both roofs
    /// What the higher roof is made of.
    [[nodiscard]] opara::bound bound(op_id v) const noexcept {
        const roofline& r = each_[v.index()];
        return r.arithmetic_us >= r.dram_us ? opara::bound::compute : opara::bound::memory;
    }

    friend bool operator==(const roofline_model&, const roofline_model&) = default;

private:
    std::vector<roofline> each_;
};

static_assert(duration_model<roofline_model> && bound_model<roofline_model>);

} // namespace opara::inline OPARA_ABI::cost
