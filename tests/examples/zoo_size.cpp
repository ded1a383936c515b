// Parameters and arithmetic against published figures, shapes, sample inputs, and what `build` refuses.
#include <examples/zoo/networks.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/onnx/work.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace onnx = opara::onnx;
namespace zoo = opara::zoo;

namespace {

// Multiply-adds of convolutions and matrix products in units of 10^9, from the shapes alone.
double giga_macs(const onnx::network& net) {
    double total = 0.0;
    for (const onnx::node& n : net.graph.operators()) {
        const auto dims = [&](std::size_t i) -> const onnx::shape& { return net[n.inputs[i]].dims; };
        const auto made = static_cast<double>(onnx::elements(net[n.outputs[0]].dims));
        if (n.type == "Conv") {
            total += made * static_cast<double>(onnx::elements(dims(1)) / dims(1)[0]);
        } else if (n.type == "Gemm" || n.type == "Linear" || n.type == "MatMul") {
            total += made * static_cast<double>(dims(0).back());
        } else if (n.type == "Attention") { // scores and mixture
            total += 2.0 * made * static_cast<double>(dims(1)[dims(1).size() - 2]);
        }
    }
    return total / 1e9;
}

onnx::shape output_dims(const onnx::network& net, std::size_t i = 0) { return net[net.outputs.at(i)].dims; }

} // namespace

TEST_CASE("networks have the published numbers of parameters") {
    // torchvision's tables, without auxiliary heads (27,161,264 less 3,326,696 for Inception-v3); NASNet-A-Large, BERT
    // with its pooler and T5 with its one table of embeddings as their pretrained files have them.
    CHECK(zoo::parameters(zoo::build("googlenet")) == 6'624'904);
    CHECK(zoo::parameters(zoo::build("inception_v3")) == 23'834'568);
    CHECK(zoo::parameters(zoo::build("nasnet_large")) == 88'753'150);
    CHECK(zoo::parameters(zoo::build("bert_base")) == 109'482'240);
    CHECK(zoo::parameters(zoo::build("t5_small")) == 60'506'624);
}

TEST_CASE("DeepFM has 1 + 10 numbers for each value of each field, and the paper's three layers of 400") {
    const std::int64_t rows = 13 + 1460 + 583 + 10000 + 10000 + 305 + 24 + 10000 + 633 + 3 + 10000 + 5683 + 10000 +
                              3194 + 27 + 10000 + 10000 + 10 + 5652 + 2173 + 4 + 10000 + 18 + 15 + 10000 + 105 + 10000;
    const std::int64_t deep = (390 * 400 + 400) + 2 * (400 * 400 + 400) + (400 + 1);
    CHECK(zoo::parameters(zoo::build("deepfm")) == rows * 11 + deep);
}

TEST_CASE("networks have the published numbers of multiply-adds") {
    CHECK(giga_macs(zoo::build("googlenet")) == doctest::Approx(1.498).epsilon(0.001));    // torchvision's table
    CHECK(giga_macs(zoo::build("inception_v3")) == doctest::Approx(5.713).epsilon(0.001)); // torchvision's table
    CHECK(giga_macs(zoo::build("nasnet_large")) == doctest::Approx(23.8).epsilon(0.002));  // NASNet, Table 2
    // 22.5 GFLOPs at 128 tokens (TinyBERT, Table 1), a multiply-add counted twice.
    CHECK(giga_macs(zoo::build("bert_base")) == doctest::Approx(22.5 / 2).epsilon(0.01));
    CHECK(giga_macs(zoo::build("googlenet", {.batch = 16})) == doctest::Approx(16 * 1.498).epsilon(0.001));
}

TEST_CASE("T5 has the multiply-adds of its published sizes") {
    const double model = 512, inner = 2048, from = 128, to = 64, vocabulary = 32128;
    const double encoder = from * (4 * model * model + 2 * model * inner) + 2 * from * from * model;
    const double decoder = to * (6 * model * model + 2 * model * inner) + from * 2 * model * model +
                           2 * to * to * model + 2 * to * from * model;
    const double all = 6 * (encoder + decoder) + to * model * vocabulary;
    CHECK(giga_macs(zoo::build("t5_small")) == doctest::Approx(all / 1e9).epsilon(1e-9));
}

TEST_CASE("the library counts the same arithmetic") {
    for (const std::string_view name : zoo::names()) {
        CAPTURE(std::string{name});
        const onnx::network net = zoo::build(name);
        double flops = 0.0;
        for (std::size_t v = 0; v < net.graph.size(); ++v) {
            const opara::op_id op = opara::op_id::from_index(v);
            const auto& n = net[op];
            // Depthwise convolutions are no products of matrices, but they multiply and add.
            const bool product = n.type == "Conv";
            const auto work = onnx::work_of(net, op);
            flops += product ? work.flops : work.matrix_flops;
        }
        CHECK(flops / 2e9 == doctest::Approx(giga_macs(net)).epsilon(1e-6));
    }
}

TEST_CASE("shapes follow the options") {
    CHECK(output_dims(zoo::build("googlenet", {.batch = 3})) == onnx::shape{3, 1000});
    CHECK(output_dims(zoo::build("inception_v3", {.batch = 2})) == onnx::shape{2, 1000});
    CHECK(output_dims(zoo::build("nasnet_large", {.batch = 2})) == onnx::shape{2, 1000});
    CHECK(output_dims(zoo::build("deepfm", {.batch = 64})) == onnx::shape{64, 1});
    const onnx::network bert = zoo::build("bert_base", {.batch = 2, .tokens = 32});
    CHECK(output_dims(bert, 0) == onnx::shape{2, 32, 768});
    CHECK(output_dims(bert, 1) == onnx::shape{2, 768});
    const onnx::network t5 = zoo::build("t5_small", {.batch = 2, .tokens = 20, .decoder_tokens = 7});
    CHECK(output_dims(t5) == onnx::shape{2, 7, 32128});
}

TEST_CASE("cells of NASNet have the published extents and depths") {
    const onnx::network net = zoo::build("nasnet_large");
    const auto dims = [&](std::string_view name) {
        for (const onnx::value& v : net.values) {
            if (v.name == name) {
                return v.dims;
            }
        }
        return onnx::shape{};
    };
    CHECK(dims("conv0.bn") == onnx::shape{1, 96, 165, 165});
    CHECK(dims("stem0.concat") == onnx::shape{1, 168, 83, 83});
    CHECK(dims("stem1.concat") == onnx::shape{1, 336, 42, 42});
    CHECK(dims("cell5.concat") == onnx::shape{1, 1008, 42, 42});
    CHECK(dims("reduction0.concat") == onnx::shape{1, 1344, 21, 21});
    CHECK(dims("cell11.concat") == onnx::shape{1, 2016, 21, 21});
    CHECK(dims("reduction1.concat") == onnx::shape{1, 2688, 11, 11});
    CHECK(dims("cell17.concat") == onnx::shape{1, 4032, 11, 11});
}

TEST_CASE("the batch changes no structure and equal arguments give equal networks") {
    for (const std::string_view name : zoo::names()) {
        CAPTURE(std::string{name});
        const onnx::network net = zoo::build(name);
        CHECK(net == zoo::build(name));
        CHECK(freeze(net) == freeze(zoo::build(name, {.batch = 8})));
    }
}

TEST_CASE("weights are small rules, each with a seed of its own") {
    for (const std::string_view name : zoo::names()) {
        CAPTURE(std::string{name});
        const onnx::network net = zoo::build(name);
        std::set<std::uint64_t> seeds;
        std::size_t rules = 0;
        std::int64_t held = 0;
        for (const onnx::value& v : net.values) {
            if (!v.is_weight()) {
                continue;
            }
            if (const auto* rule = std::get_if<onnx::uniform_fill>(&*v.data)) {
                seeds.insert(rule->seed);
                ++rules;
            } else {
                held += v.bytes();
            }
        }
        CHECK(rules > 0);
        CHECK(seeds.size() == rules);
        CHECK(held < 100'000);
    }
}

TEST_CASE("sample inputs fit, and stay within every table") {
    for (const std::string_view name : zoo::names()) {
        CAPTURE(std::string{name});
        const onnx::network net = zoo::build(name, {.batch = 2, .tokens = 16, .decoder_tokens = 8});
        const auto samples = zoo::sample_inputs(net);
        REQUIRE(samples.size() == net.inputs.size());
        std::size_t lookups = 0;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            CHECK(samples[i].type == net[net.inputs[i]].type);
            CHECK(samples[i].dims == net[net.inputs[i]].dims);
            CHECK(static_cast<std::int64_t>(samples[i].bytes.size()) == net[net.inputs[i]].bytes());
            for (const onnx::node& n : net.graph.operators()) {
                if (n.type != "Gather" || n.inputs[1] != net.inputs[i]) {
                    continue;
                }
                for (const std::int64_t id : samples[i].as<std::int64_t>()) {
                    CHECK(id >= 0);
                    CHECK(id < net[n.inputs[0]].dims[0]);
                }
                ++lookups;
            }
        }
        CHECK(lookups == (name == "bert_base" ? 3 : name == "t5_small" ? 4 : 0));
    }
    // DeepFM's tables are behind a Split: columns in order of fields, the first 13 of one row.
    const auto clicks = zoo::sample_inputs(zoo::build("deepfm", {.batch = 5}))[0].as<std::int64_t>();
    for (std::size_t i = 0; i < clicks.size(); ++i) {
        CHECK(clicks[i] >= 0);
        CHECK(clicks[i] < (i % 39 < 13 ? 1 : i % 39 == 13 + 8 ? 3 : i % 39 == 13 + 19 ? 4 : 10000));
    }
    CHECK(std::set<std::int64_t>(clicks.begin(), clicks.end()).size() > 20);
}

TEST_CASE("T5 puts distances into the published buckets") {
    constexpr std::int64_t n = 200;
    const auto both = zoo::relative_buckets(n, n, zoo::reading::both_ways);
    const auto back = zoo::relative_buckets(n, n, zoo::reading::backwards);
    const auto at = [](const std::vector<std::int64_t>& b, std::int64_t query, std::int64_t key) {
        return b[static_cast<std::size_t>(query * n + key)];
    };
    const std::vector<std::pair<std::int64_t, std::int64_t>> near_and_far{
        {0, 0}, {1, 1}, {7, 7}, {8, 8}, {16, 10}, {32, 12}, {64, 14}, {127, 15}, {180, 15}};
    for (const auto& [distance, bucket] : near_and_far) {
        CHECK(at(both, 190, 190 - distance) == bucket);
        CHECK(at(both, 5, 5 + distance) == bucket + (distance > 0 ? 16 : 0));
    }
    CHECK(at(back, 190, 190 - 15) == 15);
    CHECK(at(back, 190, 190 - 16) == 16);
    CHECK(at(back, 190, 190 - 32) == 21);
    CHECK(at(back, 190, 190 - 64) == 26);
    CHECK(at(back, 190, 190 - 150) == 31);
    CHECK(at(back, 5, 100) == 0); // the future is masked anyway
}

TEST_CASE("what cannot be built says what can") {
    const auto make = [](std::string_view name, const zoo::options& how) { static_cast<void>(zoo::build(name, how)); };
    CHECK_THROWS_WITH_AS(
        make("resnet50", {}),
        "there is no network 'resnet50' in the zoo; it has googlenet, inception_v3, nasnet_large, deepfm, "
        "bert_base, t5_small",
        opara::error);
    CHECK_THROWS_WITH_AS(make("googlenet", {.batch = 0}), "batch must be at least 1, not 0", opara::error);
    CHECK_THROWS_WITH_AS(make("bert_base", {.tokens = -1}), "tokens must be at least 1, not -1", opara::error);
    CHECK_THROWS_WITH_AS(make("bert_base", {.tokens = 513}), "bert_base has 512 positions, not 513", opara::error);
    CHECK_THROWS_AS(make("t5_small", {.decoder_tokens = 0}), opara::error);
}
