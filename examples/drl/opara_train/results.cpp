#include <examples/drl/opara_train/results.hpp>
#include <opara/core/file.hpp>
#ifdef OPARA_TRAIN_ONNX
#    include <opara/onnx/perceptron_writer.hpp>
#endif

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
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

const char* name_of(learning::training_end end) {
    switch (end) {
    case learning::training_end::stopped: return "criterion met";
    case learning::training_end::steps: return "steps used up";
    case learning::training_end::episodes: return "episodes used up";
    case learning::training_end::seconds: break;
    }
    return "time used up";
}

nlohmann::json to_json(const std::vector<learning::episode>& episodes) {
    nlohmann::json list = nlohmann::json::array();
    for (const learning::episode& e : episodes) {
        list.push_back({{"reward", e.reward}, {"length", e.length}, {"step", e.step}});
    }
    return list;
}

} // namespace

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

std::string summary_of(const training_result& r) {
    return "seed " + std::to_string(r.what.seed) + ": " + name_of(r.log.end) + " after " +
           std::to_string(r.log.episodes.size()) + " episodes, " + std::to_string(r.log.steps) + " steps and " +
           rounded(r.log.seconds) + " s" +
           (r.attempts > 1 ? " in attempt " + std::to_string(r.attempts) : std::string{}) +
           "; without exploration: mean " + rounded(r.evaluation.mean) + ", spread " + rounded(r.evaluation.spread) +
           ", worst " + rounded(r.evaluation.worst);
}

void write_results(const std::string& path, const training_result& r) {
    write_file_atomically(path + ".json", abstraction::controller_to_json(r.controller));
#ifdef OPARA_TRAIN_ONNX
    write_file_atomically(path + ".onnx", onnx::perceptron_to_onnx(r.controller.net, r.controller.name));
#endif
    const nlohmann::json log{{"system", r.what.system},
                             {"agent", r.what.agent},
                             {"grid", r.what.grid},
                             {"observe", r.what.observe},
                             {"recipe", r.what.recipe},
                             {"seed", r.what.seed},
                             {"environments", r.what.environments},
                             {"attempts", r.attempts},
                             {"end", name_of(r.log.end)},
                             {"steps", r.log.steps},
                             {"seconds", r.log.seconds},
                             {"evaluation",
                              {{"episodes", r.evaluation.episodes.size()},
                               {"mean", r.evaluation.mean},
                               {"spread", r.evaluation.spread},
                               {"worst", r.evaluation.worst},
                               {"best", r.evaluation.best}}},
                             {"episodes", to_json(r.log.episodes)}};
    write_file_atomically(path + ".log.json", log.dump(1) + "\n");
}

} // namespace opara::examples::drl
