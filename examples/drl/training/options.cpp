#include <examples/drl/training/options.hpp>
#include <examples/drl/training/settings.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <variant>

namespace opara::examples::drl {

std::string training_usage() {
    return R"(  --agent dqn|ddpg|td3|ppo     dqn chooses among actions, ddpg and td3 give controls, ppo does either;
                               default: dqn or ddpg (quadrotor: ppo)
  --abstract WIDTH[,WIDTH..]   the widths of the cells, one for all dimensions or one each; default: the published grid
  --observe raw|normalised     how the agent sees a cell's bounds, or the state: as they are, as published, or between -1
                               and 1; the controller that is written takes them as they are either way; default: raw
  --hidden WIDTH[,WIDTH..]     the widths of the policy's hidden layers; default: the published
  --activation tanh|relu|sigmoid   of these layers; default: the published
  --set NAME=VALUE             another hyper-parameter (again for more). --set help tells what they are for SYSTEM and the
                               agent, what they may be, and what they mean:
)" + names_of_settings(std::string(31, ' '), 125) +
           R"(  --seed SEED                  equal seeds give equal trainings; default: 1
  --environments COUNT         side by side in each training; default: 1
  --restarts COUNT             a training that ends without success begins again from nothing, so often; default: 20 for
                               b1_trainify, pendulum and tora_stay, else 0
  --episodes COUNT             of each attempt of a training, at most; default: the number of the task
  --evaluations COUNT          episodes, without exploration, by which the written controller is judged; default: 100
)";
}

namespace {

// What no machine has room for is refused before it is tried.
void require_at_most(const std::string& name, std::size_t value, std::size_t most) {
    if (value > most) {
        throw usage_error{name + " takes numbers up to " + std::to_string(most) + ", not " + std::to_string(value)};
    }
}

void require_room(const std::string& name, const std::string& text, const std::vector<std::size_t>& widths) {
    constexpr std::size_t most_weights = 20'000'000; // with Adam's memory and a target network: some 320 MB
    std::size_t weights = 0;
    for (std::size_t k = 0; k < widths.size(); ++k) {
        require_at_most(name, widths[k], 100'000);
        weights += k == 0 ? 0 : widths[k - 1] * widths[k];
        if (weights > most_weights) {
            throw usage_error{name + " takes layers with up to " + std::to_string(most_weights) +
                              " weights between them, all together, not '" + text + "'"};
        }
    }
}

abstraction::activation activation_named(const std::string& name) {
    if (name == "tanh") {
        return abstraction::activation::tanh;
    }
    if (name == "relu") {
        return abstraction::activation::relu;
    }
    if (name == "sigmoid") {
        return abstraction::activation::sigmoid;
    }
    throw usage_error{"--activation takes tanh, relu or sigmoid, not '" + name + "'"};
}

} // namespace

void add_training_options(command_line& line, training_arguments& a) {
    using text = const std::string&;
    line.option("--agent", a.agent);
    line.option("--abstract", [&a](text name, text value) {
        a.on_states = value == "none";
        a.widths = a.on_states ? std::vector<double>{} : list(name, value, real);
    });
    line.option("--observe", [&a](text name, text value) {
        if (value != "raw" && value != "normalised") {
            throw usage_error{name + " takes raw or normalised, not '" + value + "'"};
        }
        a.scale = value == "raw" ? learning::bounds_scale::raw : learning::bounds_scale::normalised;
    });
    line.option("--hidden", [&a](text name, text value) {
        a.hidden = list(name, value, count);
        require_room(name, value, a.hidden);
    });
    line.option("--activation", [&a](text, text value) { a.function = activation_named(value); });
    line.repeatable("--set", [&a](text, text value) {
        const std::size_t equals = value.find('=');
        a.tells_settings = a.tells_settings || value == "help";
        if (value == "help") {
            return;
        }
        if (equals == std::string::npos) {
            throw usage_error{"--set takes NAME=VALUE, not '" + value + "'"};
        }
        const std::string name = value.substr(0, equals);
        if (std::ranges::any_of(a.settings, [&](const auto& s) { return s.first == name; })) {
            throw usage_error{"--set has " + name + " twice"};
        }
        a.settings.emplace_back(name, value.substr(equals + 1));
    });
    line.option("--seed", [&a](text name, text value) { a.seed = whole(name, value); });
    line.option("--environments", [&a](text name, text value) {
        a.environments = count(name, value);
        require_at_most(name, a.environments, 100'000);
    });
    line.option("--restarts", [&a](text name, text value) { a.restarts = whole(name, value); });
    line.option("--episodes", [&a](text name, text value) { a.episodes = count(name, value); });
    line.option("--evaluations", [&a](text name, text value) { a.evaluations = count(name, value); });
}

double time_limit(const std::string& option, const std::string& text) {
    const double value = real(option, text);
    if (!(value > 0)) {
        throw usage_error{option + " takes a number above 0, not '" + text + "'"};
    }
    return value;
}

recipe recipe_of(const training_arguments& a, const std::string& usual) {
    recipe options = recipe_for(a.agent.empty() ? usual : a.agent, a.system);
    std::visit(
        [&](auto& o) {
            o.hidden = a.hidden.empty() ? o.hidden : a.hidden;
            o.function = a.function.value_or(o.function);
        },
        options);
    for (const auto& [name, value] : a.settings) {
        set(options, name, value);
    }
    require_sense(options);
    return options;
}

} // namespace opara::examples::drl
