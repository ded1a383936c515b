#include <opara/cost/devices.hpp>
#include <opara/plan/bounds.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/improve.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace opara;

namespace {

const cost::device& h200 = cost::devices::h200;

struct problem {
    frozen_graph graph;
    search::variant_table variants;
};

problem random_problem(testing::graph_family family, std::size_t n, std::uint64_t seed) {
    return {testing::random_graph(family, n, seed), search::single_variants(testing::random_kernels{n, seed}, n, h200)};
}

// Calls f(sequence) for every topological order.
template <class F>
void for_each_order(const frozen_graph& g, std::vector<op_id>& sequence, F&& f) {
    if (sequence.size() == g.size()) {
        f();
        return;
    }
    for (std::size_t v = 0; v < g.size(); ++v) {
        const op_id op = op_id::from_index(v);
        const auto before = g.predecessors(op);
        const auto done = [&](op_id u) { return std::find(sequence.begin(), sequence.end(), u) != sequence.end(); };
        if (!done(op) && std::all_of(before.begin(), before.end(), done)) {
            sequence.push_back(op);
            for_each_order(g, sequence, f);
            sequence.pop_back();
        }
    }
}

// The best of all plans without priorities: every order of launches with every set of further waits.
double best_of_all(const problem& p) {
    search::simulated evaluate{p.variants, h200};
    const std::size_t n = p.graph.size();
    search::draft d{.sequence = {},
                    .lane = {},
                    .priority = std::vector<std::int32_t>(n, 0),
                    .variant = std::vector<variant_id>(n),
                    .order_edges = {}};
    for (std::size_t v = 0; v < n; ++v) {
        d.lane.push_back(lane_id::from_index(v));
    }
    double best = std::numeric_limits<double>::infinity();
    for_each_order(p.graph, d.sequence, [&] {
        std::vector<edge> pairs;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = i + 1; j < n; ++j) {
                pairs.push_back({d.sequence[i], d.sequence[j]});
            }
        }
        for (std::size_t set = 0; set < std::size_t{1} << pairs.size(); ++set) {
            d.order_edges.clear();
            for (std::size_t i = 0; i < pairs.size(); ++i) {
                if ((set >> i & 1U) != 0) {
                    d.order_edges.push_back(pairs[i]);
                }
            }
            best = std::min(best, evaluate(search::express(p.graph, d)));
        }
    });
    return best;
}

search::improvement improve(const problem& p, std::size_t steps, std::uint64_t seed = 1) {
    return search::improve(p.graph, p.variants, h200, {.limit = {.steps = steps}, .seed = seed});
}

} // namespace

TEST_CASE("on tiny graphs the search finds what trying everything finds") {
    int reached = 0;
    int policies_reached = 0;
    int graphs = 0;
    for (const auto family : {testing::graph_family::antichain, testing::graph_family::sparse,
                              testing::graph_family::series_parallel, testing::graph_family::layered}) {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            const problem p = random_problem(family, 4, seed);
            const double best = best_of_all(p);
            const search::improvement found = improve(p, 1000);
            ++graphs;
            reached += found.winner().us <= best * 1.000001 ? 1 : 0;
            policies_reached += found.policy().us <= best * 1.000001 ? 1 : 0;
            CHECK(found.winner().us >= lower_bounds(p.graph, search::chosen_costs{p.variants}, h200).best() * 0.999999);
        }
    }
    CAPTURE(policies_reached);
    CHECK(reached >= graphs * 95 / 100);
    CHECK(policies_reached < reached); // else there was nothing to find
}

TEST_CASE("the result is valid, simulates as it says, and is never slower than a policy's") {
    double gained = 0.0;
    for (const testing::graph_family family : testing::all_graph_families) {
        for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{25}}) {
            CAPTURE(testing::name(family));
            CAPTURE(n);
            const problem p = random_problem(family, n, n + 2);
            const search::chosen_costs costs{p.variants};
            const search::improvement found = improve(p, 300);
            validate(found.winner().what, p.graph);
            for (const search::candidate& c : found.compared.candidates) {
                CHECK(found.winner().us <= c.us);
                CHECK(c.us == sim::simulate(c.what, costs, h200).makespan_us);
            }
            CHECK(found.sequential().name == "sequential");
            CHECK(found.sequential().what.lanes() <= 1);
            CHECK(found.winner().us >= lower_bounds(p.graph, costs, h200).best() * 0.999999);
            CHECK(found.steps <= 300);
            gained += n == 25 ? 1.0 - found.winner().us / found.policy().us : 0.0;
        }
    }
    CHECK(gained / 8 > 0.01); // on average more than 1 % over the best policy, which is the best of some twenty
}

TEST_CASE("equal seeds and steps give equal plans") {
    const problem p = random_problem(testing::graph_family::layered, 30, 4);
    const search::improvement first = improve(p, 200, 7);
    const search::improvement again = improve(p, 200, 7);
    CHECK(first.compared == again.compared);
    CHECK(first.simulations == again.simulations);
    CHECK(improve(p, 200, 8).compared.candidates.back().what != first.compared.candidates.back().what);
}

TEST_CASE("a search keeps to its budget, tells where it stands, and stops when told") {
    const problem p = random_problem(testing::graph_family::layered, 60, 5);
    std::size_t told = 0;
    double last = std::numeric_limits<double>::infinity();
    search::improvement found =
        search::improve(p.graph, p.variants, h200, {.limit = {.steps = 50}}, [&](const search::progress& at) {
            CHECK(at.steps == told++);
            CHECK(at.best_us <= last);
            CHECK(at.best_us <= at.policy_us);
            CHECK(at.policy_us <= at.sequential_us);
            last = at.best_us;
            return search::go::on;
        });
    CHECK(found.steps == 50);
    CHECK(told == 50);
    CHECK(found.end == search::ending::budget);

    found = search::improve(p.graph, p.variants, h200, {}, [&](const search::progress& at) {
        return at.steps == 20 ? search::go::stop : search::go::on;
    });
    CHECK(found.end == search::ending::stopped);
    CHECK(found.steps == 20);

    const search::stopwatch watch;
    found = search::improve(p.graph, p.variants, h200, {.limit = {.seconds = 0.3}});
    CHECK(found.end == search::ending::budget);
    CHECK(found.seconds >= 0.3);
    CHECK(found.seconds <= watch.seconds());

    found = improve(random_problem(testing::graph_family::chain, 20, 1), 1000);
    CHECK(found.end == search::ending::nothing_left);
    CHECK(found.steps < 1000);
}

TEST_CASE("joint choice of variants beats the fastest alone") {
    // Branches of which each fills the device with its fastest kernel; a slightly slower one leaves room.
    std::vector<edge> edges;
    std::vector<std::vector<search::variant>> offered{{{.kernel = {.duration_us = 1.0}}}};
    for (std::size_t i = 1; i <= 4; ++i) {
        edges.push_back({op_id{0}, op_id::from_index(i)});
        edges.push_back({op_id::from_index(i), op_id{5}});
        offered.push_back({{.kernel = {.blocks = 264, .threads = 1024, .duration_us = 10.0}},
                           {.kernel = {.blocks = 66, .threads = 1024, .duration_us = 12.0}}});
    }
    offered.push_back({{.kernel = {.duration_us = 1.0}}});
    const frozen_graph g{6, edges};
    const search::variant_table variants{offered, h200};
    const search::improvement found = search::improve(g, variants, h200, {.limit = {.steps = 300}});
    validate(found.winner().what, g);
    search::simulated evaluate{variants, h200};
    double fastest_alone = std::numeric_limits<double>::infinity();
    for (const search::candidate& c : search::portfolio(g, search::chosen_costs{variants}, evaluate).candidates) {
        fastest_alone = std::min(fastest_alone, c.us);
    }
    CHECK(found.winner().us < 0.5 * fastest_alone);
    CHECK(evaluate(found.winner().what) == found.winner().us);
}

TEST_CASE("an evaluator refuses plans that are not for its operators or variants") {
    const problem p = random_problem(testing::graph_family::layered, 5, 1);
    search::simulated evaluate{p.variants, h200};
    CHECK_THROWS_AS(static_cast<void>(evaluate(plan{3, 1, 0, {}})), invalid_plan);
    CHECK_THROWS_AS(static_cast<void>(evaluate(plan{5, 1, 0, {}})), invalid_plan);
    const plan one = scheduler{assign::single{}, order::topological{}}(p.graph, search::chosen_costs{p.variants});
    const std::vector<variant_id> other(5, variant_id{1});
    CHECK(search::variants_of(one) == std::vector<variant_id>(5));
    CHECK(search::variants_of(search::with_variants(one, other)) == other);
    CHECK_THROWS_AS(static_cast<void>(evaluate(search::with_variants(one, other))), invalid_plan);
    const double us = evaluate(one); // it still works, and remembers
    CHECK(us == evaluate(one));
    CHECK(evaluate.run(one).makespan_us == us);
    CHECK(evaluate.simulations() == 1);
}
