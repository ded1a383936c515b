// Simulates every plan that bench_cuda_corpus recorded and tells how far the simulator is from what was measured, as
// Markdown: usage: bench_replay_corpus FILE.json ... [--rows] [--beside] [--key=value ...]. Needs no GPU.

#include <opara/assign/own_lane.hpp>
#include <opara/core/statistics.hpp>
#include <opara/cost/critical_path.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/table.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/sync.hpp>
#include <opara/sim/simulate.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace opara;
using json = nlohmann::json;

std::map<std::string, std::string> settings;

// As emitters do by default.
sim::simulate_options emitted(bool programmatic) {
    return {.edges = implied_edges::drop, .out_degree = 6, .programmatic = programmatic};
}

double setting(const char* name, double otherwise) {
    const auto found = settings.find(name);
    return found == settings.end() ? otherwise : std::stod(found->second);
}

// One variant of an operator as it was recorded.
struct offered {
    cost::kernel shape;
    std::uint32_t cluster = 1;
    std::uint32_t kernels = 1;
    double read_bytes = 0.0;
    double whole_us = 0.0; // alone, in a chain with whole edges
    double early_us = 0.0; // ... with programmatic ones
    double cold_us = 0.0;  // with nothing in the cache
};

struct corpus {
    std::string name;
    frozen_graph graph;
    std::vector<std::vector<offered>> variants; // by operator
    std::vector<double> durations_us;           // by operator, for ranks
    std::vector<std::vector<std::uint32_t>> producers, consumers;
    json document;
};

corpus read(const char* file) {
    std::ifstream in{file};
    corpus c;
    c.document = json::parse(in);
    c.name = c.document["network"];
    std::vector<edge> edges;
    for (const json& e : c.document["edges"]) {
        edges.push_back({op_id{e[0].get<std::uint32_t>()}, op_id{e[1].get<std::uint32_t>()}});
    }
    c.graph = frozen_graph{c.document["operators"].size(), edges};
    double weights = 0.0;
    double largest = 0.0;
    for (const json& o : c.document["operators"]) {
        weights += o[10].get<double>();
        largest = std::max(largest, o[9].get<double>() + o[11].get<double>());
    }
    for (const json& o : c.document["operators"]) {
        const json& kind = c.document["kinds"][o[0].get<std::size_t>()];
        c.durations_us.push_back(o[2]);
        std::vector<offered> list;
        for (const json& v : kind["variants"]) {
            offered f;
            f.shape = {.blocks = v[0], .threads = v[1], .registers = v[2], .shared_bytes = v[3]};
            f.shape.dram_bytes = o[3];
            f.shape.l2_bytes = o[4];
            f.shape.fp32_flops = o[5];
            f.shape.tensor_flops = o[6];
            f.cluster = v[4];
            if (kind["type"] == "Attention" || v[5].get<double>() > 0.0) { // on tensor cores, in TF32
                f.shape.fp32_flops = o[7].get<double>() - o[8].get<double>();
                f.shape.tensor_flops = 2.0 * o[8].get<double>();
            }
            f.kernels = kind["kernels"];
            f.read_bytes = v[5];
            f.whole_us = v[6];
            f.early_us = v[7];
            f.cold_us = v[8];
            list.push_back(f);
        }
        if (list.empty()) {
            list.push_back({.shape = {.blocks = 0}, .kernels = 0});
        }
        c.variants.push_back(std::move(list));
    }
    c.producers.resize(c.graph.size());
    c.consumers.resize(c.graph.size());
    for (const op_id v : c.graph.topological_order()) {
        for (const op_id q : c.graph.predecessors(v)) {
            auto& own = c.producers[v.index()];
            if (c.variants[q.index()][0].kernels == 0) {
                own.insert(own.end(), c.producers[q.index()].begin(), c.producers[q.index()].end());
            } else {
                own.push_back(q.value);
            }
        }
        if (c.variants[v.index()][0].kernels != 0) {
            for (const std::uint32_t q : c.producers[v.index()]) {
                c.consumers[q].push_back(v.value);
            }
        }
    }
    return c;
}

cost::kernel kernel_of(const corpus& c, op_id v, const offered& f, bool programmatic, const cost::device& d) {
    cost::kernel k = f.shape;
    if (f.kernels == 0) {
        return k;
    }
    const json& o = c.document["operators"][v.index()];
    k.duration_us = programmatic ? f.early_us + d.graph.edge_us - d.graph.programmatic_edge_us : f.whole_us;
    if (setting("l2", 1.0) != 0.0) {
        k.l2_bytes = std::max(k.l2_bytes, f.read_bytes);
    }
    const double cold = setting("cold", 0.0);
    if (cold != 0.0) {
        const double bytes = o[9].get<double>() + o[10].get<double>();
        const double share = bytes > 0.0 ? o[3].get<double>() / bytes : 0.0;
        k.duration_us += cold * share * std::max(f.cold_us - f.whole_us - d.graph.edge_us, 0.0);
    }
    k.duration_us = std::max(k.duration_us, 0.01);
    return k;
}

plan plan_of(const json& p, std::size_t operators) {
    std::vector<command> commands;
    const json& list = p["commands"];
    for (std::size_t i = 0; i < list.size(); i += 6) {
        commands.push_back({.what = static_cast<action>(list[i].get<int>()),
                            .lane = lane_id{list[i + 1].get<std::uint32_t>()},
                            .op = op_id{list[i + 2].get<std::uint32_t>()},
                            .event = event_id{list[i + 3].get<std::uint32_t>()},
                            .variant = variant_id{list[i + 4].get<std::uint32_t>()},
                            .priority = list[i + 5].get<std::int32_t>()});
    }
    return plan{operators, p["lanes"].get<std::size_t>(), p["events"].get<std::size_t>(), std::move(commands)};
}

struct durations {
    std::span<const double> us;
    [[nodiscard]] double duration_us(op_id v) const { return us[v.index()]; }
};

// The same partial order with its operators launched by rank, as an emitter creates nodes by rank.
plan by_rank(const plan& p, std::span<const double> us) {
    constexpr double edge_us = 0.6; // as the emitter's
    const frozen_graph order = partial_order(p, implied_edges::drop);
    const std::vector<double> rank = upward_rank(order, durations{us}, edge_us);
    std::vector<command> launches;
    for (const command& c : p.commands()) {
        if (c.what == action::launch) {
            launches.push_back(c);
        }
    }
    std::stable_sort(launches.begin(), launches.end(),
                     [&](const command& a, const command& b) { return rank[a.op.index()] > rank[b.op.index()]; });
    std::vector<command> commands;
    for (command c : launches) {
        const lane_id own{c.op.value};
        for (const op_id before : order.predecessors(c.op)) {
            commands.push_back({.what = action::wait, .lane = own, .op = c.op, .event = event_id{before.value}});
        }
        c.lane = own;
        commands.push_back(c);
        if (!order.successors(c.op).empty()) {
            commands.push_back({.what = action::record, .lane = own, .op = c.op, .event = event_id{c.op.value}});
        }
    }
    return plan{p.operators(), p.operators(), p.operators(), std::move(commands)};
}

std::vector<double> ranks_of(const std::vector<double>& x) {
    std::vector<std::size_t> order(x.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    std::vector<double> rank(x.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        while (end < order.size() && x[order[end]] == x[order[i]]) {
            ++end;
        }
        for (std::size_t k = i; k < end; ++k) {
            rank[order[k]] = 0.5 * static_cast<double>(i + end - 1);
        }
        i = end;
    }
    return rank;
}

double spearman(const std::vector<double>& x, const std::vector<double>& y) {
    const std::vector<double> a = ranks_of(x);
    const std::vector<double> b = ranks_of(y);
    const double mean = 0.5 * static_cast<double>(x.size() - 1);
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean) * (b[i] - mean);
        aa += (a[i] - mean) * (a[i] - mean);
        bb += (b[i] - mean) * (b[i] - mean);
    }
    return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

struct row {
    std::string name, variants;
    bool programmatic = false;
    double measured = 0.0;
    double simulated = 0.0;
    [[nodiscard]] double error() const { return simulated / measured - 1.0; }
};

double median(std::vector<double> x) { return x.empty() ? 0.0 : median_of(x).median; }

template <class Wanted>
void report(const std::string& network, const char* which, const std::vector<row>& rows, Wanted wanted) {
    std::vector<double> errors, sizes, measured, simulated;
    for (const row& r : rows) {
        if (wanted(r)) {
            errors.push_back(100.0 * r.error());
            sizes.push_back(std::abs(errors.back()));
            measured.push_back(r.measured);
            simulated.push_back(r.simulated);
        }
    }
    if (errors.size() < 3) {
        return;
    }
    std::size_t pairs = 0, right = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (std::abs(measured[i] / measured[k] - 1.0) > 0.02) {
                ++pairs;
                right += (measured[i] < measured[k]) == (simulated[i] < simulated[k]) ? 1U : 0U;
            }
        }
    }
    std::printf("| %s | %s | %zu | %+.1f %% | %.1f %% | %.1f %% | %.3f | %.1f %% |\n", network.c_str(), which,
                errors.size(), median(errors), median(sizes), *std::max_element(sizes.begin(), sizes.end()),
                spearman(measured, simulated),
                100.0 * static_cast<double>(right) / std::max(static_cast<double>(pairs), 1.0));
}

void replay_beside(const corpus& c, const cost::device& d) {
    for (const json& one : c.document["beside"]) {
        const bool programmatic = one["programmatic"];
        std::vector<command> commands;
        std::vector<cost::kernel> kernels;
        std::string text;
        double most = 0.0;
        std::uint32_t lane = 0;
        for (const json& l : one["lanes"]) {
            const op_id v{l[0].get<std::uint32_t>()};
            const offered& f = c.variants[v.index()][l[1].get<std::size_t>()];
            cost::kernel k = kernel_of(c, v, f, programmatic, d);
            char shape[120];
            std::snprintf(shape, sizeof shape, " %ux(%ub,%ut,%uk,c%u,%.2fus,%.1fMB)", l[2].get<unsigned>(), k.blocks,
                          k.threads, k.shared_bytes / 1024, f.cluster, k.duration_us, f.read_bytes * 1e-6);
            text += lane == 0 || one["lanes"][lane] != one["lanes"][lane - 1] ? shape : " =";
            for (unsigned i = 0; i < l[2].get<unsigned>(); ++i) {
                commands.push_back({.lane = lane_id{lane}, .op = op_id::from_index(kernels.size())});
                kernels.push_back(k);
            }
            most = std::max(most, l[2].get<unsigned>() * (k.duration_us + d.graph.edge_us));
            ++lane;
        }
        const std::size_t n = kernels.size();
        const cost::table costs{kernels, d};
        const double us = sim::simulate(plan{n, lane, 0, commands}, costs, d, emitted(programmatic)).makespan_us;
        std::printf("%s;%d;%u;%.2f;%.2f;%.2f;%+.1f%%;%s\n", c.name.c_str(), programmatic ? 1 : 0, lane, most,
                    one["us"].get<double>(), us, 100.0 * (us / one["us"].get<double>() - 1.0), text.c_str());
    }
}

} // namespace

int main(int argc, char** argv) {
    std::vector<const char*> files;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.starts_with("--")) {
            const std::size_t at = word.find('=');
            settings[word.substr(2, at - 2)] = at == std::string::npos ? "1" : word.substr(at + 1);
        } else {
            files.push_back(argv[i]);
        }
    }
    if (files.empty()) {
        std::fprintf(stderr, "usage: %s FILE.json ... [--rows] [--beside] [--key=value ...]\n", argv[0]);
        return 2;
    }
    try {
        cost::device d = cost::devices::h200;
        d.shared_bytes_default = static_cast<std::uint32_t>(setting("default", d.shared_bytes_default));
        d.delay_by_tensor = setting("tensor", d.delay_by_tensor);
        d.delay_by_plain = setting("plain", d.delay_by_plain);
        d.fresh_us = setting("fresh", d.fresh_us);
        if (settings.count("beside") == 0) {
            std::printf(
                "| network | edges | plans | error | size of the error | largest | rank correlation | pairs that "
                "differ by 2 %%, in the right order |\n|---|---|---|---|---|---|---|---|\n");
        }
        for (const char* file : files) {
            const corpus c = read(file);
            if (settings.count("beside") != 0) {
                replay_beside(c, d);
                continue;
            }
            std::vector<row> rows;
            for (const json& p : c.document["plans"]) {
                row r;
                r.name = p["name"];
                r.variants = p["variants"];
                r.programmatic = p["programmatic"];
                r.measured = p[settings.count("latency") != 0 ? "latency_us" : "period_us"][0];
                plan what = plan_of(p, c.graph.size());
                std::vector<cost::kernel> kernels(c.graph.size());
                for (const command& one : what.commands()) {
                    if (one.what == action::launch) {
                        kernels[one.op.index()] =
                            kernel_of(c, one.op, c.variants[one.op.index()][one.variant.index()], r.programmatic, d);
                    }
                }
                if (p["by_rank"].get<bool>()) {
                    what = by_rank(what, c.durations_us);
                }
                const cost::table costs{kernels, d};
                const sim::timeline t = sim::simulate(what, costs, d, emitted(r.programmatic));
                r.simulated = t.makespan_us;
                if (settings.count("rows") != 0) {
                    std::fprintf(stderr, "%s;%s;%s;%d;%d;%zu;%zu;%zu/%zu/%zu;%.2f;%.2f;%+.1f%%\n", c.name.c_str(),
                                 r.name.c_str(), r.variants.c_str(), r.programmatic ? 1 : 0,
                                 p["by_rank"].get<bool>() ? 1 : 0, p["lanes"].get<std::size_t>(),
                                 p["waits"].get<std::size_t>(), p["helpers"].get<std::size_t>(),
                                 p["nodes"].get<std::size_t>(), p["edges"].get<std::size_t>(), r.measured,
                                 r.simulated, 100.0 * r.error());
                }
                rows.push_back(std::move(r));
            }
            report(c.name, "sequential", rows, [](const row& r) { return r.name == "sequential" && !r.programmatic; });
            report(c.name, "parallel", rows, [](const row& r) { return r.name != "sequential" && !r.programmatic; });
            report(c.name, "seq prog", rows, [](const row& r) { return r.name == "sequential" && r.programmatic; });
            report(c.name, "par prog", rows, [](const row& r) { return r.name != "sequential" && r.programmatic; });
            if (settings.count("short") == 0) report(c.name, "whole", rows, [](const row& r) { return !r.programmatic; });
            if (settings.count("short") == 0) report(c.name, "programmatic", rows, [](const row& r) { return r.programmatic; });
            report(c.name, "both", rows, [](const row&) { return true; });
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
