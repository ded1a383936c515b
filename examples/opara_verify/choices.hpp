/// @file
/// Whether what a controller chooses among is what the system offers.
#pragma once

#include <opara/abstraction/json.hpp>
#include <opara/core/error.hpp>

#include <cstddef>
#include <string>
#include <type_traits>

namespace opara::examples::verify {

/// How many actions a system has to choose from, numbered from 0 on; none if it takes numbers.
template <class System>
constexpr std::size_t number_of_actions() noexcept {
    std::size_t count = 0;
    if constexpr (std::is_same_v<typename System::action, double> && requires(double u) { System::accepts(u); }) {
        while (!System::accepts(0.5) && System::accepts(static_cast<double>(count))) {
            ++count;
        }
    }
    return count;
}

/// Makes sure that a controller that chooses does so among the actions of the system: the number of its outputs is all
/// that it says of them. Whether the actions that are drawn by lot are the system's is asked where they are drawn.
/// @throws error  there are other numbers of them, or none, with both numbers and the file
template <class System>
void require_choices(const abstraction::trained_controller& c, const std::string& file) {
    using abstraction::head_kind;
    constexpr std::size_t actions = number_of_actions<System>();
    const bool largest = c.head == head_kind::argmax;
    const bool by_lot = c.head == head_kind::softmax && c.actions.empty();
    if (!std::is_same_v<typename System::action, double> || !(largest || (by_lot && actions != 0)) ||
        c.net.outputs() == actions) {
        return;
    }
    throw error{"the controller in " + file + " chooses among " + std::to_string(c.net.outputs()) +
                (c.net.outputs() == 1 ? " action" : " actions") + ", one for each output, and the system has " +
                (actions == 0 ? "0 actions to choose from: it takes a number" : std::to_string(actions) + " actions")};
}

} // namespace opara::examples::verify
