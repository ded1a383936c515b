// Measures what a simulator can be held to: for each network, written as for bench_cuda_networks, the kernels that its
// operators offer, what each takes alone in several circumstances, and many plans with what they take as CUDA graphs.
// Writes FOLDER/NETWORK.json, from which bench_replay_corpus simulates every plan without a GPU. docs/simulator.md
// tells what was found.

#include <examples/opara_run/policies.hpp>
#include <examples/zoo/fuse.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/core/random.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cuda.hpp>
#include <opara/onnx/builder.hpp>
#include <opara/onnx/work.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/improve.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/static_choice.hpp>

#include <bench/cuda/subject.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace opara;
using json = nlohmann::ordered_json;

namespace {

double rounded(double x) { return std::round(x * 1000.0) / 1000.0; }

json to_json(const cuda::estimate& e) { return {rounded(e.median), rounded(e.low), rounded(e.high)}; }

void say(const std::string& what) {
    static const auto begin = std::chrono::steady_clock::now();
    const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::fprintf(stderr, "%6.1f s  %s\n", s, what.c_str());
}

constexpr cuda::measure_options quick{.rounds = 5, .replays = 3, .warm_up = 1};

// Medians of the periods, in us.
std::vector<double> periods(const std::vector<cuda::graph_exec>& graphs, const cuda::measure_options& how = quick) {
    std::vector<const cuda::graph_exec*> pointers;
    for (const cuda::graph_exec& g : graphs) {
        pointers.push_back(&g);
    }
    std::vector<double> us;
    for (const cuda::replay_times& t : cuda::measure(pointers, how)) {
        us.push_back(rounded(t.period.median));
    }
    return us;
}

// An operator in one of its variants, so many times in a row.
struct run_of {
    op_id op;
    variant_id variant;
    std::size_t times = 1;
};

// A graph of lanes that have nothing to do with each other.
cuda::graph_exec side_by_side(const engine::cuda_engine& engine, const std::vector<run_of>& lanes, bool programmatic) {
    std::vector<command> commands;
    std::vector<run_of> which;
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
        for (std::size_t i = 0; i < lanes[lane].times; ++i) {
            commands.push_back({.lane = lane_id::from_index(lane), .op = op_id::from_index(which.size())});
            which.push_back(lanes[lane]);
        }
    }
    const plan p{which.size(), lanes.size(), 0, std::move(commands)};
    cuda::emission_options how;
    if (programmatic) {
        how.programmatic.assign(which.size(), true);
    }
    return cuda::capture_nodes(
               p,
               [&](const command& c, cudaStream_t s) {
                   engine.enqueue(which[c.op.index()].op, which[c.op.index()].variant, s);
               },
               how)
        .instantiate();
}

// A kernel that reads more than the cache holds, so that nothing else is left in it.
class flush {
public:
    flush() {
        constexpr std::int64_t rows = 4096;
        constexpr std::int64_t columns = 8192; // floats: 128 MB
        onnx::builder b{"flush"};
        const auto x = b.input("x", onnx::element::f32, {rows, columns});
        b.output(b.one("ReduceMax", "most", {x}, {{"axes", onnx::shape{1}}}));
        net_ = std::move(b).finish();
        engine_ = std::make_unique<engine::cuda_engine>(net_);
        const std::vector<float> ones(static_cast<std::size_t>(rows * columns), 1.0F);
        engine_->set_input(0, onnx::tensor::of<float>(onnx::element::f32, {rows, columns}, ones));
    }
    void enqueue(cudaStream_t s) const { engine_->enqueue(op_id{0}, s); }

private:
    onnx::network net_;
    std::unique_ptr<engine::cuda_engine> engine_;
};

constexpr std::size_t flushes = 4; // in a chain

// So many times: everything is thrown out of the cache, then the operator runs, if there is one.
cuda::graph_exec flushed(const flush& out, const engine::cuda_engine& engine, const run_of* one) {
    const std::size_t each = one == nullptr ? 1 : 2;
    std::vector<command> commands;
    for (std::size_t i = 0; i < each * flushes; ++i) {
        commands.push_back({.op = op_id::from_index(i)});
    }
    const plan p{each * flushes, 1, 0, std::move(commands)};
    return cuda::capture_nodes(p,
                               [&](const command& c, cudaStream_t s) {
                                   if (c.op.index() % each == 0) {
                                       out.enqueue(s);
                                   } else {
                                       engine.enqueue(one->op, one->variant, s);
                                   }
                               })
        .instantiate();
}

// Operators that take equal time, variant by variant.
struct kind {
    op_id first;
    std::vector<op_id> all;
};

struct recorder {
    bench::subject& s;
    const flush& out;
    search::variant_table early; // in chains with programmatic edges
    std::vector<kind> kinds = {};
    std::vector<std::size_t> kind_of = {};
    std::map<std::string, std::vector<variant_id>> choices = {};

    recorder(bench::subject& subject, const flush& cold)
        : s{subject}, out{cold}, early{subject.measured_variants(engine::chain_edges::programmatic)} {
        std::map<std::string, std::size_t> known;
        for (std::size_t v = 0; v < s.graph().size(); ++v) {
            const op_id op = op_id::from_index(v);
            const auto [at, is_new] = known.try_emplace(engine::kind_of(s.engine(), s.network(), op), kinds.size());
            if (is_new) {
                kinds.push_back({op, {}});
            }
            kinds[at->second].all.push_back(op);
            kind_of.push_back(at->second);
        }
        for (const char* name : {"model", "fastest", "sparing"}) {
            const auto list = s.variants(name);
            choices[name] = {list.begin(), list.end()};
        }
        choices["early"] = search::static_choice(s.graph(), early, s.device(), {.off_path = 0.0});
        choices["early_sparing"] = search::static_choice(s.graph(), early, s.device());
    }

    [[nodiscard]] std::size_t kernels(op_id v) const { return s.engine().kernels(v); }

    // What every variant of every kind takes with nothing in the cache.
    [[nodiscard]] std::vector<std::vector<double>> cold() const {
        std::vector<std::vector<double>> found;
        for (const kind& k : kinds) {
            found.emplace_back();
            if (kernels(k.first) == 0) {
                continue;
            }
            std::vector<cuda::graph_exec> graphs;
            graphs.push_back(flushed(out, s.engine(), nullptr));
            for (std::size_t i = 0; i < s.engine().variants(k.first); ++i) {
                const run_of one{k.first, variant_id::from_index(i)};
                graphs.push_back(flushed(out, s.engine(), &one));
            }
            const std::vector<double> us = periods(graphs, {.rounds = 5, .replays = 2, .warm_up = 1});
            for (std::size_t i = 1; i < us.size(); ++i) {
                found.back().push_back(rounded((us[i] - us[0]) / static_cast<double>(flushes)));
            }
        }
        return found;
    }

    [[nodiscard]] json kinds_in_json() const {
        const auto without_cache = cold();
        json rows = json::array();
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            const op_id v = kinds[k].first;
            json variants = json::array();
            for (std::size_t i = 0; kernels(v) != 0 && i < s.engine().variants(v); ++i) {
                const variant_id which = variant_id::from_index(i);
                const cost::kernel f = s.engine().footprint(v, which);
                variants.push_back({f.blocks, f.threads, f.registers, f.shared_bytes, s.engine().cluster(v, which),
                                    f.l2_bytes, rounded(s.variants().of(v)[i].kernel.duration_us),
                                    rounded(early.of(v)[i].kernel.duration_us), without_cache[k][i]});
            }
            rows.push_back({{"type", s.network()[v].type}, {"kernels", kernels(v)}, {"variants", std::move(variants)}});
        }
        return rows;
    }

    [[nodiscard]] json operators_in_json() const {
        const std::vector<cost::work> works = onnx::works_of(s.network());
        const cost::table estimated = cost::estimate(works, s.device());
        json rows = json::array();
        for (std::size_t v = 0; v < works.size(); ++v) {
            const cost::work& w = works[v];
            const cost::kernel& k = estimated.kernel(op_id::from_index(v));
            rows.push_back({kind_of[v], s.network()[op_id::from_index(v)].name, rounded(s.durations_us()[v]),
                            k.dram_bytes, k.l2_bytes, k.fp32_flops, k.tensor_flops, w.flops, w.matrix_flops,
                            w.input_bytes, w.weight_bytes, w.output_bytes});
        }
        return rows;
    }

    // The sequential plan, and the same without the operators of one kind: what these take there.
    [[nodiscard]] json left_out() const {
        const plan all = search::with_variants(run::make_policy("sequential", {.lanes = 1})(s.graph(), s.costs()),
                                               choices.at("fastest"));
        json rows = json::array();
        for (const bool programmatic : {false, true}) {
            cuda::emission_options how;
            if (programmatic) {
                how.programmatic.assign(all.operators(), true);
            }
            std::vector<cuda::graph_exec> graphs;
            std::vector<std::size_t> without;
            for (std::size_t k = 0; k <= kinds.size(); ++k) {
                if (k < kinds.size() && kernels(kinds[k].first) == 0) {
                    continue;
                }
                graphs.push_back(cuda::capture_nodes(
                                     all,
                                     [&](const command& c, cudaStream_t to) {
                                         if (kind_of[c.op.index()] != k) {
                                             s.engine().enqueue(c, to);
                                         }
                                     },
                                     how)
                                     .instantiate());
                without.push_back(k);
            }
            const std::vector<double> us = periods(graphs, {.rounds = 5, .replays = 4, .warm_up = 1});
            for (std::size_t i = 0; i < us.size(); ++i) {
                rows.push_back({{"programmatic", programmatic},
                                {"without", without[i] == kinds.size() ? json{} : json{without[i]}},
                                {"us", us[i]}});
            }
        }
        return rows;
    }

    // The kinds of one kernel that take most, each with the operators of it.
    [[nodiscard]] std::vector<std::size_t> heaviest(std::size_t most) const {
        std::vector<std::pair<double, std::size_t>> all;
        for (std::size_t k = 0; k < kinds.size(); ++k) {
            if (kernels(kinds[k].first) == 1) {
                all.emplace_back(-s.durations_us()[kinds[k].first.index()] * static_cast<double>(kinds[k].all.size()),
                                 k);
            }
        }
        std::sort(all.begin(), all.end());
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < std::min(most, all.size()); ++i) {
            found.push_back(all[i].second);
        }
        return found;
    }

    // Chains of equal operators beside each other, and of different ones that take about the same time.
    [[nodiscard]] json beside() const {
        constexpr std::size_t length = 8;
        std::vector<std::vector<run_of>> wanted;
        std::vector<bool> programmatic;
        const std::vector<std::size_t> heavy = heaviest(20);
        for (const std::size_t k : heavy) {
            std::vector<variant_id> offered{choices.at("fastest")[kinds[k].first.index()]};
            for (const op_id v : kinds[k].all) {
                if (choices.at("sparing")[v.index()] != offered[0]) {
                    offered.push_back(choices.at("sparing")[v.index()]);
                    break;
                }
            }
            for (std::size_t i = 0; i < offered.size(); ++i) {
                for (const std::size_t lanes : {1U, 2U, 3U, 4U, 6U, 8U}) {
                    for (const bool early_start : {false, true}) {
                        if (early_start && (i != 0 || lanes > 4)) {
                            continue;
                        }
                        std::vector<run_of> graph;
                        for (std::size_t lane = 0; lane < lanes; ++lane) {
                            graph.push_back({kinds[k].all[lane % kinds[k].all.size()], offered[i], length});
                        }
                        wanted.push_back(std::move(graph));
                        programmatic.push_back(early_start);
                    }
                }
            }
        }
        random_source random{11};
        for (int i = 0; i < 60 && heavy.size() > 1; ++i) {
            std::vector<run_of> graph;
            for (int lane = 0; lane < (i % 3 == 2 ? 4 : 2); ++lane) {
                const std::size_t k = heavy[random.below(heavy.size())];
                const op_id v = kinds[k].all[random.below(kinds[k].all.size())];
                const variant_id which = choices.at(random.chance(0.5) ? "fastest" : "sparing")[v.index()];
                const double us = s.variants().of(v)[which.index()].kernel.duration_us + 0.6;
                const auto times = static_cast<std::size_t>(std::clamp(std::round(40.0 / us), 1.0, 32.0));
                graph.push_back({v, which, times});
            }
            wanted.push_back(std::move(graph));
            programmatic.push_back(false);
        }
        json rows = json::array();
        for (std::size_t i = 0; i < wanted.size();) {
            std::vector<cuda::graph_exec> graphs;
            const std::size_t begin = i;
            for (; i < wanted.size() && i < begin + 40; ++i) { // interleaved, but not too many graphs at a time
                graphs.push_back(side_by_side(s.engine(), wanted[i], programmatic[i]));
            }
            const std::vector<double> us = periods(graphs);
            for (std::size_t g = 0; g < us.size(); ++g) {
                json lanes = json::array();
                for (const run_of& r : wanted[begin + g]) {
                    lanes.push_back({r.op.value, r.variant.value, r.times});
                }
                rows.push_back({{"programmatic", static_cast<bool>(programmatic[begin + g])},
                                {"lanes", std::move(lanes)},
                                {"us", us[g]}});
            }
        }
        return rows;
    }

    struct contender {
        std::string name;
        std::string variants;
        bool programmatic = false;
        cuda::creation_order order = cuda::creation_order::by_rank;
        plan what = {};
    };

    [[nodiscard]] std::vector<contender> by_policies() const {
        std::vector<contender> all;
        const auto add = [&](const std::string& policy, const char* variants, bool programmatic) {
            all.push_back({.name = policy,
                           .variants = variants,
                           .programmatic = programmatic,
                           .what = search::with_variants(run::make_policy(policy, {.lanes = 8})(s.graph(), s.costs()),
                                                         choices.at(variants))});
        };
        for (const run::named_policy& p : run::named_policies()) {
            add(std::string{p.name}, "fastest", false);
        }
        for (const char* policy : {"sequential", "nimble", "opara", "earliest_finish"}) {
            add(policy, "model", false);
            add(policy, "sparing", false);
            add(policy, "fastest", true);
            add(policy, "sparing", true);
            add(policy, "early", true);
        }
        for (const char* policy : {"rammer", "torchsched", "ios", "depth_first"}) {
            add(policy, "fastest", true);
        }
        return all;
    }

    // What the simulator likes best: where it errs in a plan's favour, a search finds such a plan.
    void add_searched(std::vector<contender>& all) const {
        for (const bool programmatic : {false, true}) {
            for (const std::uint64_t seed : {1U, 2U}) {
                search::improve_options how{.limit = {.seconds = 1.5}, .seed = seed, .emission = sim::as_emitted};
                how.emission.programmatic = programmatic;
                const search::improvement found =
                    search::improve(s.graph(), programmatic ? early : s.variants(), s.device(), how);
                all.push_back({.name = "searched",
                               .variants = "searched",
                               .programmatic = programmatic,
                               .order = cuda::creation_order::planned,
                               .what = found.compared.candidates.back().what});
            }
        }
    }

    // Plans that no policy would make: few lanes or many, any order between random and the longest path first, any
    // variants that are not far from the fastest, priorities.
    [[nodiscard]] contender at_random(random_source& random) const {
        const frozen_graph& g = s.graph();
        const char* const names[] = {"fastest", "sparing", "model", "early", "any"};
        contender c;
        c.name = "random";
        c.variants = names[random.below(5)];
        c.programmatic = random.chance(0.5);
        c.order = random.chance(0.5) ? cuda::creation_order::planned : cuda::creation_order::by_rank;
        const std::size_t lanes = random.chance(0.6) ? random.between(1, 6) : random.between(7, 24);
        const double stray = random.unit() * random.unit(); // how often an operator leaves its predecessor's lane
        const double disorder = random.chance(0.5) ? 0.0 : random.unit();
        const bool priorities = random.chance(0.25);
        search::draft d;
        d.lane.resize(g.size());
        d.priority.assign(g.size(), 0);
        d.variant = choices.at(c.variants == "any" ? "fastest" : c.variants);
        std::vector<double> rank(g.size(), 0.0);
        const auto order = g.topological_order();
        double longest = 0.0;
        for (std::size_t i = order.size(); i-- > 0;) {
            double& own = rank[order[i].index()];
            for (const op_id w : g.successors(order[i])) {
                own = std::max(own, rank[w.index()]);
            }
            own += s.durations_us()[order[i].index()] + 0.6;
            longest = std::max(longest, own);
        }
        for (std::size_t v = 0; v < g.size(); ++v) {
            const op_id op = op_id::from_index(v);
            if (c.variants == "any" && random.chance(0.5)) {
                const double best = s.variants().of(op)[d.variant[v].index()].kernel.duration_us;
                const variant_id other = variant_id::from_index(random.below(s.variants().of(op).size()));
                if (s.variants().of(op)[other.index()].kernel.duration_us <= 1.7 * best) {
                    d.variant[v] = other;
                }
            }
            if (priorities) {
                d.priority[v] = rank[v] > 0.5 * longest ? 1 : static_cast<std::int32_t>(random.below(2));
            }
            rank[v] += random.unit() * disorder * longest;
        }
        std::vector<std::size_t> missing(g.size());
        std::vector<op_id> ready;
        for (std::size_t v = 0; v < g.size(); ++v) {
            missing[v] = g.predecessors(op_id::from_index(v)).size();
            if (missing[v] == 0) {
                ready.push_back(op_id::from_index(v));
            }
        }
        while (!ready.empty()) {
            const auto next = std::max_element(ready.begin(), ready.end(),
                                               [&](op_id a, op_id b) { return rank[a.index()] < rank[b.index()]; });
            const op_id v = *next;
            ready.erase(next);
            const auto before = g.predecessors(v);
            d.lane[v.index()] = before.empty() || random.chance(stray)
                                    ? lane_id::from_index(random.below(lanes))
                                    : d.lane[before[random.below(before.size())].index()];
            d.sequence.push_back(v);
            for (const op_id w : g.successors(v)) {
                if (--missing[w.index()] == 0) {
                    ready.push_back(w);
                }
            }
        }
        c.what = search::express(g, d);
        return c;
    }

    [[nodiscard]] json plans(std::size_t at_least) {
        std::vector<contender> all = by_policies();
        add_searched(all);
        random_source random{5};
        while (all.size() < at_least) {
            all.push_back(at_random(random));
        }
        std::vector<cuda::graph_exec> graphs;
        json rows = json::array();
        for (const contender& c : all) {
            const cuda::plan_graph made = s.emit(c.what, c.order, c.programmatic);
            graphs.push_back(made.instantiate());
            json commands = json::array();
            for (const command& one : c.what.commands()) {
                for (const std::int64_t x :
                     {static_cast<std::int64_t>(one.what), std::int64_t{one.lane.value}, std::int64_t{one.op.value},
                      std::int64_t{one.event.value}, std::int64_t{one.variant.value}, std::int64_t{one.priority}}) {
                    commands.push_back(x);
                }
            }
            rows.push_back({{"name", c.name},
                            {"variants", c.variants},
                            {"programmatic", c.programmatic},
                            {"by_rank", c.order == cuda::creation_order::by_rank},
                            {"lanes", c.what.lanes()},
                            {"events", c.what.events()},
                            {"waits", c.what.waits()},
                            {"nodes", made.native().size()},
                            {"edges", made.native().edges().size()},
                            {"helpers", made.helpers().size()},
                            {"distance_from_host", s.distance(graphs.back())},
                            {"commands", std::move(commands)}});
        }
        std::vector<const cuda::graph_exec*> pointers;
        for (const cuda::graph_exec& g : graphs) {
            pointers.push_back(&g);
        }
        const auto times = cuda::measure(pointers, {.rounds = 11, .replays = 5, .warm_up = 2});
        for (std::size_t i = 0; i < all.size(); ++i) {
            rows[i]["latency_us"] = to_json(times[i].latency);
            rows[i]["period_us"] = to_json(times[i].period);
        }
        return rows;
    }
};

json choice_in_json(const std::vector<variant_id>& choice) {
    json list = json::array();
    for (const variant_id v : choice) {
        list.push_back(v.value);
    }
    return list;
}

json record(const std::string& name, bool fused, std::size_t plans, const cost::device& device, const flush& out) {
    say(name + ": preparing, tuning, profiling");
    const onnx::network built = zoo::build(name);
    const onnx::network net = fused ? zoo::fuse(built) : built;
    bench::subject s{net, device};
    recorder r{s, out};
    json result{{"network", name}, {"fused", fused}, {"model", device.name}, {"edges", json::array()}};
    s.graph().for_each_edge([&](edge e) { result["edges"].push_back({e.source.value, e.target.value}); });
    say(name + ": nothing in the cache");
    result["kinds"] = r.kinds_in_json();
    result["operators"] = r.operators_in_json();
    for (const auto& [which, choice] : r.choices) {
        result["choices"][which] = choice_in_json(choice);
    }
    say(name + ": without one kind");
    result["left_out"] = r.left_out();
    say(name + ": side by side");
    result["beside"] = r.beside();
    say(name + ": plans");
    result["plans"] = r.plans(plans);
    say(name + ": done");
    return result;
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    std::size_t plans = 80;
    if (const auto option = std::find(words.begin(), words.end(), "--plans"); option != words.end()) {
        plans = option + 1 == words.end() ? 0 : std::strtoul((option + 1)->c_str(), nullptr, 10);
        if (plans == 0) {
            std::fprintf(stderr, "%s: --plans takes a number above 0\n", argv[0]);
            return 2;
        }
        words.erase(option, option + 2);
    }
    if (words.size() < 2) {
        std::fprintf(stderr, "usage: %s FOLDER [--plans N] NETWORK[+fused] ...\n", argv[0]);
        return 2;
    }
    try {
        cudaDeviceProp properties{};
        cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
        const std::string gpu = properties.name;
        const cost::device& device = gpu.find("H200") != std::string::npos ? cost::devices::h200 : cost::devices::h100;
        const flush out;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const bool fused = words[i].ends_with("+fused");
            const std::string name = fused ? words[i].substr(0, words[i].size() - 6) : words[i];
            json result = record(name, fused, plans, device, out);
            result["gpu"] = gpu;
            std::ofstream{std::filesystem::path{words[0]} / (words[i] + ".json")} << result.dump() << '\n';
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    return 0;
}
