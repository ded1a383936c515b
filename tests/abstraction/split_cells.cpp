#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/blame.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/split_cells.hpp>
#include <opara/abstraction/verify.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace opara::abstraction;

namespace {

// x' = x + u in both dimensions.
struct drift {
    static constexpr std::size_t dimension = 2;
    using action = double;
    template <class T>
    std::array<T, 2> operator()(const std::array<T, 2>& x, double u) const {
        return {x[0] + static_cast<T>(u), x[1] + static_cast<T>(0.5 * u)};
    }
};

constexpr double infinity = std::numeric_limits<double>::infinity();
const uniform_grid<2> grid{box_of<2>({0.0, 0.0}, {8.0, 4.0}), {8, 8}};
const each_cell still{[](const box<2>&) { return 0.0; }};

struct setting {
    box<2> initial;
    build_options<2> problem;
    formula property;

    [[nodiscard]] std::vector<cell_cut> cuts(const adaptive_tree<2>& cells, const split_options& options = {}) const {
        const cell_system built = build(cells, enclosure<drift>{}, still, initial, problem);
        return choose_cuts(cells, initial, problem, built, find_blame(built.graph, property), options);
    }
    // The cut of one cell.
    [[nodiscard]] cell_cut cut_of(const adaptive_tree<2>& cells, std::uint64_t cell) const {
        const std::vector<cell_cut> list = cuts(cells);
        const auto found = std::find_if(list.begin(), list.end(), [&](const cell_cut& c) { return c.cell == cell; });
        REQUIRE(found != list.end());
        return *found;
    }
    // Cuts until there is nothing left to cut; how often it cut.
    std::size_t exhaust(adaptive_tree<2>& cells, const split_options& options) const {
        for (std::size_t rounds = 0;; ++rounds) {
            const std::vector<cell_cut> list = cuts(cells, options);
            if (list.empty()) {
                return rounds;
            }
            for (const cell_cut& c : list) {
                cells.cut(c.cell, c.dimension, c.at);
            }
        }
    }
};

} // namespace

TEST_CASE("cells are cut at the faces of the initial set first, then of labels, then in the middle") {
    // The cell [2, 3] x [1, 1.5] has the number 2 * 8 + 2.
    const setting s{box_of<2>({2.25, 1.0}, {2.5, 1.25}),
                    {.labels = {{"goal", box_of<2>({2.25, 1.125}, {9, 9})}}},
                    parse_formula("AF goal")};
    adaptive_tree<2> cells{grid};
    CHECK(s.cut_of(cells, 18) == cell_cut{18, 0, 2.25});
    const std::uint64_t right = cells.cut(18, 0, 2.25);
    CHECK(s.cut_of(cells, right) == cell_cut{right, 0, std::nextafter(2.5, infinity)});
    cells.cut(right, 0, std::nextafter(2.5, infinity));
    CHECK(s.cut_of(cells, right) == cell_cut{right, 1, std::nextafter(1.25, infinity)});
    cells.cut(right, 1, std::nextafter(1.25, infinity));
    CHECK(s.cut_of(cells, right) == cell_cut{right, 1, 1.125});
    cells.cut(right, 1, 1.125);
    // Nothing moves: below 1.125 the goal is never reached, and these cells are bisected where they are widest. The
    // grid's cells are 1 x 0.5, so [2.25, 2.5] x [1, 1.125] is a square.
    CHECK(s.cut_of(cells, right) == cell_cut{right, 0, 2.375});
}

TEST_CASE("no cell of which it matters is left with a label that is maybe, but for one that only touches") {
    for (const char* const text : {"AF goal", "AG !goal", "AG goal"}) {
        const setting s{grid.domain(), {.labels = {{"goal", box_of<2>({1.3, 0.7}, {5.1, 3.2})}}}, parse_formula(text)};
        adaptive_tree<2> cells{grid};
        s.exhaust(cells, {.narrowest = 1}); // nothing but faces
        const box<2>& set = s.problem.labels[0].set;
        const cell_system built = build(cells, enclosure<drift>{}, still, s.initial, s.problem);
        CHECK(built.graph.size() > 64);
        for (std::size_t k = 0; k < built.graph.size(); ++k) {
            const box<2> b = cells.cell_box(built.cells[k]);
            // A face in common, or less than a rounding error beyond one.
            bool touches = false;
            bool inside = true;
            for (std::size_t i = 0; i < 2; ++i) {
                constexpr double little = 1e-12;
                touches = touches || b[i].upper() <= set[i].lower() + little || b[i].lower() >= set[i].upper() - little;
                inside = inside && b[i].lower() >= set[i].lower() - little && b[i].upper() <= set[i].upper() + little;
            }
            const truth t = built.graph.labels()[0].holds[k];
            CHECK((t != truth::maybe || touches || inside));
        }
    }
}

TEST_CASE("only suspects are cut, each once, and never below the narrowest") {
    const setting s{grid.domain(), {.labels = {{"goal", box_of<2>({4.0, 0.0}, {8.0, 4.0})}}}, parse_formula("AF goal")};
    adaptive_tree<2> cells{grid};
    const std::vector<cell_cut> list = s.cuts(cells);
    CHECK(list.size() == 32);
    for (const cell_cut& c : list) {
        CHECK(cells.cell_box(c.cell)[0].upper() <= 4.0);
        CHECK(std::count_if(list.begin(), list.end(), [&](const cell_cut& d) { return d.cell == c.cell; }) == 1);
    }
    CHECK(s.exhaust(cells, {.narrowest = 0.25}) >= 4);
    CHECK(cells.size() == 32 + 32 * 16);
    for (std::uint64_t cell = 0; cell < cells.size(); ++cell) {
        const box<2> b = cells.cell_box(cell);
        const bool is_suspect = b[0].upper() <= 4.0;
        CHECK(b[0].upper() - b[0].lower() == (is_suspect ? 0.25 : 1.0));
        CHECK(b[1].upper() - b[1].lower() == (is_suspect ? 0.125 : 0.5));
    }
}

TEST_CASE("a check that holds leaves nothing to cut") {
    const setting s{box_of<2>({5.0, 0.0}, {5.5, 0.5}),
                    {.labels = {{"goal", box_of<2>({4.0, 0.0}, {8.0, 4.0})}}},
                    parse_formula("AF goal")};
    CHECK(s.cuts(adaptive_tree<2>{grid}).empty());
}
