/// @file
/// The commands of a plan in short, for tests that write plans by hand.
#pragma once

#include <opara/plan/command.hpp>

#include <cstdint>

namespace opara::test {

inline command launch(std::uint32_t lane, std::uint32_t op) {
    return {.what = action::launch, .lane = lane_id{lane}, .op = op_id{op}};
}
inline command record(std::uint32_t lane, std::uint32_t op, std::uint32_t event) {
    return {.what = action::record, .lane = lane_id{lane}, .op = op_id{op}, .event = event_id{event}};
}
inline command wait(std::uint32_t lane, std::uint32_t op, std::uint32_t event) {
    return {.what = action::wait, .lane = lane_id{lane}, .op = op_id{op}, .event = event_id{event}};
}

} // namespace opara::test
