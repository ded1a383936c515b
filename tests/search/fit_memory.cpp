#include <opara/assign.hpp>
#include <opara/cost/uniform.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/fit_memory.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace search = opara::search;
namespace testing = opara::testing;
using opara::activation;
using opara::edge;
using opara::op_id;

namespace {

const opara::cost::uniform each_takes_1us;
constexpr opara::memory_options bytewise{.alignment = 1};

// An activation for each operator, which its successors read.
std::vector<activation> activations_of(const opara::frozen_graph& g, testing::random_source& random) {
    std::vector<activation> all;
    for (std::size_t v = 0; v < g.size(); ++v) {
        const op_id op = op_id::from_index(v);
        const auto users = g.successors(op);
        all.push_back({.bytes = random.below(1000), .producer = op, .users = {users.begin(), users.end()}});
        if (users.empty()) {
            all.back().kept = opara::lifetime::to_the_end;
        }
    }
    return all;
}

opara::plan parallel(const opara::frozen_graph& g) {
    return opara::scheduler{opara::assign::first_free_predecessor{}, opara::order::topological{}}(g, each_takes_1us);
}

// Whether everything that one plan orders is ordered by another one, too.
bool keeps_order(const opara::plan& of, const opara::plan& in) {
    const opara::reachability reach{opara::partial_order(in)};
    bool kept = true;
    opara::partial_order(of).for_each_edge([&](edge e) { kept = kept && reach(e.source, e.target); });
    return kept;
}

// The most bytes that are in use at once when the operators end in some order that a plan allows, one at a time.
std::size_t most_in_use(const opara::plan& p, const std::vector<activation>& all, testing::random_source& random) {
    const opara::frozen_graph order = opara::partial_order(p);
    std::vector<std::size_t> missing(order.size());
    std::vector<op_id> ready;
    for (std::size_t v = 0; v < order.size(); ++v) {
        missing[v] = order.predecessors(op_id::from_index(v)).size();
        if (missing[v] == 0) {
            ready.push_back(op_id::from_index(v));
        }
    }
    std::vector<bool> over(order.size(), false);
    std::size_t most = 0;
    while (!ready.empty()) {
        std::swap(ready[random.below(ready.size())], ready.back());
        const op_id v = ready.back();
        std::size_t alive = 0;
        for (const activation& a : all) {
            const bool there = !a.producer || *a.producer == v || over[a.producer->index()];
            const bool needed = a.kept == opara::lifetime::to_the_end || (a.producer && *a.producer == v) ||
                                std::any_of(a.users.begin(), a.users.end(), [&](op_id u) { return !over[u.index()]; });
            alive += there && needed ? a.bytes : 0;
        }
        most = std::max(most, alive);
        ready.pop_back();
        over[v.index()] = true;
        for (const op_id w : order.successors(v)) {
            if (--missing[w.index()] == 0) {
                ready.push_back(w);
            }
        }
    }
    return most;
}

} // namespace

TEST_CASE("branches with much in between go one after another where there is room for one") {
    // 0 -> (1 -> 2), (3 -> 4), (5 -> 6): what 1, 3 and 5 write is large
    std::vector<edge> edges;
    for (const std::uint32_t first : {1U, 3U, 5U}) {
        edges.push_back({op_id{0}, op_id{first}});
        edges.push_back({op_id{first}, op_id{first + 1}});
    }
    const opara::frozen_graph g{7, edges};
    std::vector<activation> all;
    for (std::uint32_t v = 0; v < 7; ++v) {
        const auto users = g.successors(op_id{v});
        all.push_back({.bytes = v % 2 == 1 ? 100U : 1U, .producer = op_id{v}, .users = {users.begin(), users.end()}});
    }
    const opara::plan p = parallel(g);
    REQUIRE(opara::lay_out(p, all, bytewise).peak_bytes >= 300);
    const search::fitted_plan two = search::fit_memory(g, p, each_takes_1us, all, 210, bytewise);
    CHECK(two.peak_bytes <= 210);
    CHECK(two.peak_bytes > 200);
    const search::fitted_plan one = search::fit_memory(g, p, each_takes_1us, all, 110, bytewise);
    CHECK(one.peak_bytes <= 110);
    opara::validate(one.what, g);
    CHECK(keeps_order(p, one.what));
}

TEST_CASE("a plan that fits, and one of nothing, stay as they are") {
    testing::random_source random{3};
    const auto g = testing::random_graph(testing::graph_family::layered, 50, 1, testing::numbering::shuffled);
    const std::vector<activation> all = activations_of(g, random);
    const opara::plan p = parallel(g);
    const std::size_t peak = opara::lay_out(p, all).peak_bytes;
    const search::fitted_plan same = search::fit_memory(g, p, each_takes_1us, all, peak);
    CHECK(same.what == p);
    CHECK(same.peak_bytes == peak);
    CHECK(search::fit_memory(g, p, each_takes_1us, {}, 0).what == p);
    const opara::frozen_graph none;
    CHECK(search::fit_memory(none, parallel(none), each_takes_1us, {}, 0).peak_bytes == 0);
}

TEST_CASE("on random graphs it orders more, never less, takes no more memory, and tells the truth of it") {
    std::size_t smaller = 0;
    for (const auto family : testing::all_graph_families) {
        for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            CAPTURE(seed);
            testing::random_source random{seed};
            const auto g = testing::random_graph(family, 60, seed, testing::numbering::shuffled);
            const std::vector<activation> all = activations_of(g, random);
            const opara::plan p = parallel(g);
            const opara::memory_plan before = opara::lay_out(p, all, bytewise);
            const search::fitted_plan fitted =
                search::fit_memory(g, p, each_takes_1us, all, before.sequential_bytes * 5 / 4, bytewise);
            opara::validate(fitted.what, g);
            CHECK(keeps_order(p, fitted.what));
            CHECK(fitted.peak_bytes <= before.peak_bytes);
            CHECK(fitted.peak_bytes == opara::lay_out(fitted.what, all, bytewise).peak_bytes);
            for (int i = 0; i < 10; ++i) {
                CHECK(most_in_use(fitted.what, all, random) <= fitted.peak_bytes);
            }
            smaller += fitted.peak_bytes < before.peak_bytes ? 1U : 0U;
        }
    }
    CHECK(smaller > 10);
}
