// Simulates every plan that bench_cuda_corpus recorded and tells as Markdown how far the simulator is from what was
// measured: usage: bench_replay_corpus [--plans|--beside] FILE.json ... With --plans, every plan on its own; with
// --beside, the chains of operators beside each other instead. Needs no GPU. docs/simulator.md shows what it said.

#include <opara/core/statistics.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/table.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/by_rank.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/simulate.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace opara;
using json = nlohmann::json;

struct corpus {
    std::string network;
    const cost::device* device = nullptr;
    search::variant_table whole; // what variants take in chains with whole edges
    search::variant_table early; // ... with programmatic ones
    cost::table fastest;         // by which emitters ranked the operators
    json document;
};

// Places in the rows that bench_cuda_corpus writes.
enum operator_row : std::size_t { kind, name, profiled_us, dram_bytes, l2_bytes, fp32, tensor, flops, matrix_flops };
enum variant_row : std::size_t { blocks, threads, registers, shared_bytes, cluster, read_bytes, whole_us, early_us };

// As engine::with_demand has it: products are on the tensor cores, in TF32.
cost::kernel kernel_of(const json& op, const json& variant) {
    cost::kernel k{.blocks = variant[blocks],
                   .threads = variant[threads],
                   .registers = variant[registers],
                   .shared_bytes = variant[shared_bytes]};
    const double matrix = k.shared_bytes > 0 ? op[matrix_flops].get<double>() : 0.0;
    k.dram_bytes = op[dram_bytes];
    k.l2_bytes = std::max(op[l2_bytes].get<double>(), variant[read_bytes].get<double>());
    k.tensor_flops = 2.0 * matrix;
    k.fp32_flops = op[flops].get<double>() - matrix;
    return k;
}

corpus read(const char* file) {
    std::ifstream in{file};
    if (!in) {
        throw std::runtime_error{std::string{file} + " cannot be read"};
    }
    corpus c;
    c.document = json::parse(in);
    c.network = c.document["network"];
    c.device = cost::devices::find(c.document["model"].get<std::string>());
    if (c.device == nullptr) {
        throw std::runtime_error{std::string{file} + " is of a device that nobody knows"};
    }
    std::vector<std::vector<search::variant>> whole;
    std::vector<std::vector<search::variant>> early;
    std::vector<cost::kernel> fastest;
    for (const json& op : c.document["operators"]) {
        const json& of = c.document["kinds"][op[kind].get<std::size_t>()];
        const std::uint32_t kernels = of["kernels"];
        whole.emplace_back();
        early.emplace_back();
        for (const json& variant : of["variants"]) {
            cost::kernel k = kernel_of(op, variant);
            k.duration_us = variant[whole_us];
            whole.back().push_back({.kernel = k, .kernels = kernels});
            k.duration_us = variant[early_us];
            early.back().push_back({.kernel = k, .kernels = kernels});
        }
        if (kernels == 0) {
            whole.back().push_back({.kernel = {.blocks = 0}, .kernels = 0});
            early.back() = whole.back();
        }
        fastest.push_back({.blocks = kernels == 0 ? 0U : 1U, .duration_us = op[profiled_us]});
    }
    c.whole = search::variant_table{whole, *c.device};
    c.early = search::variant_table{early, *c.device};
    c.fastest = cost::table{std::move(fastest), *c.device};
    return c;
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

sim::simulate_options emission(bool programmatic) {
    sim::simulate_options how = sim::as_emitted;
    how.programmatic = programmatic;
    return how;
}

struct measured_plan {
    std::string name;
    std::string variants;
    bool programmatic = false;
    double measured_us = 0.0;
    double simulated_us = 0.0;

    [[nodiscard]] double error() const { return simulated_us / measured_us - 1.0; }
};

std::vector<measured_plan> replay(const corpus& c) {
    std::vector<measured_plan> all;
    for (const json& p : c.document["plans"]) {
        measured_plan one{p["name"], p["variants"], p["programmatic"], p["period_us"][0]};
        plan what = plan_of(p, c.whole.size());
        const search::chosen_costs costs{one.programmatic ? c.early : c.whole, search::variants_of(what)};
        if (p["by_rank"].get<bool>()) {
            what = sim::by_rank(what, c.fastest);
        }
        one.simulated_us = sim::simulate(what, costs, *c.device, emission(one.programmatic)).makespan_us;
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<double> ranks_of(std::span<const double> x) {
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
    std::vector<double> rank(x.size());
    for (std::size_t i = 0; i < order.size();) { // equal ones share the mean of their ranks
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

// Spearman's.
double rank_correlation(std::span<const double> x, std::span<const double> y) {
    const std::vector<double> a = ranks_of(x);
    const std::vector<double> b = ranks_of(y);
    const double mean = 0.5 * static_cast<double>(x.size() - 1);
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean) * (b[i] - mean);
        aa += (a[i] - mean) * (a[i] - mean);
        bb += (b[i] - mean) * (b[i] - mean);
    }
    return aa > 0.0 && bb > 0.0 ? ab / std::sqrt(aa * bb) : 0.0;
}

// Share of the pairs of plans that differ by 2 % or more that are in the right order.
double in_order(std::span<const double> measured, std::span<const double> simulated) {
    constexpr double apart = 1.02;
    std::size_t pairs = 0;
    std::size_t right = 0;
    for (std::size_t i = 0; i < measured.size(); ++i) {
        for (std::size_t k = 0; k < measured.size(); ++k) {
            if (measured[i] >= apart * measured[k]) {
                ++pairs;
                right += simulated[i] > simulated[k] ? 1U : 0U;
            }
        }
    }
    return static_cast<double>(right) / std::max(static_cast<double>(pairs), 1.0);
}

template <class Wanted>
void print_row(const std::string& network, const char* edges, std::span<const measured_plan> all, Wanted wanted) {
    std::vector<double> measured;
    std::vector<double> simulated;
    std::vector<double> errors;
    std::vector<double> sizes;
    const measured_plan* worst = nullptr;
    for (const measured_plan& p : all) {
        if (wanted(p)) {
            measured.push_back(p.measured_us);
            simulated.push_back(p.simulated_us);
            errors.push_back(100.0 * p.error());
            sizes.push_back(std::abs(errors.back()));
            worst = worst == nullptr || std::abs(p.error()) > std::abs(worst->error()) ? &p : worst;
        }
    }
    if (worst != nullptr) {
        std::printf("| %s | %s | %zu | %+.1f %% | %.1f %% | `%s` %+.1f %% | %.2f | %.1f %% |\n", network.c_str(), edges,
                    errors.size(), median_of(errors).median, median_of(sizes).median, worst->name.c_str(),
                    100.0 * worst->error(), rank_correlation(measured, simulated),
                    100.0 * in_order(measured, simulated));
    }
}

void print_plans(const corpus& c) {
    for (const measured_plan& p : replay(c)) {
        std::printf("| %s | `%s` | %s | %s | %.1f | %.1f | %+.1f %% |\n", c.network.c_str(), p.name.c_str(),
                    p.variants.c_str(), p.programmatic ? "programmatic" : "whole", p.measured_us, p.simulated_us,
                    100.0 * p.error());
    }
}

void print_beside(const corpus& c) {
    for (const json& graph : c.document["beside"]) {
        const bool programmatic = graph["programmatic"];
        std::vector<command> commands;
        std::vector<cost::kernel> kernels;
        std::string text;
        std::uint32_t lane = 0;
        for (const json& l : graph["lanes"]) {
            const op_id v{l[0].get<std::uint32_t>()};
            const variant_id which{l[1].get<std::uint32_t>()};
            const auto times = l[2].get<std::uint32_t>();
            const cost::kernel& k = (programmatic ? c.early : c.whole).node(v, which);
            text += (lane == 0 ? "" : ", ") + std::to_string(times) + " of " + std::to_string(k.blocks) + " x " +
                    std::to_string(k.threads) + ", " + std::to_string(k.shared_bytes) + " B";
            for (std::uint32_t i = 0; i < times; ++i) {
                commands.push_back({.lane = lane_id{lane}, .op = op_id::from_index(kernels.size())});
                kernels.push_back(k);
            }
            ++lane;
        }
        const std::size_t n = kernels.size();
        const double us = sim::simulate(plan{n, lane, 0, std::move(commands)},
                                        cost::table{std::move(kernels), *c.device}, *c.device, emission(programmatic))
                              .makespan_us;
        const double measured = graph["us"];
        std::printf("| %s | %s | %s | %.1f | %.1f | %+.1f %% |\n", c.network.c_str(), text.c_str(),
                    programmatic ? "programmatic" : "whole", measured, us, 100.0 * (us / measured - 1.0));
    }
}

} // namespace

int main(int argc, char** argv) {
    std::vector<const char*> files;
    bool plans = false;
    bool beside = false;
    for (const char* word : std::span{argv, static_cast<std::size_t>(argc)}.subspan(1)) {
        plans = plans || word == std::string_view{"--plans"};
        beside = beside || word == std::string_view{"--beside"};
        if (!std::string_view{word}.starts_with("--")) {
            files.push_back(word);
        }
    }
    if (files.empty()) {
        std::fprintf(stderr, "usage: %s [--plans|--beside] FILE.json ...\n", argv[0]);
        return 2;
    }
    try {
        std::puts(plans ? "| network | plan | variants | edges | measured, us | simulated, us | error |\n"
                          "|---|---|---|---|---|---|---|"
                  : beside
                      ? "| network | chains | edges | measured, us | simulated, us | error |\n|---|---|---|---|---|---|"
                      : "| network | edges | plans | median error | its size | largest | rank correlation | pairs in "
                        "the right order |\n|---|---|---|---|---|---|---|---|");
        for (const char* file : files) {
            const corpus c = read(file);
            if (plans) {
                print_plans(c);
            } else if (beside) {
                print_beside(c);
            } else {
                const std::vector<measured_plan> all = replay(c);
                print_row(c.network, "whole", all, [](const measured_plan& p) { return !p.programmatic; });
                print_row(c.network, "programmatic", all, [](const measured_plan& p) { return p.programmatic; });
                print_row(c.network, "both", all, [](const measured_plan&) { return true; });
            }
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
