// Networks whose sibling products have become one: what that costs and saves on the device, and that results stay.
#include <examples/zoo/fuse.hpp>
#include <tests/engine_cuda/support.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace opara;

namespace {

struct launches {
    std::size_t all = 0;
    std::size_t cuts = 0; // of Splits
};

launches launches_of(const engine::cuda_engine& engine, const onnx::network& net) {
    launches n;
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        const op_id v = op_id::from_index(i);
        n.all += engine.kernels(v);
        n.cuts += net[v].type == "Split" ? engine.kernels(v) : 0;
    }
    return n;
}

} // namespace

TEST_CASE("a slice of a merged product costs nothing, and each product that is merged saves a kernel") {
    if (!test::hopper_or_skip()) {
        return;
    }
    const struct {
        const char* name;
        zoo::options how;
        std::size_t saved;
    } all[] = {{"googlenet", {}, 18},
               {"googlenet", {.batch = 3}, 18},
               {"inception_v3", {}, 19},
               {"bert_base", {.batch = 2, .tokens = 48}, 24},
               {"t5_small", {}, 35}};
    for (const auto& one : all) {
        const onnx::network plain = zoo::build(one.name, one.how);
        const onnx::network merged = zoo::fuse(plain, {.merged = zoo::siblings::all});
        const onnx::network apart = zoo::fuse(plain, {.merged = zoo::siblings::none});
        const std::vector<onnx::tensor> inputs = test::random_inputs(plain, 23);
        for (const auto& [precision, rounding] : test::roundings) {
            CAPTURE(std::string{one.name});
            INFO("in ", std::string{engine::name_of(precision)});
            engine::cuda_engine device{merged, {.precision = precision}};
            engine::cuda_engine other{apart, {.precision = precision}};
            CHECK(launches_of(device, merged).cuts == 0);
            CHECK(launches_of(device, merged).all + one.saved == launches_of(other, apart).all);
            test::feed(device, inputs);
            test::feed(other, inputs);
            test::run_in_order(device, merged);
            test::run_in_order(other, apart);
            for (std::size_t i = 0; i < merged.outputs.size(); ++i) {
                const double d = test::distance(device.read(merged.outputs[i]), other.read(apart.outputs[i]));
                CHECK(d <= (precision == engine::precision::tf32 ? 3e-3 : 2e-2));
            }
        }
    }
}
