#include <examples/drl/training/session.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

using namespace opara::examples::drl;
using namespace opara::learning;

namespace {

// Three steps of no reward; what the episodes before the last `good` ones give as the second is `odd`.
template <class Actions>
struct odd_at_first {
    double odd = 0;
    std::shared_ptr<std::size_t> oddities; // episodes that are odd yet; shared, as trainings copy environments
    std::size_t steps = 0;
    bool is_odd = false;

    std::array<double, 1> reset(std::uint64_t) {
        steps = 0;
        is_odd = *oddities > 0;
        *oddities -= is_odd ? 1 : 0;
        return {0.5};
    }
    step_result<std::array<double, 1>> step(std::span<const double>) {
        ++steps;
        return {{0.5}, is_odd && steps == 2 ? odd : -1, false, steps == 3};
    }
    [[nodiscard]] std::size_t observations() const { return 1; }
    [[nodiscard]] Actions actions() const {
        if constexpr (std::is_same_v<Actions, discrete_actions>) {
            return {2};
        } else {
            return {{-1}, {1}};
        }
    }
};

class folder {
public:
    folder() : path_{std::filesystem::temp_directory_path() / "opara-session-test"} {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

// Ends after 20 episodes at least; all are good enough.
template <class Actions>
plan_of_training plan_in(const folder& here, const recipe& options, std::size_t restarts) {
    const std::string agent = std::is_same_v<Actions, discrete_actions> ? "dqn" : "ddpg";
    return {.what = {"mine", agent, "none", "raw", "", 7, 1},
            .target = {.least_episodes = 20, .most_episodes = 40, .window = 5, .mean = -3, .worst = -3},
            .options = options,
            .path = here.file("mine"),
            .seed = 7,
            .restarts = restarts,
            .evaluations = 2,
            .lower = {},
            .upper = {},
            .widths = {}};
}

template <class Actions>
trained train_it(const recipe& options, double odd, std::size_t oddities, std::size_t restarts, std::size_t stage) {
    const folder here;
    const auto spent = std::make_shared<std::size_t>(0);
    const any_environment<Actions> calm{odd_at_first<Actions>{0, spent}};
    const any_environment<Actions> learned{odd_at_first<Actions>{odd, std::make_shared<std::size_t>(oddities)}};
    teller tell{"mine"};
    checkpoint from;
    from.stage = stage;
    return go_on(surroundings<Actions>{learned, calm, calm}, plan_in<Actions>(here, options, restarts), from, tell);
}

template <class Actions>
std::string failure_of(const recipe& options, double odd = 0, std::size_t oddities = 0, std::size_t restarts = 0,
                       std::size_t stage = 0) {
    try {
        train_it<Actions>(options, odd, oddities, restarts, stage);
    } catch (const opara::error& e) {
        return e.what();
    }
    return {};
}

constexpr std::size_t always = 1'000'000;

// As `odd_at_first`, but when nothing is odd any more the process dies, once.
struct dies_after_that : odd_at_first<continuous_actions> {
    std::shared_ptr<bool> is_dead;

    std::array<double, 1> reset(std::uint64_t seed) {
        if (*oddities == 0 && !std::exchange(*is_dead, true)) {
            throw std::runtime_error{"killed"};
        }
        return odd_at_first<continuous_actions>::reset(seed);
    }
};

} // namespace

TEST_CASE("an attempt in which a reward overflows has failed, and the next one begins") {
    // Beyond single precision, and beyond double.
    for (const double odd :
         {1e300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        CAPTURE(odd);
        const trained found = train_it<continuous_actions>(ddpg_options{}, odd, 2, 5, 0);
        CHECK(is_success(found));
        CHECK(found.at.attempt == 2); // two failed
        CHECK(found.at.log.episodes.size() == 20);
        CHECK(is_success(train_it<discrete_actions>(dqn_options{}, odd, 1, 1, 0)));
        CHECK(is_success(train_it<discrete_actions>(ppo_options{}, odd, 1, 1, 0)));
    }
    CHECK(train_it<continuous_actions>(ddpg_options{}, 1e300, 0, 5, 0).at.attempt == 0);
}

TEST_CASE("where all attempts fail, it is said of what, where, and why") {
    CHECK(failure_of<continuous_actions>(ddpg_options{}, 1e300, always, 2) ==
          "mine with ddpg, seed 7: attempt 3 failed in episode 1: a reward of 1e+300, times reward_scale, is 1e+300, "
          "which "
          "is not finite in single precision; there is no attempt left (--restarts), and no controller to write");
    CHECK(failure_of<discrete_actions>(dqn_options{}, std::numeric_limits<double>::infinity(), always, 1)
              .starts_with("mine with dqn, seed 7: attempt 2 failed in episode 1: the reward of a step is inf; there "
                           "is no attempt left"));
}

TEST_CASE("a training that goes on has one attempt, and says so") {
    CHECK(failure_of<continuous_actions>(ddpg_options{}, 1e300, always, 0, 1)
              .ends_with("; a training that goes on has one attempt, and no controller to write"));
}

TEST_CASE("a kill does not bring back attempts that have failed") {
    const folder here;
    const auto spent = std::make_shared<std::size_t>(0);
    const any_environment<continuous_actions> calm{odd_at_first<continuous_actions>{0, spent}};
    const double infinity = std::numeric_limits<double>::infinity();
    const any_environment<continuous_actions> learned{
        dies_after_that{{infinity, std::make_shared<std::size_t>(2)}, std::make_shared<bool>(false)}};
    const surroundings<continuous_actions> where{learned, calm, calm};
    const plan_of_training plan = plan_in<continuous_actions>(here, ddpg_options{}, 5);
    teller tell{"mine"};
    CHECK_THROWS_WITH(go_on(where, plan, checkpoint{}, tell), "killed");
    const checkpoint left = read_checkpoint(here.file("mine.checkpoint"), plan.what);
    CHECK(left.attempt == 2);
    CHECK(left.state.empty());
    const trained after = go_on(where, plan, left, tell);
    CHECK(is_success(after));
    CHECK(after.at.attempt == 2);
    CHECK(after.at.state == train_it<continuous_actions>(ddpg_options{}, infinity, 2, 5, 0).at.state);
}

TEST_CASE("an absurd learning rate is a failure, and not a controller") {
    ddpg_options ddpg{.warm_up = 30};
    ddpg.critic_rate = 1e30;
    const std::string of_critic = failure_of<continuous_actions>(ddpg);
    CHECK(of_critic.starts_with("mine with ddpg, seed 7: attempt 1 failed in episode 1"));
    CAPTURE(of_critic);
    CHECK(of_critic.find("the loss of the actor is ") != std::string::npos); // as it asks the critic
    CHECK(failure_of<discrete_actions>(dqn_options{.rate = 1e30, .warm_up = 8})
              .find("mine with dqn, seed 7: attempt 1") == 0);
    CHECK(failure_of<discrete_actions>(ppo_options{.rate = 1e30, .rollout = 16, .batch = 8}).find(" is ") !=
          std::string::npos);
}
