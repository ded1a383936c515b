// Apart from options.cpp: all systems have to be known here.

#include <examples/drl/environments/problems.hpp>
#include <examples/drl/training/learner.hpp>
#include <examples/drl/training/options.hpp>
#include <examples/drl/training/settings.hpp>

#include <optional>
#include <string>

namespace opara::examples::drl {

std::optional<std::string> settings_asked_for(const training_arguments& a) {
    if (!a.tells_settings) {
        return std::nullopt;
    }
    std::optional<std::string> text;
    for_each_problem([&](const auto& p) {
        if (p.name == a.system) {
            const recipe options = recipe_of(a, p.agent);
            const std::string& agent = a.agent.empty() ? p.agent : a.agent;
            if (agent != "ppo") { // which does either
                static_cast<void>(learner{1, p.environment.actions(), options, 0});
            }
            text = table_of(options, "--set NAME=VALUE of " + agent + " for " + p.name + ":");
        }
    });
    if (!text) {
        throw usage_error{"unknown system '" + a.system + "'; there are: " + problem_names};
    }
    return text;
}

} // namespace opara::examples::drl
