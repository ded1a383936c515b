#include <examples/drl/training/settings.hpp>
#include <opara/learning/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace opara::examples::drl {

namespace {

using learning::detail::number_text;

constexpr double many = 10'000'000; // steps: those of a replay memory that fits into a machine's

using of_ddpg = setting<ddpg_options>;
constexpr std::array ddpg_settings{
    of_ddpg{"actor_rate", &ddpg_options::actor_rate, 0, 1, false, "",
            "the actor's learning rate; 0: it learns nothing"},
    of_ddpg{"approach", &ddpg_options::approach, 0, 1, true, "of the way",
            "how far the target networks follow with each update of the actor"},
    of_ddpg{"batch", &ddpg_options::batch, 1, 100'000, false, "steps", "from the replay memory, of each update"},
    of_ddpg{"capacity", &ddpg_options::capacity, 1, many, false, "steps",
            "that the replay memory holds: as many as a batch at least"},
    of_ddpg{"critic_rate", &ddpg_options::critic_rate, 0, 1, false, "",
            "the critics' learning rate; 0: they learn nothing"},
    of_ddpg{"critics", &ddpg_options::critics, 1, 2, false, "networks", "2: the smaller of two values is believed"},
    of_ddpg{"delay", &ddpg_options::delay, 1, 10'000, false, "updates",
            "of the critics for one of the actor and of the target networks"},
    of_ddpg{"discount", &ddpg_options::discount, 0, 1, false, "a step", "what a reward is worth a step later"},
    of_ddpg{"every", &ddpg_options::every, 1, 1'000'000, false, "steps", "from one update to the next"},
    of_ddpg{"noise", &ddpg_options::noise, 0, 2, false, "half ranges",
            "the standard deviation of what is added to controls to explore"},
    of_ddpg{"reward_scale", &ddpg_options::reward_scale, 0, 1'000'000, true, "",
            "what rewards are multiplied by for learning"},
    of_ddpg{"spread", &ddpg_options::spread, 0, 100, false, "",
            "the standard deviation of the actor's first weights; 0: libtorch's usual ones"},
    of_ddpg{"target_clip", &ddpg_options::target_clip, 0, 2, false, "half ranges", "the most that target_noise adds"},
    of_ddpg{"target_noise", &ddpg_options::target_noise, 0, 2, false, "half ranges",
            "the standard deviation of what is added to the target actor's controls"},
    of_ddpg{"warm_up", &ddpg_options::warm_up, 0, many, false, "steps", "before the first update"},
};

using of_dqn = setting<dqn_options>;
constexpr std::array dqn_settings{
    of_dqn{"batch", &dqn_options::batch, 1, 100'000, false, "steps", "from the replay memory, of each update"},
    of_dqn{"capacity", &dqn_options::capacity, 1, many, false, "steps",
           "that the replay memory holds: as many as a batch at least"},
    of_dqn{"chance_steps", &dqn_options::chance_steps, 0, 1e9, false, "steps",
           "until last_chance; 0: it is that from the beginning"},
    of_dqn{"discount", &dqn_options::discount, 0, 1, false, "a step", "what a reward is worth a step later"},
    of_dqn{"every", &dqn_options::every, 1, 1'000'000, false, "steps", "from one update to the next"},
    of_dqn{"first_chance", &dqn_options::first_chance, 0, 1, false, "probability",
           "of an action by lot to explore, at first"},
    of_dqn{"last_chance", &dqn_options::last_chance, 0, 1, false, "probability", "the same, at last"},
    of_dqn{"rate", &dqn_options::rate, 0, 1, false, "", "the learning rate; 0: nothing is learned"},
    of_dqn{"reward_scale", &dqn_options::reward_scale, 0, 1'000'000, true, "",
           "what rewards are multiplied by for learning"},
    of_dqn{"spread", &dqn_options::spread, 0, 100, false, "",
           "the standard deviation of the first weights; 0: libtorch's usual ones"},
    of_dqn{"sync", &dqn_options::sync, 1, 1'000'000, false, "updates",
           "from one copy into the target network to the next"},
    of_dqn{"warm_up", &dqn_options::warm_up, 0, many, false, "steps", "before the first update"},
};

using of_ppo = setting<ppo_options>;
constexpr std::array ppo_settings{
    of_ppo{"batch", &ppo_options::batch, 1, 100'000, false, "steps", "of each step of learning: a rollout at most"},
    of_ppo{"clip", &ppo_options::clip, 0, 1, true, "", "how far the ratio of probabilities may be from 1"},
    of_ppo{"discount", &ppo_options::discount, 0, 1, false, "a step", "what a reward is worth a step later"},
    of_ppo{"entropy", &ppo_options::entropy, 0, 1, false, "rewards a nat", "the worth of being undecided"},
    of_ppo{"epochs", &ppo_options::epochs, 1, 1000, false, "times", "that an update goes through a rollout"},
    of_ppo{"first_spread", &ppo_options::first_spread, 0, 10, true, "half ranges",
           "the standard deviation of controls at first, where the agent gives controls"},
    of_ppo{"longest", &ppo_options::longest, 0, 1'000'000, false, "",
           "a gradient that is longer is shortened to this length; 0: none is"},
    of_ppo{"rate", &ppo_options::rate, 0, 1, false, "", "the learning rate of both networks; 0: they learn nothing"},
    of_ppo{"reward_scale", &ppo_options::reward_scale, 0, 1'000'000, true, "",
           "what rewards are multiplied by for learning"},
    of_ppo{"rollout", &ppo_options::rollout, 1, 1'000'000, false, "steps",
           "of all environments together from one update to the next: as many as a batch at least"},
    of_ppo{"spread", &ppo_options::spread, 0, 100, false, "",
           "the standard deviation of the policy's first weights; 0: libtorch's usual ones"},
    of_ppo{"trace", &ppo_options::trace, 0, 1, false, "a step", "what an advantage is worth a step later (lambda)"},
};

// Whole numbers with all of their digits.
std::string shown(double x) {
    const bool is_whole = std::abs(x) < 1e15 && x == std::floor(x);
    return is_whole ? std::to_string(static_cast<long long>(x)) : number_text(x);
}

template <class Options>
bool is_whole(const setting<Options>& s) {
    return std::holds_alternative<std::size_t Options::*>(s.where);
}

// A column as wide as its widest text.
void pad(std::vector<std::array<std::string, 5>>& rows, std::size_t column) {
    std::size_t width = 0;
    for (const auto& row : rows) {
        width = std::max(width, row[column].size());
    }
    for (auto& row : rows) {
        row[column].resize(width, ' ');
    }
}

} // namespace

std::span<const setting<ddpg_options>> settings_of(const ddpg_options&) { return ddpg_settings; }
std::span<const setting<dqn_options>> settings_of(const dqn_options&) { return dqn_settings; }
std::span<const setting<ppo_options>> settings_of(const ppo_options&) { return ppo_settings; }

template <class Options>
std::string range_of(const setting<Options>& s) {
    return (is_whole(s) ? "whole, " : "") + std::string{s.is_above ? "above " : "from "} + shown(s.least) + " to " +
           shown(s.most);
}
template std::string range_of(const setting<ddpg_options>& s);
template std::string range_of(const setting<dqn_options>& s);
template std::string range_of(const setting<ppo_options>& s);

std::string table_of(const recipe& options, const std::string& title) {
    std::vector<std::array<std::string, 5>> rows{{"name", "value", "range", "unit", "meaning"}};
    std::visit(
        [&](const auto& o) {
            for (const auto& s : settings_of(o)) {
                rows.push_back({std::string{s.name}, shown(value_of(s, o)), range_of(s),
                                s.unit.empty() ? "-" : std::string{s.unit}, std::string{s.meaning}});
            }
        },
        options);
    for (std::size_t column = 0; column < 4; ++column) {
        pad(rows, column);
    }
    std::string text = title + "\n";
    for (const auto& [name, value, range, unit, meaning] : rows) {
        text += "  " + name + "  " + value + "  " + range + "  " + unit + "  " + meaning + "\n";
    }
    return text;
}

std::string names_of_settings(const std::string& indent, std::size_t width) {
    std::string text;
    const auto tell = [&](const std::string& agent, const auto& options) {
        std::string line = indent + agent + ":";
        for (const auto& s : settings_of(options)) {
            if (line.size() + 1 + s.name.size() > width) {
                text += line + "\n";
                line = indent + " ";
            }
            line += " " + std::string{s.name};
        }
        text += line + "\n";
    };
    tell("dqn", dqn_options{});
    tell("ddpg and td3", ddpg_options{});
    tell("ppo", ppo_options{});
    return text;
}

} // namespace opara::examples::drl
