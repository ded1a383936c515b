/// @file
/// What a simulation tells: when each operator ran, and why not earlier.
#pragma once

#include <opara/core/id.hpp>

#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI::sim {

/// What an operator waited for last before it started.
enum class held_by : std::uint8_t {
    nothing,    ///< it starts with the graph
    dependency, ///< an operator that it needs, and the cost of that edge
    front_end,  ///< the same, and then other nodes that the front end started before it
    space       ///< room on the SMs, or kernels that were placed before it
};

/// One operator in a simulated run. Times are in microseconds since the launch of the graph.
struct activity {
    lane_id lane;                    ///< its lane in the plan
    double ready_us = 0.0;           ///< the last operator that it needs is done
    double start_us = 0.0;           ///< its first block begins; `ready_us` where nothing is launched
    double end_us = 0.0;             ///< its last block ends
    double sm_share = 0.0;           ///< share of the SMs that it used
    held_by held = held_by::nothing; ///< what it waited for last
    op_id cause;                     ///< the operator behind `held`, which started earlier; itself where there is none

    friend bool operator==(const activity&, const activity&) = default;
};

/// How busy the device is from a moment until the next.
struct load {
    double time_us = 0.0; ///< from here on
    double sms = 0.0;     ///< share of the SMs that hold a block
    double dram = 0.0;    ///< share of the DRAM bandwidth in use
    double math = 0.0;    ///< share of the arithmetic units in use

    friend bool operator==(const load&, const load&) = default;
};

/// A simulated run of a plan: a regular value.
struct timeline {
    std::vector<activity> operators; ///< by operator
    double makespan_us = 0.0;        ///< launch of the graph to the end of its last node
    std::vector<op_id> critical;     ///< the chain of causes that ends with the last operator, first to last
    std::vector<load> loads;         ///< in order of time; the last is all zero
    load mean;                       ///< over the whole makespan; `time_us` is 0

    friend bool operator==(const timeline&, const timeline&) = default;
};

} // namespace opara::inline OPARA_ABI::sim
