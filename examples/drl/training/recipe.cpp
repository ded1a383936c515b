#include <examples/drl/training/recipe.hpp>
#include <examples/drl/training/settings.hpp>
#include <opara/learning/error.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

namespace opara::examples::drl {

namespace {

using learning::detail::number_text;

// What each kind of agent is called.
std::string kind_of(const recipe& options) {
    return std::holds_alternative<ddpg_options>(options)  ? "ddpg and td3"
           : std::holds_alternative<dqn_options>(options) ? "dqn"
                                                          : "ppo";
}

template <class Options>
bool knows(const Options& o, std::string_view name) {
    return std::ranges::any_of(settings_of(o), [&](const auto& s) { return s.name == name; });
}

// "there is no such setting", and who else has it.
[[noreturn]] void refuse(const recipe& options, std::string_view name) {
    std::string others;
    for (const recipe& other : {recipe{dqn_options{}}, recipe{ddpg_options{}}, recipe{ppo_options{}}}) {
        if (std::visit([&](const auto& o) { return knows(o, name); }, other)) {
            others += (others.empty() ? " (a setting of " : ", ") + kind_of(other);
        }
    }
    std::string names;
    std::visit(
        [&](const auto& o) {
            for (const auto& s : settings_of(o)) {
                names += " " + std::string{s.name};
            }
        },
        options);
    throw usage_error{"--set knows no '" + std::string{name} + "' for " + kind_of(options) + others +
                      (others.empty() ? "" : ")") + "; there are:" + names};
}

// Of what is drawn from a list of steps there cannot be more than it holds.
void require_no_more(std::size_t batch, const char* holder, std::size_t held) {
    if (batch > held) {
        throw usage_error{"--set: batch is " + std::to_string(batch) + " steps, more than the " + std::to_string(held) +
                          " of " + holder + "; set both"};
    }
}

} // namespace

recipe recipe_for(const std::string& agent, const std::string& system) {
    if (agent == "ddpg" || agent == "td3") {
        ddpg_options o;
        if (system == "b1_trainify") {
            o.spread = 1; // as published: without noise, but begun again until the first weights are good ones
        } else if (system == "b1") {
            o.noise = 0.3;
        } else if (system == "pendulum") {
            o.hidden = {128, 128};
            o.critic_hidden = {128, 128};
            o.function = abstraction::activation::relu;
            o.every = 1;
            o.discount = 0.95; // upright again within a second; beyond that, small costs drown in the critic's errors
            o.approach = 0.005;
            o.critics = 2;
        } else if (system == "pendulum_angle") {
            o.hidden = {32, 32};
            o.every = 2;
            o.discount = 0.95; // as for `pendulum`
            o.noise = 0.1;
        } else if (system == "tora_stay") {
            o.hidden = {100, 100, 100};
            o.critic_hidden = {100, 100};
            o.every = 10;
        } else if (system == "b5") {
            o.hidden = {100, 100, 100};
        } else if (system == "tora") {
            o.hidden = {20, 20, 20};
            o.discount = 0.999; // the prize comes after 239 steps: discounted by 0.99 it is worth a tenth of it
            o.spread = 1;
            o.noise = 0.1;
        } else if (system == "acc6") {
            o.hidden = {20, 20, 20};
            o.noise = 0.1;
        } else if (system == "quadrotor") {
            o.hidden = {64, 64, 64};
            o.capacity = 100'000;
            o.every = 1;
        }
        return agent == "td3" ? td3_options(o) : o;
    }
    if (agent == "dqn") {
        dqn_options o;
        if (system == "cart_pole") {
            o.hidden = {64, 64, 64};
            o.warm_up = 5120;
            o.batch = 256;
            o.sync = 8;
        } else if (system == "mountain_car") {
            o.function = abstraction::activation::sigmoid;
        }
        return o;
    }
    if (agent == "ppo") {
        ppo_options o;
        if (system == "mountain_car") { // for 16 environments: many updates, and advantages that reach far back
            o.rate = 1e-3;
            o.trace = 0.98;
            o.rollout = 256;
            o.epochs = 4;
        }
        return o;
    }
    throw usage_error{"--agent takes dqn, ddpg, td3 or ppo, not '" + agent + "'"};
}

void set(recipe& options, std::string_view name, std::string_view text) {
    std::visit(
        [&]<class Options>(Options& o) {
            const auto all = settings_of(o);
            const auto found = std::ranges::find(all, name, &setting<Options>::name);
            if (found == all.end()) {
                refuse(options, name);
            }
            double value = 0;
            const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
            const bool is_whole = std::holds_alternative<std::size_t Options::*>(found->where);
            const bool is_number = problem == std::errc{} && end == text.data() + text.size();
            if (!is_number || !(value >= found->least && value <= found->most) ||
                (found->is_above && value == found->least) || (is_whole && value != std::floor(value))) {
                throw usage_error{"--set " + std::string{name} + " takes numbers (" + range_of(*found) + "), not '" +
                                  std::string{text} + "'"};
            }
            std::visit([&]<class T>(T Options::* where) { o.*where = static_cast<T>(value); }, found->where);
        },
        options);
}

void require_sense(const recipe& options) {
    if (const auto* const o = std::get_if<ppo_options>(&options)) {
        require_no_more(o->batch, "a rollout", o->rollout);
    } else {
        const auto of_memory = [](const auto& r) {
            require_no_more(r.batch, "the replay memory (capacity)", r.capacity);
        };
        std::holds_alternative<dqn_options>(options) ? of_memory(std::get<dqn_options>(options))
                                                     : of_memory(std::get<ddpg_options>(options));
    }
}

std::string describe(const recipe& options) {
    std::string text;
    std::visit(
        [&](const auto& o) {
            for (const auto& s : settings_of(o)) {
                text += std::string{s.name} + "=" + number_text(value_of(s, o)) + " ";
            }
            text += "hidden=";
            for (const std::size_t width : o.hidden) {
                text += (text.back() == '=' ? "" : ",") + std::to_string(width);
            }
            text += o.function == abstraction::activation::tanh      ? " activation=tanh"
                    : o.function == abstraction::activation::relu    ? " activation=relu"
                    : o.function == abstraction::activation::sigmoid ? " activation=sigmoid"
                                                                     : " activation=identity";
        },
        options);
    return text;
}

} // namespace opara::examples::drl
