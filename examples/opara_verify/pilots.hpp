/// @file
/// Controllers of any kind behind one type.
#pragma once

#include <opara/abstraction.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

namespace opara::examples::verify {

/// A controller whose kind is known at run time only. One call decides on a batch of cells, so it costs nothing, and
/// the exploration of a system is compiled once for all kinds.
template <std::size_t N, class Action>
class any_pilot {
public:
    /// Any `abstraction::controller`.
    template <abstraction::controller<N, Action> Pilot>
    explicit any_pilot(Pilot pilot)
        : act_{[pilot = std::move(pilot)](std::span<const abstraction::box<N>> boxes, std::span<Action> actions) {
              pilot.act(boxes, actions);
          }} {}

    /// The actions for these cells. @pre boxes.size() == actions.size()
    void act(std::span<const abstraction::box<N>> boxes, std::span<Action> actions) const { act_(boxes, actions); }

private:
    std::function<void(std::span<const abstraction::box<N>>, std::span<Action>)> act_;
};

} // namespace opara::examples::verify
