#include <examples/drl/training/recipe.hpp>
#include <opara/learning/error.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>

namespace opara::examples::drl {

namespace {

// Calls f(name, member) for each hyper-parameter that is a number.
template <class F>
void each(ddpg_options& o, F f) {
    f("actor_rate", o.actor_rate);
    f("approach", o.approach);
    f("batch", o.batch);
    f("capacity", o.capacity);
    f("critic_rate", o.critic_rate);
    f("critics", o.critics);
    f("delay", o.delay);
    f("discount", o.discount);
    f("every", o.every);
    f("noise", o.noise);
    f("reward_scale", o.reward_scale);
    f("spread", o.spread);
    f("target_clip", o.target_clip);
    f("target_noise", o.target_noise);
    f("warm_up", o.warm_up);
}
template <class F>
void each(dqn_options& o, F f) {
    f("batch", o.batch);
    f("capacity", o.capacity);
    f("chance_steps", o.chance_steps);
    f("discount", o.discount);
    f("every", o.every);
    f("first_chance", o.first_chance);
    f("last_chance", o.last_chance);
    f("rate", o.rate);
    f("reward_scale", o.reward_scale);
    f("spread", o.spread);
    f("sync", o.sync);
    f("warm_up", o.warm_up);
}
template <class F>
void each(ppo_options& o, F f) {
    f("batch", o.batch);
    f("clip", o.clip);
    f("discount", o.discount);
    f("entropy", o.entropy);
    f("epochs", o.epochs);
    f("first_spread", o.first_spread);
    f("longest", o.longest);
    f("rate", o.rate);
    f("reward_scale", o.reward_scale);
    f("rollout", o.rollout);
    f("spread", o.spread);
    f("trace", o.trace);
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
        return ppo_options{};
    }
    throw usage_error{"--agent takes dqn, ddpg, td3 or ppo, not '" + agent + "'"};
}

void set(recipe& options, std::string_view name, double value) {
    bool known = false;
    const auto change = [&]<class T>(std::string_view one, T& member) {
        if (one != name) {
            return;
        }
        known = true;
        constexpr double most = 1e12;
        const bool is_whole = value == std::floor(value);
        if (!(value >= 0 && value <= most) || (!std::is_floating_point_v<T> && !is_whole)) {
            throw usage_error{"--set " + std::string{name} + " takes a " +
                              (std::is_floating_point_v<T> ? "number" : "whole number") + " from 0 on, not " +
                              learning::detail::number_text(value)};
        }
        member = static_cast<T>(value);
    };
    std::visit([&](auto& o) { each(o, change); }, options);
    if (!known) {
        throw usage_error{"--set knows no '" + std::string{name} +
                          "' for this agent; there are: " + settings_of(options)};
    }
}

std::string settings_of(const recipe& options) {
    std::string names;
    std::visit(
        [&](auto o) {
            each(o, [&](const char* name, const auto&) { names += (names.empty() ? "" : " ") + std::string{name}; });
        },
        options);
    return names;
}

std::string describe(const recipe& options) {
    std::string text;
    std::visit(
        [&](auto o) {
            each(o, [&](const char* name, const auto& value) {
                text += std::string{name} + "=" + learning::detail::number_text(static_cast<double>(value)) + " ";
            });
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
