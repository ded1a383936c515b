// Real networks from ONNX files: what the GPU says against the host, and against the outputs they were shipped with.
// Needs the folder OPARA_MODELS.
#include <examples/zoo/fuse.hpp>
#include <opara/onnx/reader.hpp>
#include <tests/engine_cuda/support.hpp>

#include <filesystem>

namespace opara::test { // within opara `onnx` is this library's, not the file format's

TEST_CASE("the ONNX models yield what the host yields, as they are and fused") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const auto models = test::models_or_skip();
    if (!models) {
        return;
    }
    for (const std::string name : {"light_inception_v1", "light_resnet50", "light_squeezenet", "bert_tiny_squad"}) {
        CAPTURE(name);
        const onnx::network plain = onnx::read(*models / (name + ".onnx"));
        std::vector<onnx::tensor> inputs;
        for (std::size_t i = 0; i < plain.inputs.size(); ++i) {
            const auto file = *models / (name + "_input_" + std::to_string(i) + ".pb");
            if (std::filesystem::exists(file)) {
                inputs.push_back(onnx::read_tensor(file));
                inputs.back().dims = plain[plain.inputs[i]].dims;
            }
        }
        if (inputs.empty()) {
            inputs = test::random_inputs(plain, 3);
        }
        for (const bool fused : {false, true}) {
            CAPTURE(fused);
            const onnx::network net = fused ? zoo::fuse(plain) : plain;
            const engine::host_engine host = test::host_run(net, inputs);
            engine::cuda_engine device{net};
            test::feed(device, inputs);
            test::run_in_order(device, net);
            for (const onnx::value_id v : net.outputs) {
                CHECK(test::distance(device.read(v), host.read(v)) <= 3e-3);
            }
        }
    }
}

} // namespace opara::test
