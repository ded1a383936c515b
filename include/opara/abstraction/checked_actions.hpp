/// @file
/// The actions of a controller, which has to give such as the system knows.
#pragma once

#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/error.hpp>
#include <opara/core/number_text.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

namespace opara::inline OPARA_ABI::abstraction::detail {

// An action for people. One of a type of one's own is written by its `to_string`, if it has one.
template <class Action>
std::string written(const Action& u) {
    if constexpr (std::is_same_v<Action, double>) {
        return number_text(u);
    } else if constexpr (requires {
                             { *u.begin() } -> std::convertible_to<double>;
                         }) {
        return tuple_text(u);
    } else if constexpr (requires {
                             { to_string(u) } -> std::convertible_to<std::string>;
                         }) {
        return to_string(u);
    } else {
        return "something";
    }
}

// A NaN, or the number of no action, would make every verdict worthless without anybody noticing.
// @throws controller_error  the dynamics can tell that they do not know this action, which the controller gives there
template <dynamics D>
void require_action(const typename D::action& u, const box<D::dimension>& cell) {
    if constexpr (requires { D::accepts(u); }) {
        if (D::accepts(u)) {
            return;
        }
        std::string where;
        for (const interval& side : cell.sides) {
            where +=
                (where.empty() ? "[" : " x [") + number_text(side.lower()) + ", " + number_text(side.upper()) + "]";
        }
        throw controller_error{"the controller gives " + written(u) + " for the cell " + where +
                               ", which is no action of the system"};
    }
}

// Asks a controller. @throws controller_error  from the controller, or as `require_action`
template <dynamics D, controller<D::dimension, typename D::action> C>
void ask(const C& pilot, std::span<const box<D::dimension>> boxes, std::span<typename D::action> actions) {
    pilot.act(boxes, actions);
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        require_action<D>(actions[k], boxes[k]);
    }
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
