#include <examples/engine/cuda/tuning.hpp>
#include <opara/cost/critical_path.hpp>
#include <opara/cuda.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace opara::engine {
namespace {

// Operators with equal descriptions take equal time: type, extents, attributes of the window, launch shapes.
std::string description(const cuda_engine& engine, const onnx::network& net, op_id v) {
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

constexpr std::size_t copies = 16;

// A chain of one operator.
cuda::graph_exec chain(const cuda_engine& engine, op_id v, variant_id variant) {
    std::vector<command> commands;
    for (std::size_t i = 0; i < copies; ++i) {
        commands.push_back({.op = op_id::from_index(i), .variant = variant});
    }
    const plan p{copies, 1, 0, std::move(commands)};
    return cuda::capture_nodes(p, [&](const command& c, cudaStream_t s) { engine.enqueue(v, c.variant, s); })
        .instantiate();
}

struct durations {
    std::vector<double> us;
    [[nodiscard]] double duration_us(op_id v) const noexcept { return us[v.index()]; }
};

} // namespace

std::vector<variant_times> time_variants(const cuda_engine& engine, const onnx::network& net) {
    std::map<std::string, variant_times> known;
    std::vector<variant_times> all(net.graph.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const op_id v = op_id::from_index(i);
        if (engine.kernels(v) == 0) {
            continue;
        }
        const auto [place, is_new] = known.try_emplace(description(engine, net, v));
        if (is_new) {
            std::vector<cuda::graph_exec> graphs;
            for (std::size_t k = 0; k < engine.variants(v); ++k) {
                graphs.push_back(chain(engine, v, variant_id::from_index(k)));
            }
            std::vector<const cuda::graph_exec*> pointers;
            for (const cuda::graph_exec& g : graphs) {
                pointers.push_back(&g);
            }
            for (const cuda::replay_times& t : cuda::measure(pointers, {.rounds = 5, .replays = 3, .warm_up = 1})) {
                place->second.push_back(t.period.median / static_cast<double>(copies));
            }
        }
        all[i] = place->second;
    }
    return all;
}

std::vector<variant_id> fastest(std::span<const variant_times> times) {
    std::vector<variant_id> chosen;
    for (const variant_times& t : times) {
        const auto least = std::min_element(t.begin(), t.end());
        chosen.push_back(variant_id::from_index(t.empty() ? 0 : static_cast<std::size_t>(least - t.begin())));
    }
    return chosen;
}

std::vector<variant_id> sparing(const cuda_engine& engine, const frozen_graph& g, std::span<const variant_times> times,
                                double weight) {
    std::vector<variant_id> chosen = fastest(times);
    durations alone;
    for (std::size_t v = 0; v < times.size(); ++v) {
        alone.us.push_back(times[v].empty() ? 0.0 : times[v][chosen[v].index()]);
    }
    std::vector<bool> urgent(times.size(), false);
    for (const op_id v : find_critical_path(g, alone).operators) {
        urgent[v.index()] = true;
    }
    constexpr double sms = 132.0;
    for (std::size_t v = 0; v < times.size(); ++v) {
        double least = 0.0;
        for (std::size_t i = 0; !urgent[v] && i < times[v].size(); ++i) {
            const cost::kernel k = engine.footprint(op_id::from_index(v), variant_id::from_index(i));
            const double share = std::max(static_cast<double>(k.threads) / 2048.0,
                                          static_cast<double>(k.shared_bytes) / (228.0 * 1024.0));
            const double price = times[v][i] * (1.0 + weight * static_cast<double>(k.blocks) * share / sms);
            if (i == 0 || price < least) {
                least = price;
                chosen[v] = variant_id::from_index(i);
            }
        }
    }
    return chosen;
}

plan with_variants(const plan& p, std::span<const variant_id> variants) {
    std::vector<command> commands(p.commands().begin(), p.commands().end());
    for (command& c : commands) {
        if (c.what == action::launch) {
            c.variant = variants[c.op.index()];
        }
    }
    return plan{p.operators(), p.lanes(), p.events(), std::move(commands)};
}

} // namespace opara::engine
