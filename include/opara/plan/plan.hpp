/// @file
/// A plan: what a schedule is, before anything runs it.
#pragma once

#include <opara/plan/command.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A list of commands over operators, lanes and events: a regular value that the simulator, the host executor, the
/// CUDA emitters, the printers, the memory planner and the validator all read.
///
/// Its meaning is the partial order (lanes run in order, waits tie lanes together), the order of emission, the
/// priorities and the variants; lane numbers as such mean nothing to a captured CUDA graph, which keeps no streams.
/// A `plan` may hold anything that someone wrote: `validate` (plan/validate.hpp) tells whether it runs a given graph.
class plan {
public:
    /// The plan of no operators.
    plan() = default;
    /// @param operators,lanes,events  how many of each the commands speak of (ids are below them)
    plan(std::size_t operators, std::size_t lanes, std::size_t events, std::vector<command> commands)
        : commands_{std::move(commands)}, operators_{operators}, lanes_{lanes}, events_{events} {}

    [[nodiscard]] std::span<const command> commands() const noexcept { return commands_; } ///< in order of emission
    [[nodiscard]] std::size_t operators() const noexcept { return operators_; }            ///< operators of the graph
    [[nodiscard]] std::size_t lanes() const noexcept { return lanes_; }                    ///< lanes
    [[nodiscard]] std::size_t events() const noexcept { return events_; }                  ///< events
    /// Number of wait commands, the price of the plan's parallelism. O(commands).
    [[nodiscard]] std::size_t waits() const noexcept {
        std::size_t count = 0;
        for (const command& c : commands_) {
            count += c.what == action::wait ? 1U : 0U;
        }
        return count;
    }

    friend bool operator==(const plan&, const plan&) = default;

private:
    std::vector<command> commands_;
    std::size_t operators_ = 0;
    std::size_t lanes_ = 0;
    std::size_t events_ = 0;
};

} // namespace opara::inline OPARA_ABI
