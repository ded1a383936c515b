// The engine on real networks from ONNX files, against numbers that others computed. Needs the folder OPARA_MODELS.
#include <opara/onnx/reader.hpp>
#include <tests/examples/engine_models.hpp>
#include <tests/examples/engine_support.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace opara::test { // within opara `onnx` is this library's, not the file format's

TEST_CASE("the fill of the varied weights is the documented one") {
    CHECK(varied(0, 0, 4, 27) == doctest::Approx(-0.00322433305).epsilon(1e-8));
    CHECK(varied(0, 0, 1, 1) == doctest::Approx(0.74758172).epsilon(1e-8));
    CHECK(varied(1, 2, 4, 27) == doctest::Approx(-0.309657127).epsilon(1e-8));
    CHECK(varied(38, 1000, 1, 1) == doctest::Approx(0.756462216).epsilon(1e-8));
}

TEST_CASE("the light models yield the outputs that they were shipped with") {
    const auto models = models_or_skip();
    if (!models) {
        return;
    }
    for (const std::string& name : light_models) {
        CAPTURE(name);
        const onnx::network net = onnx::read(*models / (name + ".onnx"));
        engine::host_engine engine{net};
        engine.set_input(0, ramp({1, 3, 224, 224}));
        run_in_order(engine, net);
        const auto expected = onnx::read_tensor(*models / (name + "_output_0.pb")).as<float>();
        const auto got = engine.read(net.outputs.at(0)).as<float>();
        REQUIRE(got.size() == expected.size());
        for (std::size_t i = 0; i < got.size(); ++i) { // ONNX's own tolerance
            REQUIRE(std::abs(got[i] - expected[i]) <= 1e-7 + 1e-3 * std::abs(expected[i]));
        }
    }
}

TEST_CASE("with varied weights every operator yields what the reference has") {
    const auto models = models_or_skip();
    if (!models) {
        return;
    }
    for (const auto layout : {engine::activation_layout::plain, engine::activation_layout::channels_last}) {
        for (const std::string& name : light_models) {
            CAPTURE(name);
            CAPTURE(static_cast<int>(layout));
            const auto reference =
                nlohmann::json::parse(std::ifstream{*models / (name + ".reference.json")}).at("varied");
            onnx::network net = onnx::read(*models / (name + ".onnx"));
            REQUIRE(vary_weights(net, *models / (name + ".onnx")) == reference.at("filled_nodes").get<int>());
            engine::host_engine engine{net, {.layout = layout}};
            engine.set_input(0, ramp({1, 3, 224, 224}));
            run_in_order(engine, net);

            const auto& activations = reference.at("activations");
            REQUIRE(activations.size() == net.graph.size());
            double worst = 0.0;
            for (std::size_t v = 0; v < net.graph.size();
                 ++v) { // in file order, so the first one that fails is at fault
                const onnx::node& node = net[op_id::from_index(v)];
                const auto& expected = activations.at(v);
                INFO("operator ", v, ": ", node.type, " '", node.name, "'");
                REQUIRE(expected.at("op").get<std::string>() == node.type);
                REQUIRE(expected.at("output").get<std::string>() == net[node.outputs.at(0)].name);
                const onnx::tensor t = engine.read(node.outputs.at(0));
                REQUIRE(expected.at("shape").get<onnx::shape>() == t.dims);
                const auto x = t.as<float>();
                const double most = expected.at("max_abs").get<double>();
                const auto samples = expected.at("samples").get<std::vector<double>>();
                double sum = 0.0;
                double max_abs = 0.0;
                for (const float e : x) {
                    sum += static_cast<double>(e);
                    max_abs = std::max(max_abs, static_cast<double>(std::abs(e)));
                }
                const std::size_t n = x.size();
                const std::vector<float> got{x.at(0), x.at(n / 4), x.at(n / 2), x.at(3 * n / 4), x.at(n - 1)};
                worst = std::max(worst, largest_difference(got, samples) / most);
                REQUIRE(largest_difference(got, samples) <= 1e-4 * most);
                REQUIRE(std::abs(max_abs - most) <= 1e-4 * most);
                REQUIRE(std::abs(sum - expected.at("sum").get<double>()) <= 1e-4 * most * static_cast<double>(n));
            }
            const auto probabilities = engine.read(net.outputs.at(0)).as<float>();
            const auto expected = reference.at("output").at("values").get<std::vector<double>>();
            CHECK(largest_difference(probabilities, expected) <=
                  1e-4 * *std::max_element(expected.begin(), expected.end()));
            MESSAGE(name, ": largest relative difference of a sample ", worst);
        }
    }
}

TEST_CASE("bert_tiny_squad yields the outputs that it was shipped with") {
    const auto models = models_or_skip();
    if (!models) {
        return;
    }
    const onnx::network net = onnx::read(*models / "bert_tiny_squad.onnx");
    engine::host_engine engine{net};
    for (std::size_t i = 0; i < net.inputs.size(); ++i) {
        engine.set_input(i, onnx::read_tensor(*models / ("bert_tiny_squad_input_" + std::to_string(i) + ".pb")));
    }
    run_in_order(engine, net);
    for (std::size_t i = 0; i < net.outputs.size(); ++i) {
        const auto expected = onnx::read_tensor(*models / ("bert_tiny_squad_output_" + std::to_string(i) + ".pb"));
        const double difference = largest_difference(engine.read(net.outputs[i]).as<float>(), expected.as<float>());
        MESSAGE("bert_tiny_squad: largest difference of output ", i, ": ", difference);
        CHECK(difference <= 1e-5);
    }
}

} // namespace opara::test
