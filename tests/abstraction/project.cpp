#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/project.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/verify.hpp>
#include <tests/abstraction/agreement.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

bool leads(const transition_system& t, state_id from, state_id to) {
    const auto next = t.successors(from);
    return std::find(next.begin(), next.end(), to) != next.end();
}

// That the map is a simulation, and that the quotient has nothing that no member has: by the definitions.
void check_quotient(const transition_system& t, const std::vector<std::uint64_t>& set_of, const quotient_system& q) {
    REQUIRE(q.image.size() == t.size());
    std::set<std::pair<std::uint32_t, std::uint32_t>> expected;
    for (std::size_t s = 0; s < t.size(); ++s) {
        for (std::size_t other = 0; other < t.size(); ++other) {
            REQUIRE((q.image[s] == q.image[other]) == (set_of[s] == set_of[other]));
        }
        for (const state_id to : t.successors(state_id::from_index(s))) {
            REQUIRE(leads(q.graph, q.image[s], q.image[to.index()]));
            expected.emplace(q.image[s].value, q.image[to.index()].value);
        }
    }
    REQUIRE(q.graph.transitions() == expected.size());
    std::set<std::uint32_t> initial;
    for (const state_id s : t.initial()) {
        initial.insert(q.image[s.index()].value);
    }
    std::set<std::uint32_t> found;
    for (const state_id s : q.graph.initial()) {
        REQUIRE(found.insert(s.value).second);
    }
    REQUIRE(found == initial);
    REQUIRE(q.graph.labels().size() == t.labels().size());
    for (std::size_t l = 0; l < t.labels().size(); ++l) {
        REQUIRE(q.graph.labels()[l].name == t.labels()[l].name);
        for (std::size_t set = 0; set < q.graph.size(); ++set) {
            std::set<truth> values;
            for (std::size_t s = 0; s < t.size(); ++s) {
                if (q.image[s].index() == set) {
                    values.insert(t.labels()[l].holds[s]);
                }
            }
            REQUIRE(q.graph.labels()[l].holds[set] == (values.size() == 1 ? *values.begin() : truth::maybe));
        }
    }
}

// Two carts that do not touch each other: x0 runs right, x1 left and right.
struct carts {
    static constexpr std::size_t dimension = 3;
    using action = double;
    template <class T>
    std::array<T, 3> operator()(const std::array<T, 3>& x, double u) const {
        return {x[0] + static_cast<T>(0.3), static_cast<T>(0.5) * x[1] + static_cast<T>(u), static_cast<T>(0.5) * x[2]};
    }
};

} // namespace

TEST_CASE("the map to a quotient is a simulation, and universal formulas carry over") {
    random_source random{71};
    std::size_t proved = 0;
    std::size_t lost = 0;
    for (int round = 0; round < 2000; ++round) {
        const transition_system t = random_system(random, 12);
        std::vector<std::uint64_t> set_of;
        const std::size_t sets = random.between(1, t.size());
        for (std::size_t s = 0; s < t.size(); ++s) {
            set_of.push_back(1000 * random.below(sets));
        }
        const quotient_system q = quotient(t, set_of);
        check_quotient(t, set_of, q);
        const formula f = random_formula(random, 3);
        if (!f.is_universal()) {
            continue;
        }
        const bool there = check(q.graph, f).holds;
        const bool here = check(t, f).holds;
        REQUIRE((!there || here));
        proved += there ? 1U : 0U;
        lost += here && !there ? 1U : 0U;
    }
    CHECK(proved > 50);
    CHECK(lost > 10);
}

TEST_CASE("merging nothing changes nothing, and merging all leaves one state") {
    random_source random{72};
    for (int round = 0; round < 50; ++round) {
        const transition_system t = random_system(random, 30);
        std::vector<std::uint64_t> own(t.size());
        for (std::size_t s = 0; s < own.size(); ++s) {
            own[s] = own.size() - s;
        }
        const quotient_system same = quotient(t, own);
        CHECK(same.graph.size() == t.size());
        CHECK(check(same.graph, parse_formula("AF q")).holds == check(t, parse_formula("AF q")).holds);
        const quotient_system one = quotient(t, std::vector<std::uint64_t>(t.size(), 7));
        CHECK(one.graph.size() == 1);
        CHECK(one.graph.transitions() == 1);
    }
    CHECK_THROWS_AS((void)quotient(random_system(random, 5), std::vector<std::uint64_t>(6)), system_error);
    CHECK(quotient(transition_system{}, {}).graph.size() == 0);
}

TEST_CASE("projections of a grid's system name the cells of the smaller grid") {
    const uniform_grid<3> grid{box_of<3>({0, -2, -1}, {4, 2, 1}), {20, 16, 8}};
    const each_cell pilot{[](const box<3>& b) { return b[0].middle() > 2 ? -0.2 : 0.2; }};
    const box<3> initial = box_of<3>({0, -0.5, -0.5}, {0.2, 0.5, 0.5});
    const cell_system full =
        build(grid, enclosure<carts>{}, pilot, initial, {.labels = {{"far", box_of<3>({3, -2, -1}, {4, 2, 1})}}});
    const std::array<std::size_t, 2> key{2, 0};
    const uniform_grid<2> smaller = project(grid, key);
    CHECK(smaller.domain() == box_of<2>({-1, 0}, {1, 4}));
    CHECK(smaller.cells(0) == 8);
    CHECK(smaller.cells(1) == 20);
    const cell_system p = project(full, grid, key);
    CHECK(p.graph.size() < full.graph.size() / 2);
    // Whatever the full system does over a cell of the smaller grid, the projection does.
    std::vector<std::uint32_t> state_of(static_cast<std::size_t>(smaller.size()) + 1, ~0U);
    for (std::size_t s = 0; s < p.cells.size(); ++s) {
        state_of.at(static_cast<std::size_t>(p.cells[s])) = static_cast<std::uint32_t>(s);
    }
    const auto shadow = [&](std::uint64_t cell) {
        if (cell == grid.outside()) {
            return state_id{state_of[static_cast<std::size_t>(smaller.outside())]};
        }
        const point<3> x = grid.cell_box(cell).middle();
        return state_id{state_of[static_cast<std::size_t>(smaller.locate({x[2], x[0]}))]};
    };
    for (std::size_t s = 0; s < full.cells.size(); ++s) {
        const state_id here = shadow(full.cells[s]);
        REQUIRE(here.index() < p.graph.size());
        for (const state_id t : full.graph.successors(state_id::from_index(s))) {
            REQUIRE(leads(p.graph, here, shadow(full.cells[t.index()])));
        }
        const truth seen = p.graph.find_label("far")->holds[here.index()];
        REQUIRE((seen == truth::maybe || seen == full.graph.find_label("far")->holds[s]));
    }
    CHECK(check(full, parse_formula("AF far | AF outside")).what == conclusion::proved);
    CHECK_THROWS_AS((void)project(grid, std::array<std::size_t, 2>{0, 3}), domain_error);
    CHECK_THROWS_AS((void)project(grid, std::array<std::size_t, 2>{1, 1}), domain_error);
}

TEST_CASE("projections of a product name the key cells, also when these were cut, and bounded systems stay bounded") {
    adaptive_tree<2> key{uniform_grid<2>{box_of<2>({0, -2}, {4, 2}), {20, 16}}};
    key.bisect(key.locate({0.1, 0.1}), 0);
    key.bisect(key.locate({0.7, 0.1}), 1);
    const product cells{key, uniform_grid<1>{box_of<1>({-1}, {1}), {8}}, {0, 1}};
    const each_cell pilot{[](const box<3>& b) { return b[0].middle() > 2 ? -0.2 : 0.2; }};
    const box<3> initial = box_of<3>({0, -0.5, -0.5}, {0.2, 0.5, 0.5});
    const build_options<3> options{.labels = {{"far", box_of<3>({3, -2, -1}, {4, 2, 1})}}};
    const cell_system full = build(cells, enclosure<carts>{}, pilot, initial, options);
    const cell_system p = project(full, cells);
    std::set<std::uint64_t> expected;
    for (const std::uint64_t cell : full.cells) {
        expected.insert(cell == cells.outside() ? cells.first().outside() : cells.key_cell(cell));
    }
    CHECK(std::set<std::uint64_t>(p.cells.begin(), p.cells.end()) == expected);
    CHECK(p.cells.size() == expected.size());

    const bounded_cell_system some = build_bounded(cells, enclosure<carts>{}, pilot, initial, 3, options);
    const bounded_cell_system q = project(some, cells);
    REQUIRE(q.unexplored);
    CHECK(q.steps == 3);
    CHECK(q.part.graph.find_label("unexplored")->holds[q.unexplored->index()] == truth::yes);
    CHECK(check(q, parse_formula("AG !outside")).what == bounded_conclusion::holds_within_bound);
    CHECK(check(q, parse_formula("AX !far")).what == bounded_conclusion::proved);
    const bounded_cell_system all = build_bounded(cells, enclosure<carts>{}, pilot, initial, 100, options);
    CHECK(!project(all, cells).unexplored);
}
