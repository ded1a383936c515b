/// @file
/// The instructions of a plan.
#pragma once

#include <opara/core/id.hpp>

#include <cstdint>

namespace opara::inline OPARA_ABI {

/// What a command does.
enum class action : std::uint8_t {
    launch, ///< enqueue an operator in a lane
    record, ///< record an event in a lane: everything enqueued there before is done
    wait    ///< let all that is enqueued in a lane from now on wait for an event
};

/// One instruction of a plan, to be carried out in order: exactly the verbs of a CUDA stream.
struct command {
    action what = action::launch; ///< the verb
    lane_id lane{};               ///< the lane that it acts on
    /// launch: the operator; record: the operator whose end the event tells, the last in its lane (behind waits the
    /// event tells of what they wait for, too: a barrier); wait: the operator that needs the wait, the next in its lane
    op_id op{};
    event_id event{};          ///< record and wait: the event; launch: 0
    variant_id variant{};      ///< launch: which of the operator's kernels; else 0
    std::int32_t priority = 0; ///< launch: of several that could start, larger goes first (as CUDA's, negated); else 0

    friend bool operator==(const command&, const command&) = default;
};

} // namespace opara::inline OPARA_ABI
