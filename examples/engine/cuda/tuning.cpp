#include <examples/engine/cuda/tuning.hpp>
#include <opara/cuda.hpp>
#include <opara/onnx/work.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace opara::engine {
namespace {

constexpr std::size_t copies = 16;

// A chain of one operator.
cuda::graph_exec chain(const cuda_engine& engine, op_id v, variant_id variant, chain_edges edges) {
    std::vector<command> commands;
    for (std::size_t i = 0; i < copies; ++i) {
        commands.push_back({.op = op_id::from_index(i), .variant = variant});
    }
    const plan p{copies, 1, 0, std::move(commands)};
    cuda::emission_options how;
    if (edges == chain_edges::programmatic) {
        how.programmatic.assign(copies, true);
    }
    return cuda::capture_nodes(
               p, [&](const command& c, cudaStream_t s) { engine.enqueue(v, c.variant, s); }, how)
        .instantiate();
}

} // namespace

// Type, extents, attributes of the window, launch shapes.
std::string kind_of(const cuda_engine& engine, const onnx::network& net, op_id v) {
    const onnx::node& node = net[v];
    std::string text = node.domain + "." + node.type;
    for (const auto* list : {&node.inputs, &node.outputs}) {
        for (const onnx::value_id value : *list) {
            text += "|";
            if (value != onnx::no_value) {
                for (const std::int64_t extent : net[value].dims) {
                    text += std::to_string(extent) + ",";
                }
            }
        }
    }
    for (const char* name : {"strides", "pads", "dilations", "kernel_shape"}) {
        text += "|";
        for (const std::int64_t x : node.attribute_or<std::vector<std::int64_t>>(name, {})) {
            text += std::to_string(x) + ",";
        }
    }
    text +=
        "|" + node.attribute_or<std::string>("auto_pad", "") + "|" + node.attribute_or<std::string>("activation", "");
    for (std::size_t i = 0; i < engine.variants(v); ++i) {
        const cost::kernel k = engine.footprint(v, variant_id::from_index(i));
        text += "|" + std::to_string(k.blocks) + "," + std::to_string(k.threads) + "," + std::to_string(k.registers) +
                "," + std::to_string(k.shared_bytes);
    }
    return text;
}

cost::kernel with_demand(cost::kernel k, const cost::kernel& estimated, const cost::work& w) {
    // Kernels that multiply matrices keep them in shared memory, and leave them to the tensor cores; depthwise
    // convolutions do neither.
    const bool on_tensor_cores = k.shared_bytes > 0 && w.matrix_flops > 0.0;
    k.dram_bytes = estimated.dram_bytes;
    k.l2_bytes = std::max(k.l2_bytes, estimated.l2_bytes);
    k.tensor_flops = on_tensor_cores ? 2.0 * w.matrix_flops : 0.0;
    k.fp32_flops = w.flops - (on_tensor_cores ? w.matrix_flops : 0.0);
    return k;
}

double in_network_us(double chain_us, const cost::kernel& k) {
    // Fitted to plans of GoogLeNet, BERT and DeepFM on an H200; docs/simulator.md.
    constexpr double fresh_us = 0.55;
    constexpr double least_bytes = 20e3;
    return chain_us + (std::max(k.l2_bytes, k.dram_bytes) > least_bytes ? fresh_us : 0.0);
}

search::variant_table measure_variants(const cuda_engine& engine, const onnx::network& net,
                                       const cost::table& estimated, const cost::device& on, chain_edges edges) {
    const std::vector<cost::work> works = onnx::works_of(net);
    const double edge_us = edges == chain_edges::programmatic ? on.graph.programmatic_edge_us : on.graph.edge_us;
    std::map<std::string, std::vector<double>> known; // times by variant
    std::vector<std::vector<search::variant>> all(net.graph.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const op_id v = op_id::from_index(i);
        if (engine.kernels(v) == 0) {
            all[i].push_back({.kernel = engine.footprint(v), .kernels = 0});
            continue;
        }
        const auto [place, is_new] = known.try_emplace(kind_of(engine, net, v));
        if (is_new) {
            std::vector<cuda::graph_exec> graphs;
            for (std::size_t k = 0; k < engine.variants(v); ++k) {
                graphs.push_back(chain(engine, v, variant_id::from_index(k), edges));
            }
            std::vector<const cuda::graph_exec*> pointers;
            for (const cuda::graph_exec& g : graphs) {
                pointers.push_back(&g);
            }
            for (const cuda::replay_times& t : cuda::measure(pointers, {.rounds = 5, .replays = 3, .warm_up = 1})) {
                const double us = t.period.median / static_cast<double>(copies) - edge_us;
                place->second.push_back(std::max(us, 0.0));
            }
        }
        for (std::size_t k = 0; k < place->second.size(); ++k) {
            cost::kernel kernel =
                with_demand(engine.footprint(v, variant_id::from_index(k)), estimated.kernel(v), works[i]);
            // What was measured is all kernels of the operator with the edges between them, which the table adds again.
            const auto kernels = static_cast<std::uint32_t>(engine.kernels(v));
            const double chain_us = std::max(place->second[k] - on.graph.edge_us * (kernels - 1.0), 0.0);
            kernel.duration_us = in_network_us(chain_us, kernel);
            all[i].push_back({.kernel = kernel, .kernels = kernels, .programmatic = search::programmatic_edges::safe});
        }
    }
    return search::variant_table{all, on};
}

} // namespace opara::engine
