#include <examples/drl/training/results.hpp>
#include <opara/core/file.hpp>
#include <opara/core/file_set.hpp>
#ifdef OPARA_TRAINING_ONNX
#    include <opara/onnx/perceptron_writer.hpp>
#endif

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

namespace {

double single(double x) { return static_cast<double>(static_cast<float>(x)); }

std::string rounded(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", x);
    return text;
}

nlohmann::json to_json(const std::vector<learning::episode>& episodes) {
    nlohmann::json list = nlohmann::json::array();
    for (const learning::episode& e : episodes) {
        list.push_back({{"reward", e.reward}, {"length", e.length}, {"step", e.step}});
    }
    return list;
}

} // namespace

const char* name_of(learning::training_end end) {
    switch (end) {
    case learning::training_end::stopped: return "criterion met";
    case learning::training_end::steps: return "steps used up";
    case learning::training_end::episodes: return "episodes used up";
    case learning::training_end::seconds: break;
    }
    return "time used up";
}

abstraction::network with_raw_bounds(const abstraction::network& net, const std::vector<double>& lower,
                                     const std::vector<double>& upper) {
    std::vector<abstraction::layer> layers = net.layers();
    abstraction::layer& first = layers.front();
    const std::size_t n = lower.size();
    for (std::size_t o = 0; o < first.bias.size(); ++o) {
        for (std::size_t i = 0; i < first.inputs; ++i) { // bound -> 2 (bound - lower) / width - 1
            const double width = upper[i % n] - lower[i % n];
            double& w = first.weight[o * first.inputs + i];
            first.bias[o] -= w * (2 * lower[i % n] / width + 1);
            w = single(2 * w / width);
        }
        first.bias[o] = single(first.bias[o]);
    }
    return abstraction::network{std::move(layers)};
}

std::string progress_of(const learning::training_log& log, std::size_t window) {
    return std::to_string(log.episodes.size()) + " episodes, " + std::to_string(log.steps) +
           " steps, mean reward of the last " + std::to_string(window) + ": " +
           rounded(learning::mean_reward(log, window));
}

std::string summary_of(const identity& what, const trained& t) {
    const learning::training_log& log = t.at.log;
    return "seed " + std::to_string(what.seed) + ": " + name_of(log.end) + " after " +
           std::to_string(log.episodes.size()) + " episodes and " + std::to_string(log.steps) + " steps" +
           (t.at.attempt > 0 ? " in attempt " + std::to_string(t.at.attempt + 1) : std::string{}) + ", " +
           rounded(seconds_of(t.at)) + " s" + (t.at.attempt > 0 ? " in all" : "") +
           (t.controller.head == abstraction::head_kind::softmax ? "; actions by lot: mean "
                                                                 : "; without exploration: mean ") +
           rounded(t.evaluation.mean) + ", spread " + rounded(t.evaluation.spread) + ", worst " +
           rounded(t.evaluation.worst);
}

void write_controller(const std::string& path, const abstraction::trained_controller& c) {
    file_set both; // of one network
    both.add(path + ".json", [&](std::ostream& out) { out << abstraction::controller_to_json(c); });
#ifdef OPARA_TRAINING_ONNX
    both.add(path + ".onnx", [&](std::ostream& out) { out << onnx::perceptron_to_onnx(c.net, c.name); });
#endif
    both.move_into_place();
}

void write_results(const std::string& path, const identity& what, const trained& t) {
    write_controller(path, t.controller);
    const nlohmann::json log{{"system", what.system},
                             {"agent", what.agent},
                             {"grid", what.grid},
                             {"observe", what.observe},
                             {"recipe", what.recipe},
                             {"seed", what.seed},
                             {"environments", what.environments},
                             {"attempts", t.at.attempt + 1},
                             {"end", name_of(t.at.log.end)},
                             {"steps", t.at.log.steps},
                             {"seconds", seconds_of(t.at)},
                             {"evaluation",
                              {{"episodes", t.evaluation.episodes.size()},
                               {"mean", t.evaluation.mean},
                               {"spread", t.evaluation.spread},
                               {"worst", t.evaluation.worst},
                               {"best", t.evaluation.best}}},
                             {"episodes", to_json(t.at.log.episodes)}};
    write_file_atomically(path + ".log.json", log.dump(1) + "\n");
}

} // namespace opara::examples::drl
