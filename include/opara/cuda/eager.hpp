/// @file
/// Runs a plan on streams, launch by launch.
#pragma once

#include <opara/cuda/lanes.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/priority.hpp>
#include <opara/cuda/stream.hpp>
#include <opara/plan/plan.hpp>

#include <cstddef>

namespace opara::inline OPARA_ABI::cuda {

/// A plan with streams and events of its own, to be run any number of times without a graph: for the first run of
/// operators that allocate then, for operators that no capture allows, and to compare. Move-only; one caller at a time.
class eager {
public:
    /// Takes a plan and makes a stream for each lane (and level of priority in it), on the current device.
    /// @throws invalid_plan  an id is out of range, an operator is launched twice or never, an event is awaited before
    /// it
    ///         is recorded
    /// @throws cuda_error
    explicit eager(const plan& p, node_priorities use = node_priorities::as_planned) : lanes_{p, use} {}

    /// Enqueues the whole plan and returns; it begins when what `s` holds is done, and `s` goes on when it is.
    /// @param launch  a `launcher`
    /// @throws operator_error  an operator threw (nested) or left a CUDA error; what was enqueued by then is joined
    /// with
    ///         `s`, and the plan can be run again
    /// @throws cuda_error
    template <launcher L>
    void run(L&& launch, stream_ref s) {
        static_cast<void>(cudaGetLastError()); // what is not ours must not be taken for the first operator's
        lanes_.play(s, launch, [](const command& c, stream_ref) { detail::require_no_error(c.op); });
    }

    [[nodiscard]] std::size_t streams() const noexcept { return lanes_.streams(); } ///< how many streams it has

private:
    detail::lanes lanes_;
};

} // namespace opara::inline OPARA_ABI::cuda
