#include <examples/drl/training/recipe.hpp>
#include <examples/drl/training/settings.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <variant>

using namespace opara::examples;
using namespace opara::examples::drl;

namespace {

std::string refusal(recipe options, std::string_view name, std::string_view text) {
    try {
        set(options, name, text);
    } catch (const usage_error& e) {
        return e.what();
    }
    return {};
}

} // namespace

TEST_CASE("every setting takes the ends of its range, what lies between, and nothing else") {
    for (const recipe& options : {recipe{ddpg_options{}}, recipe{dqn_options{}}, recipe{ppo_options{}}}) {
        std::visit(
            [&]<class Options>(const Options& o) {
                std::string_view last;
                for (const setting<Options>& s : settings_of(o)) {
                    CAPTURE(s.name);
                    CHECK(last < s.name); // in order, so that none is there twice
                    last = s.name;
                    CHECK(value_of(s, o) >= s.least); // the default is in the range
                    CHECK(value_of(s, o) <= s.most);
                    CHECK(s.least < s.most);
                    CHECK_FALSE(s.meaning.empty());
                    recipe changed = options;
                    set(changed, s.name, std::to_string(s.most));
                    CHECK(value_of(s, std::get<Options>(changed)) == s.most);
                    const std::string least = std::to_string(s.least);
                    CHECK(refusal(options, s.name, least).empty() != s.is_above);
                    const std::string expected =
                        "--set " + std::string{s.name} + " takes numbers (" + range_of(s) + "), not '";
                    for (const std::string& no :
                         {std::to_string(s.most * 2), std::string{"-1"}, std::string{"nan"}, std::string{"inf"},
                          std::string{"1e999"}, std::string{}, std::string{"much"}, std::string{"1,5"},
                          std::string{"1 "}, std::string{"0x1"}}) {
                        CHECK(refusal(options, s.name, no) == expected + no + "'");
                    }
                    const bool is_whole = std::holds_alternative<std::size_t Options::*>(s.where);
                    CHECK(refusal(options, s.name, is_whole ? "1.5" : "no") != "");
                }
            },
            options);
    }
}

TEST_CASE("what no agent can do with is refused, and the range is told") {
    const recipe ddpg = recipe_for("ddpg", "b1");
    CHECK(refusal(ddpg, "critics", "3") == "--set critics takes numbers (whole, from 1 to 2), not '3'");
    CHECK(refusal(ddpg, "approach", "0") == "--set approach takes numbers (above 0 to 1), not '0'");
    for (const char* const none : {"batch", "capacity", "critics", "delay", "every", "reward_scale"}) {
        CHECK_FALSE(refusal(ddpg, none, "0").empty());
    }
    for (const char* const none : {"epochs", "rollout", "batch", "clip", "first_spread"}) {
        CHECK_FALSE(refusal(ppo_options{}, none, "0").empty());
    }
    CHECK(refusal(ddpg, "epochs", "3")
              .starts_with(
                  "--set knows no 'epochs' for ddpg and td3 (a setting of ppo); there are: actor_rate approach"));
    CHECK(refusal(dqn_options{}, "noise", "0")
              .starts_with("--set knows no 'noise' for dqn (a setting of ddpg and td3); there are: batch"));
    CHECK(refusal(ddpg, "", "0").starts_with("--set knows no '' for ddpg and td3; there are:"));
}

TEST_CASE("a batch is no more than it is drawn from") {
    recipe options = dqn_options{};
    set(options, "capacity", "128");
    CHECK_NOTHROW(require_sense(options));
    set(options, "capacity", "127");
    CHECK_THROWS_WITH_AS(require_sense(options),
                         doctest::Contains("batch is 128 steps, more than the 127 of the replay"), usage_error);
    options = ppo_options{};
    set(options, "rollout", "63");
    CHECK_THROWS_WITH_AS(require_sense(options), doctest::Contains("batch is 64 steps, more than the 63 of a rollout"),
                         usage_error);
}

TEST_CASE("every recipe makes sense, and says all of its settings") {
    for (const char* const agent : {"dqn", "ddpg", "td3", "ppo"}) {
        for (const char* const system : {"b1", "b1_trainify", "b2", "b5", "tora", "tora_stay", "acc6", "mountain_car",
                                         "pendulum", "pendulum_angle", "cart_pole", "quadrotor"}) {
            const recipe options = recipe_for(agent, system);
            CHECK_NOTHROW(require_sense(options));
            const std::string text = " " + describe(options);
            std::visit(
                [&](const auto& o) {
                    for (const auto& s : settings_of(o)) {
                        CHECK(text.find(" " + std::string{s.name} + "=") != std::string::npos);
                    }
                },
                options);
        }
    }
}
