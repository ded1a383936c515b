#include <examples/drl/training/learner.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

namespace opara::examples::drl {

namespace {

using any_agent = std::variant<ddpg, dqn, ppo>;

any_agent made(std::size_t observations, const learning::discrete_actions& actions, recipe options,
               std::uint64_t seed) {
    std::visit([&](auto& o) { o.seed = seed; }, options);
    if (const auto* const o = std::get_if<dqn_options>(&options)) {
        return dqn{observations, actions, *o};
    }
    if (const auto* const o = std::get_if<ppo_options>(&options)) {
        return ppo{observations, actions, *o};
    }
    throw usage_error{"this system takes one of several actions: --agent dqn or ppo"};
}
any_agent made(std::size_t observations, const learning::continuous_actions& actions, recipe options,
               std::uint64_t seed) {
    std::visit([&](auto& o) { o.seed = seed; }, options);
    if (const auto* const o = std::get_if<ddpg_options>(&options)) {
        return ddpg{observations, actions, *o};
    }
    if (const auto* const o = std::get_if<ppo_options>(&options)) {
        return ppo{observations, actions, *o};
    }
    throw usage_error{"this system takes controls: --agent ddpg, td3 or ppo"};
}

} // namespace

learner::learner(std::size_t observations, const learning::discrete_actions& actions, const recipe& options,
                 std::uint64_t seed)
    : agent_{made(observations, actions, options, seed)} {
    if (const auto* const o = std::get_if<ppo_options>(&options)) {
        by_lot_ = o->by_lot;
    }
}
learner::learner(std::size_t observations, const learning::continuous_actions& actions, const recipe& options,
                 std::uint64_t seed)
    : agent_{made(observations, actions, options, seed)}, controls_{actions} {}

void learner::explore(std::span<const double> observations, std::span<double> actions) {
    std::visit([&](auto& a) { a.explore(observations, actions); }, agent_);
}
void learner::act(std::span<const double> observations, std::span<double> actions) {
    std::visit([&](auto& a) { a.act(observations, actions); }, agent_);
}
void learner::learn(const learning::transitions& t) {
    std::visit([&](auto& a) { a.learn(t); }, agent_);
}
void learner::rehearse(const learning::transitions& t) {
    if (!std::holds_alternative<ppo>(agent_)) {
        learn(t);
    }
}

abstraction::trained_controller learner::policy() const {
    abstraction::network net = std::visit([](const auto& a) { return a.policy(); }, agent_);
    if (controls_.lower.empty()) {
        const auto head = by_lot_ ? abstraction::head_kind::softmax : abstraction::head_kind::argmax;
        return {"", "", std::move(net), head, 1, 0, {}, {}, {}};
    }
    for (std::size_t i = 1; i < controls_.lower.size(); ++i) {
        if (controls_.lower[i] != controls_.lower[0] || controls_.upper[i] != controls_.upper[0]) {
            throw error{"a controller whose controls have different bounds cannot be written"};
        }
    }
    const double half = 0.5 * (controls_.upper[0] - controls_.lower[0]);
    return {"", "", std::move(net), abstraction::head_kind::scaled, half, controls_.lower[0] + half, {}, {}, {}};
}
std::string learner::state() const {
    return std::visit([](const auto& a) { return a.state(); }, agent_);
}
void learner::restore(std::string_view bytes) {
    std::visit([&](auto& a) { a.restore(bytes); }, agent_);
}

static_assert(learning::agent<learner>);

} // namespace opara::examples::drl
