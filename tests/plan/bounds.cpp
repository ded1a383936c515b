#include <opara/cost/devices.hpp>
#include <opara/cost/table.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/testing/archetypes.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace testing = opara::testing;
namespace cost = opara::cost;
using opara::bound_kind;
using opara::op_id;
using opara::resource;

namespace {

opara::frozen_graph graph(std::size_t n, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
    std::vector<opara::edge> edges;
    for (const auto& [a, b] : pairs) {
        edges.push_back({op_id{a}, op_id{b}});
    }
    return opara::frozen_graph{n, edges};
}

// The shortest schedule in which every operator runs for its time, beside others as far as the resources allow, with
// edges and front end as the device has them: all topological orders, each operator as early as it fits.
class brute_force {
public:
    brute_force(const opara::frozen_graph& g, const testing::random_kernels& kernels, const cost::device& d)
        : g_{g}, replay_{d.graph.replay_us}, front_end_{d.graph.front_end_us}, start_(g.size(), -1.0) {
        for (std::uint32_t v = 0; v < g.size(); ++v) {
            demands_.push_back(opara::detail::demand_on(kernels.kernel(op_id{v}), d, op_id{v}));
        }
    }
    double shortest() {
        extend(0.0);
        return best_;
    }

private:
    [[nodiscard]] double end(std::size_t v) const { return start_[v] + demands_[v].duration_us; }
    [[nodiscard]] double share(std::size_t v, resource r) const {
        const double us = demands_[v].duration_us;
        return us > 0.0 ? demands_[v].area_us[index(r)] / us : 0.0;
    }
    // When the operator may start as far as its predecessors go; those without a node hand on what they wait for.
    [[nodiscard]] double ready(op_id v, double edge_us) const {
        double t = 0.0;
        for (const op_id p : g_.predecessors(v)) {
            t = std::max(t, demands_[p.index()].launches ? end(p.index()) + edge_us : ready(p, edge_us));
        }
        return t;
    }
    [[nodiscard]] bool fits(std::size_t v, double at) const {
        for (std::size_t u = 0; u < start_.size(); ++u) {
            if (u != v && start_[u] >= 0.0 && demands_[u].launches && std::abs(start_[u] - at) < front_end_ - 1e-9) {
                return false;
            }
        }
        for (const resource r : opara::all_resources) {
            if (r == resource::front_end) {
                continue;
            }
            // The use is highest at the start of some operator within this one's time.
            for (std::size_t w = 0; w < start_.size(); ++w) {
                const double moment = w == v ? at : start_[w];
                if (w != v && (start_[w] < 0.0 || moment < at || moment >= at + demands_[v].duration_us - 1e-9)) {
                    continue;
                }
                double use = share(v, r);
                for (std::size_t u = 0; u < start_.size(); ++u) {
                    if (u != v && start_[u] >= 0.0 && start_[u] <= moment && end(u) > moment + 1e-9) {
                        use += share(u, r);
                    }
                }
                if (use > 1.0 + 1e-9) {
                    return false;
                }
            }
        }
        return true;
    }
    void extend(double makespan) {
        bool complete = true;
        for (std::size_t v = 0; v < start_.size(); ++v) {
            if (start_[v] >= 0.0) {
                continue;
            }
            complete = false;
            const op_id op = op_id::from_index(v);
            const auto& p = g_.predecessors(op);
            if (!std::all_of(p.begin(), p.end(), [&](op_id u) { return start_[u.index()] >= 0.0; })) {
                continue;
            }
            if (!demands_[v].launches) {
                start_[v] = 0.0; // takes no part; `ready` looks through it
                extend(makespan);
                start_[v] = -1.0;
                continue;
            }
            std::vector<double> moments{std::max(replay_, ready(op, demands_[v].edge_us))};
            for (std::size_t u = 0; u < start_.size(); ++u) {
                if (start_[u] >= 0.0 && demands_[u].launches) {
                    for (const double t : {end(u), start_[u] + front_end_}) {
                        if (t > moments.front()) {
                            moments.push_back(t);
                        }
                    }
                }
            }
            std::sort(moments.begin(), moments.end());
            const auto at = std::find_if(moments.begin(), moments.end(), [&](double t) { return fits(v, t); });
            REQUIRE(at != moments.end());
            start_[v] = *at;
            extend(std::max(makespan, end(v)));
            start_[v] = -1.0;
        }
        if (complete) {
            best_ = std::min(best_, makespan);
        }
    }

    const opara::frozen_graph& g_;
    double replay_;
    double front_end_;
    std::vector<opara::detail::kernel_demand> demands_;
    std::vector<double> start_; // -1: not scheduled
    double best_ = std::numeric_limits<double>::infinity();
};

cost::kernel dram_kernel(double us, double share) {
    return {.blocks = 132,
            .threads = 256,
            .duration_us = us,
            .dram_bytes = us * share * cost::devices::h200.dram_gb_per_s * 1e3};
}

struct one_bad_kernel {
    double cost::kernel::* field;
    double value;
    [[nodiscard]] cost::kernel kernel(op_id v) const {
        cost::kernel k{.duration_us = 1.0};
        if (v == op_id{2}) {
            k.*field = value;
        }
        return k;
    }
};

} // namespace

TEST_CASE("no schedule of a tiny graph beats the bounds, some meet them") {
    std::size_t cases = 0;
    std::size_t met = 0;
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            const std::size_t n = 1 + seed % 6;
            const auto g = testing::random_graph(family, n, seed, testing::numbering::shuffled);
            const testing::random_kernels kernels{n, seed};
            for (const cost::device* d : {&cost::devices::h200, &cost::devices::rtx_2080_super}) {
                const auto b = opara::lower_bounds(g, kernels, *d);
                const double shortest = brute_force{g, kernels, *d}.shortest();
                CAPTURE(std::string{name(family)});
                CAPTURE(seed);
                CAPTURE(d->name);
                CHECK(b.critical_path_us <= shortest * (1 + 1e-12));
                CHECK(b.area_us <= shortest * (1 + 1e-12));
                CHECK(b.head_tail_us <= shortest * (1 + 1e-12));
                CHECK(b.articulation_us <= shortest * (1 + 1e-12));
                CHECK(b.head_tail_us >= b.area_us * (1 - 1e-12));
                CHECK(b.head_tail_us >= b.critical_path_us);
                CHECK(b.articulation_us >= b.critical_path_us * (1 - 1e-12));
                ++cases;
                met += b.best() > 0.999 * shortest ? 1U : 0U;
            }
        }
    }
    MESSAGE("met in " << met << " of " << cases);
    CHECK(met > cases / 2);
}

TEST_CASE("the head-tail bound is the best of all thresholds") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        testing::random_source random{seed};
        std::vector<opara::detail::head_tail_job> jobs(random.between(0, 30));
        for (auto& job : jobs) {
            job = {static_cast<double>(random.below(10)), static_cast<double>(random.below(5)),
                   static_cast<double>(random.below(10))};
        }
        double expected = 0.0;
        for (const auto& first : jobs) {
            for (const auto& last : jobs) {
                double area = 0.0;
                for (const auto& job : jobs) {
                    area += job.head >= first.head && job.tail >= last.tail ? job.area : 0.0;
                }
                expected = area > 0.0 ? std::max(expected, first.head + area + last.tail) : expected;
            }
        }
        CHECK(opara::detail::head_tail_bound(jobs) == doctest::Approx(expected));
    }
}

TEST_CASE("a chain is as long as its path") {
    const auto g = testing::random_graph(testing::graph_family::chain, 4, 0);
    const std::vector<double> us{1.0, 2.0, 3.0, 4.0};
    const auto& d = cost::devices::h200;
    const auto b = opara::lower_bounds(g, cost::tabulate(us, d), d);
    const double expected = d.graph.replay_us + 10.0 + 3 * (d.graph.edge_us + d.graph.block_us);
    CHECK(b.critical_path_us == doctest::Approx(expected));
    CHECK(b.best() == doctest::Approx(expected));
    CHECK(b.binding() == bound_kind::critical_path);
}

TEST_CASE("kernels that all want the DRAM need it one after another") {
    const auto g = testing::random_graph(testing::graph_family::antichain, 10, 0);
    const auto& d = cost::devices::h200;
    const cost::table t{std::vector<cost::kernel>(10, dram_kernel(20.0, 0.9)), d};
    const auto b = opara::lower_bounds(g, t, d);
    CHECK(b.area_us == doctest::Approx(10 * 20.0 * 0.9 + d.graph.replay_us));
    CHECK(b.busiest == resource::dram);
    CHECK(b.binding() == bound_kind::area);
}

TEST_CASE("many short kernels need the front end") {
    const auto g = testing::random_graph(testing::graph_family::antichain, 1000, 0);
    const auto& d = cost::devices::h200;
    const auto b = opara::lower_bounds(g, testing::kernel_archetype{}, d);
    CHECK(b.busiest == resource::front_end);
    CHECK(b.area_us == doctest::Approx(999 * d.graph.front_end_us + d.graph.replay_us));
    CHECK(b.best() == doctest::Approx(999 * d.graph.front_end_us + d.graph.replay_us + 1.0)); // and the last one runs
    CHECK(b.binding() == bound_kind::head_tail);
}

TEST_CASE("kernels with all of an SM's shared memory need the room") {
    const auto g = testing::random_graph(testing::graph_family::antichain, 5, 0);
    const auto& d = cost::devices::h200;
    const cost::table t{
        std::vector<cost::kernel>(5, {.blocks = d.sms, .shared_bytes = 227U * 1024U, .duration_us = 10.0}), d};
    const auto b = opara::lower_bounds(g, t, d);
    CHECK(b.busiest == resource::room);
    CHECK(b.area_us == doctest::Approx(50.0 + d.graph.replay_us));
}

TEST_CASE("segments add up") {
    // Two cells in a row, one bound by its path and one by the DRAM: only the articulation bound sees both.
    const auto g =
        graph(9, {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}, {3, 5}, {3, 6}, {3, 7}, {4, 8}, {5, 8}, {6, 8}, {7, 8}});
    std::vector<cost::kernel> kernels(9, {.duration_us = 1.0});
    kernels[1].duration_us = 100.0;
    for (std::size_t v = 4; v < 8; ++v) {
        kernels[v] = dram_kernel(25.0, 1.0);
    }
    const auto& d = cost::devices::h200;
    const auto b = opara::lower_bounds(g, cost::table{kernels, d}, d);
    CHECK(b.critical_path_us < 135.0);
    CHECK(b.area_us < 105.0);
    CHECK(b.articulation_us > 200.0);
    CHECK(b.articulation_us < 210.0);
    CHECK(b.best() == b.articulation_us);
}

TEST_CASE("what launches nothing costs nothing, not even an edge") {
    const auto& d = cost::devices::h200;
    const cost::kernel work{.duration_us = 10.0};
    const cost::kernel view{.blocks = 0};
    const auto chain3 = testing::random_graph(testing::graph_family::chain, 3, 0);
    const auto chain2 = testing::random_graph(testing::graph_family::chain, 2, 0);
    const auto whole = opara::lower_bounds(chain2, cost::table{{work, work}, d}, d);
    for (const auto& kernels :
         {std::vector{work, view, work}, std::vector{view, work, work}, std::vector{work, work, view}}) {
        CHECK(opara::lower_bounds(chain3, cost::table{kernels, d}, d).best() == doctest::Approx(whole.best()));
    }
    CHECK(opara::lower_bounds(chain3, cost::table{{view, view, view}, d}, d) == opara::bounds{});
    CHECK(opara::lower_bounds(opara::frozen_graph{}, cost::table{}, d) == opara::bounds{});
}

TEST_CASE("a number that is no cost is an error that names the operator") {
    const auto g = testing::random_graph(testing::graph_family::chain, 3, 0);
    for (double cost::kernel::* field : {&cost::kernel::duration_us, &cost::kernel::dram_bytes, &cost::kernel::l2_bytes,
                                         &cost::kernel::fp32_flops, &cost::kernel::tensor_flops}) {
        for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
            try {
                static_cast<void>(opara::lower_bounds(g, one_bad_kernel{field, bad}, cost::devices::h200));
                FAIL("no error");
            } catch (const opara::cost_error& e) {
                CHECK(e.op() == op_id{2});
            }
        }
    }
}

TEST_CASE("a hundred thousand operators") {
    for (const auto family : testing::all_graph_families) {
        const auto g = testing::random_graph(family, 100'000, 1);
        const auto b = opara::lower_bounds(g, testing::random_kernels{100'000, 1}, cost::devices::h200);
        CHECK(b.best() >= b.critical_path_us);
        CHECK(std::isfinite(b.best()));
        CHECK(b.head_tail_us >= b.area_us * (1 - 1e-12));
    }
}
