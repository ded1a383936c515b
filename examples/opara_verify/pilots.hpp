/// @file
/// Controllers of any kind behind one type.
#pragma once

#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction.hpp>
#include <opara/abstraction/json.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

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

/// Whether an action is an affine law.
template <class Action>
inline constexpr bool is_law = false;
template <std::size_t N, std::size_t M>
inline constexpr bool is_law<abstraction::affine_law<N, M>> = true;

/// What trained controllers do in a cell: one, or one for each mode.
template <class System>
any_pilot<System::dimension, typename System::action> pilot_of(const std::vector<abstraction::trained_controller>& c) {
    constexpr std::size_t n = System::dimension;
    using action = typename System::action;
    using abstraction::head_kind;
    if constexpr (std::is_same_v<action, abstraction::mode_switch>) {
        std::vector<abstraction::network> networks;
        for (const auto& each : c) {
            networks.push_back(each.net);
        }
        return any_pilot<n, action>{abstraction::mode_networks<n>{std::move(networks), vertical_cas_inputs}};
    } else if constexpr (is_law<action>) {
        return any_pilot<n, action>{abstraction::box_network<n, abstraction::head::affine<n, System::controls>>{
            c.front().net, {c.front().scale, c.front().offset}}};
    } else if constexpr (std::is_same_v<action, double>) {
        if (c.front().head == head_kind::argmax) {
            return any_pilot<n, action>{abstraction::box_network<n, abstraction::head::argmax>{c.front().net}};
        }
        return any_pilot<n, action>{abstraction::box_network<n>{c.front().net, {c.front().scale, c.front().offset}}};
    } else {
        using head = abstraction::head::scaled_each<std::tuple_size_v<action>>;
        if (c.front().head == head_kind::argmax) {
            throw error{"the controller chooses among actions, and the system takes " +
                        std::to_string(std::tuple_size_v<action>) + " numbers"};
        }
        return any_pilot<n, action>{
            abstraction::box_network<n, head>{c.front().net, {c.front().scale, c.front().offset}}};
    }
}

} // namespace opara::examples::verify
