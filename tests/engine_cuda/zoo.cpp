// The zoo's networks, real shapes and all, as a framework has them and fused, in every precision: what the GPU says
// against the host.
#include <examples/zoo/fuse.hpp>
#include <tests/engine_cuda/support.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace opara;

namespace {

// What the host says, as far as the GPU can say it: fp16 takes a mask of -1e9 for its largest number.
onnx::tensor expected(onnx::tensor t, engine::precision precision) {
    if (precision != engine::precision::fp16 || t.type != onnx::element::f32) {
        return t;
    }
    std::vector<float> values = t.as<float>();
    for (float& x : values) {
        x = std::isfinite(x) ? std::clamp(x, -65504.0F, 65504.0F) : x;
    }
    return onnx::tensor::of<float>(t.type, t.dims, values);
}

void check(const onnx::network& net, const std::vector<onnx::tensor>& inputs, const engine::host_engine& host,
           engine::precision precision, const std::string& title) {
    engine::cuda_engine device{net, {.precision = precision}};
    test::feed(device, inputs);
    test::run_in_order(device, net);
    double worst = 0.0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < net.values.size(); ++i) {
        const auto v = onnx::value_id::from_index(i);
        if (net[v].producer && net[v].type == onnx::element::f32) {
            const double d = test::distance(device.read(v), expected(host.read(v), precision));
            if (!(d <= worst)) {
                worst = d;
                at = i;
            }
        }
    }
    double outputs = 0.0;
    for (const onnx::value_id v : net.outputs) {
        outputs = std::max(outputs, test::distance(device.read(v), expected(host.read(v), precision)));
    }
    MESSAGE(title, ", ", std::string{engine::name_of(precision)}, ": outputs ", outputs, ", worst value ", worst, " (",
            net.values[at].name, ")");
    const bool half = precision != engine::precision::tf32;
    CHECK(outputs <= (half ? 2e-2 : 3e-3));
    CHECK(worst <= (half ? 1e-1 : 1e-2)); // differences of nearly equal numbers
}

} // namespace

TEST_CASE("every network of the zoo yields what the host yields, value by value") {
    if (!test::hopper_or_skip()) {
        return;
    }
    for (const std::string_view name : zoo::names()) {
        const onnx::network plain = zoo::build(name);
        const std::vector<onnx::tensor> inputs = test::random_inputs(plain, 17);
        for (const bool fused : {false, true}) {
            CAPTURE(std::string{name});
            CAPTURE(fused);
            const onnx::network net = fused ? zoo::fuse(plain) : plain;
            const engine::host_engine host = test::host_run(net, inputs);
            for (const auto& [precision, rounding] : test::roundings) {
                check(net, inputs, host, precision, std::string{name} + (fused ? ", fused" : ""));
            }
        }
    }
}

TEST_CASE("BERT with its layer normalisations in its products yields what the host yields, value by value") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const onnx::network net = zoo::fuse(zoo::build("bert_base"), {.normalised = zoo::row_normalisations::all});
    const std::vector<onnx::tensor> inputs = test::random_inputs(net, 17);
    const engine::host_engine host = test::host_run(net, inputs);
    for (const auto& [precision, rounding] : test::roundings) {
        check(net, inputs, host, precision, "bert_base, fused, all normalised in products");
    }
}
