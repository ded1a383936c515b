/// @file
/// Models of the concepts that can do no more than these ask for.
#pragma once

#include <opara/learning/agent.hpp>
#include <opara/learning/environment.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace opara::test {

/// A place on a line that the action moves; the seed says where one starts. A step costs the distance from 0, there the
/// task is over, and after 5 steps the episode is. It can be told to go wrong.
struct line {
    double place = 0;
    double wrong_place = 0;  // added to what is shown of the place after a step
    double wrong_reward = 0; // added to the reward
    int steps = 0;

    struct result { // a type of its own: any with these four members will do
        std::array<double, 1> observation;
        double reward;
        bool terminated;
        bool truncated;
    };

    std::array<double, 1> reset(std::uint64_t seed) {
        place = static_cast<double>(seed % 7) - 3;
        steps = 0;
        return {place};
    }
    result step(std::span<const double> action) {
        place += action[0] - 1; // 0 left, 1 stay, 2 right
        ++steps;
        return {
            {place + wrong_place}, -(place < 0 ? -place : place) + wrong_reward, place == 0, place != 0 && steps == 5};
    }
    [[nodiscard]] std::size_t observations() const { return 1; }
    [[nodiscard]] learning::discrete_actions actions() const { return {3}; }
};
static_assert(learning::environment<line>);

/// An agent that always does the same, and writes down what it is told.
struct stubborn {
    double action = 1;
    std::size_t told = 0;
    std::vector<double> seen{};    // all observations after steps
    std::vector<double> rewards{}; // all rewards

    void explore(std::span<const double>, std::span<double> actions) const { fill(actions); }
    void act(std::span<const double>, std::span<double> actions) const { fill(actions); }
    void learn(const learning::transitions& t) {
        ++told;
        seen.insert(seen.end(), t.after.begin(), t.after.end());
        rewards.insert(rewards.end(), t.rewards.begin(), t.rewards.end());
    }

private:
    void fill(std::span<double> actions) const {
        for (double& a : actions) {
            a = action;
        }
    }
};
static_assert(learning::agent<stubborn>);

/// One that walks towards 0, on any line with one number an observation.
struct homing {
    void explore(std::span<const double> observations, std::span<double> actions) const { act(observations, actions); }
    void act(std::span<const double> observations, std::span<double> actions) const {
        for (std::size_t k = 0; k < actions.size(); ++k) {
            actions[k] = observations[k] > 0 ? 0 : observations[k] < 0 ? 2 : 1;
        }
    }
    void learn(const learning::transitions&) const {}
};
static_assert(learning::agent<homing>);

/// What a callable says when it throws an E; "" if it does not.
template <class E, class F>
std::string complaint(F&& f) {
    try {
        f();
    } catch (const E& e) {
        return e.what();
    }
    return {};
}
/// Whether a text has a part.
inline bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace opara::test
