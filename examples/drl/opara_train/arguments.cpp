#include <examples/drl/opara_train/arguments.hpp>

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace opara::examples::drl {

const char* const usage = R"(usage: opara_train SYSTEM [options]

Trains a controller on the cells of a grid, and writes what opara_verify reads.

SYSTEM: b1 b2 b3 b4 b5 tora acc6                   with one control, in the steps of the published verifications
        b1_trainify b2_trainify tora_stay          with one control, as Trainify trains them
        pendulum quadrotor                         with one control, with three
        mountain_car cart_pole                     with one of several actions

  --agent dqn|ddpg|td3|ppo     dqn chooses among actions, ddpg and td3 give controls, ppo does either;
                               default: dqn or ddpg (quadrotor: td3)
  --abstract WIDTH[,WIDTH..]   the widths of the cells, one for all dimensions or one each; none: train on states, not
                               on cells; default: the published grid
  --observe raw|normalised     how the agent sees a cell's bounds, or the state: as they are, as published, or between -1
                               and 1; the controller that is written takes them as they are either way; default: raw
  --hidden WIDTH[,WIDTH..]     the widths of the policy's hidden layers; default: the published
  --activation tanh|relu|sigmoid   of these layers; default: the published
  --set NAME=VALUE             another hyper-parameter (again for more), of which --set help tells the names
  --seed SEED                  equal seeds give equal trainings; default: 1
  --seeds COUNT                so many trainings, with SEED and the next ones; default: 1
  --jobs COUNT                 trainings at a time; default: as many as there are cores
  --environments COUNT         side by side in each training; default: 1
  --restarts COUNT             a training that ends without success begins again from nothing, so often; default: 20 for
                               b1_trainify and tora_stay, else 0
  --criterion MEAN,WORST       what ends a training: the mean reward of the last episodes, and the worst of some without
                               exploration; default: those of the task
  --episodes COUNT             of each attempt of a training, at most; default: the number of the task
  --seconds COUNT              of each training, at most, all its attempts together
  --evaluations COUNT          episodes, without exploration, by which the written controller is judged; default: 100
  --out DIR                    the folder for all files; default: this one
  --resume                     go on from the checkpoints in DIR; what they are of must be asked for again

A training ends when the published criterion is met: that the last episodes, and then some without exploration, are good
enough. Each writes, as DIR/SYSTEM-AGENT-SEED,
  .json        the controller, for opara_verify SYSTEM --controller
  .onnx        its network
  .log.json    the episodes, and how the written controller does
  .checkpoint  all that is needed to go on
and together they write DIR/SYSTEM-AGENT.svg, the learning curves.

exit code: 0 all trainings met their criterion, 1 not all did, 2 an error
)";

namespace {

template <class T>
T number(const std::string& option, std::string_view text, const char* kind) {
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || text.empty()) {
        throw usage_error{option + " takes " + kind + ", not '" + std::string{text} + "'"};
    }
    return value;
}
double real(const std::string& option, std::string_view text) { return number<double>(option, text, "numbers"); }
std::size_t count(const std::string& option, std::string_view text) {
    const auto value = number<std::size_t>(option, text, "a whole number from 1 on");
    if (value == 0) {
        throw usage_error{option + " takes a whole number from 1 on, not '0'"};
    }
    return value;
}

// Values with commas between them.
template <class T, class Read>
std::vector<T> list(const std::string& option, std::string_view text, Read read) {
    std::vector<T> values;
    for (;;) {
        const std::size_t comma = text.find(',');
        values.push_back(read(option, text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return values;
        }
        text.remove_prefix(comma + 1);
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

// @returns whether it was an option with a value, and a known one
bool read_option(arguments& a, const std::string& word, const std::string& value) {
    if (word == "--agent") {
        a.agent = value;
    } else if (word == "--abstract") {
        a.on_states = value == "none";
        a.widths = a.on_states ? std::vector<double>{} : list<double>(word, value, real);
    } else if (word == "--observe") {
        if (value != "raw" && value != "normalised") {
            throw usage_error{"--observe takes raw or normalised, not '" + value + "'"};
        }
        a.scale = value == "raw" ? learning::bounds_scale::raw : learning::bounds_scale::normalised;
    } else if (word == "--hidden") {
        a.hidden = list<std::size_t>(word, value, count);
    } else if (word == "--activation") {
        a.function = activation_named(value);
    } else if (word == "--set") {
        const std::size_t equals = value.find('=');
        if (value != "help" && equals == std::string::npos) {
            throw usage_error{"--set takes NAME=VALUE, not '" + value + "'"};
        }
        a.settings.emplace_back(value.substr(0, equals),
                                value == "help" ? 0.0
                                                : real("--set " + value.substr(0, equals), value.substr(equals + 1)));
    } else if (word == "--seed") {
        a.seed = number<std::uint64_t>(word, value, "a whole number");
    } else if (word == "--seeds") {
        a.seeds = count(word, value);
    } else if (word == "--jobs") {
        a.jobs = count(word, value);
    } else if (word == "--environments") {
        a.environments = count(word, value);
    } else if (word == "--restarts") {
        a.restarts = number<std::size_t>(word, value, "a whole number");
    } else if (word == "--criterion") {
        a.criterion = list<double>(word, value, real);
        if (a.criterion.size() != 2) {
            throw usage_error{"--criterion takes two numbers, MEAN,WORST, not '" + value + "'"};
        }
    } else if (word == "--episodes") {
        a.episodes = count(word, value);
    } else if (word == "--evaluations") {
        a.evaluations = count(word, value);
    } else if (word == "--seconds") {
        a.seconds = real(word, value);
    } else if (word == "--out") {
        a.out = value;
    } else {
        return false;
    }
    return true;
}

} // namespace

arguments parse_arguments(const std::vector<std::string>& words) {
    arguments a;
    for (std::size_t k = 0; k < words.size(); ++k) {
        const std::string& word = words[k];
        if (word == "--help" || word == "-h") {
            a.help = true;
            return a;
        }
        if (word.empty() || word[0] != '-') {
            if (!a.system.empty()) {
                throw usage_error{"one system at a time: '" + a.system + "' or '" + word + "'?"};
            }
            a.system = word;
        } else if (word == "--resume") {
            a.resume = true;
        } else if (k + 1 == words.size()) {
            throw usage_error{word + " is unknown or lacks its value"};
        } else if (!read_option(a, word, words[++k])) {
            throw usage_error{"unknown option " + word};
        }
    }
    if (a.system.empty()) {
        throw usage_error{"a system is needed"};
    }
    return a;
}

} // namespace opara::examples::drl
