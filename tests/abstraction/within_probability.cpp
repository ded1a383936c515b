#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/within_probability.hpp>
#include <tests/abstraction/random_process.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

// A random process of cells, and behind them states of actions that were drawn, which lead to cells.
cell_process random_cells(random_source& random, std::size_t cells, std::size_t drawn) {
    std::vector<std::vector<std::vector<branch>>> lists(cells + drawn);
    labelling p{"p", std::vector<truth>(cells + drawn)};
    labelling q{"q", std::vector<truth>(cells + drawn)};
    for (std::size_t s = 0; s < cells + drawn; ++s) {
        for (std::size_t k = random.between(1, 2); k > 0; --k) {
            lists[s].push_back(random_choice(random, s < cells ? cells + drawn : cells, false));
        }
        p.holds[s] = random.chance(0.1) ? truth::no : random.chance(0.1) ? truth::maybe : truth::yes;
        q.holds[s] = random.chance(0.2) ? truth::yes : random.chance(0.1) ? truth::maybe : truth::no;
    }
    std::vector<std::uint64_t> names(cells);
    return {interval_process::from_lists(lists, {0}, {p, q}), names};
}

// The same as a process without time: a copy of each state for each number of steps that are left.
interval_process unrolled(const cell_process& built, std::size_t steps) {
    const interval_process& process = built.process;
    const std::size_t n = process.size();
    const std::size_t cells = built.cells.size();
    std::vector<std::vector<std::vector<branch>>> lists(n * (steps + 1));
    for (std::size_t left = 0; left <= steps; ++left) {
        for (std::size_t s = 0; s < n; ++s) {
            auto& choices = lists[left * n + s];
            // Out of time: a cell stays what it is, and an action is not drawn any more.
            if (left == 0) {
                choices = {{{state_id::from_index(s), interval{1.0}}}};
                continue;
            }
            const auto state = state_id::from_index(s);
            for (std::size_t c = process.first_choice(state); c < process.end_of_choices(state); ++c) {
                auto& row = choices.emplace_back();
                for (const branch& b : process.outcomes(c)) {
                    const bool takes_time = b.target.index() < cells; // whoever is in a cell has made the step
                    row.push_back(
                        {state_id::from_index((takes_time ? left - 1 : left) * n + b.target.index()), b.probability});
                }
                std::sort(row.begin(), row.end(), [](const branch& a, const branch& b) { return a.target < b.target; });
            }
        }
    }
    std::vector<labelling> labels;
    for (const labelling& l : process.labels()) {
        labelling copies{l.name, {}};
        for (std::size_t left = 0; left <= steps; ++left) {
            for (std::size_t s = 0; s < n; ++s) {
                // What is asked of the process is asked of cells alone.
                copies.holds.push_back(s < cells ? l.holds[s] : l.name == "p" ? truth::yes : truth::no);
            }
        }
        labels.push_back(std::move(copies));
    }
    return interval_process::from_lists(lists, {static_cast<std::uint32_t>(steps * n)}, std::move(labels));
}

bool agree(const interval& a, const interval& b) {
    return a.lower() <= b.upper() + 1e-9 && b.lower() <= a.upper() + 1e-9;
}
interval around(double x) { return {outward::below(x), outward::above(x)}; }

// Upwards or downwards, along a line.
struct leaning {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {static_cast<T>(0.75) * x[0] + static_cast<T>(u)};
    }
};
const each_cell_by_lot leans{[](const box<1>& b) {
    const double p = 0.5 + 0.3 * std::sin(5 * b[0].middle());
    return lottery<double>{{0.5, around(p)}, {-0.25, around(1 - p)}};
}};
const uniform_grid<1> fine_line{box_of<1>({-1.0}, {3.0}), {512}};
const build_options<1> high{.labels = {{"goal", box_of<1>({1.2}, {3.0})}, {"low", box_of<1>({-1.0}, {1.2})}}};

// How likely a run is to come above 1.2 within so many steps: all words of actions.
double chance_of(double x, std::size_t steps) {
    if (x >= 1.2) {
        return 1;
    }
    if (steps == 0) {
        return 0;
    }
    const std::vector<box<1>> here{fine_line.cell_box(fine_line.locate({x}))};
    std::vector<lottery<double>> lots(1);
    leans.weigh(std::span<const box<1>>{here}, std::span<lottery<double>>{lots});
    double sum = 0;
    for (const auto& w : lots[0]) {
        sum += w.probability.middle() * chance_of(0.75 * x + w.action, steps - 1);
    }
    return sum;
}

} // namespace

TEST_CASE("a bounded question is an unbounded one of the process with a clock") {
    random_source random{71};
    std::size_t between = 0;
    for (int round = 0; round < 300; ++round) {
        const cell_process built = random_cells(random, random.between(1, 6), random.between(0, 5));
        const std::size_t steps = random.between(0, 6);
        const interval_process clock = unrolled(built, steps);
        for (const std::string hold : {"", "p"}) {
            const probability_range p = until_probability_within(built, steps, "q", hold);
            const probability_range expected = until_probability(clock, "q", hold);
            REQUIRE(expected.is_precise);
            REQUIRE(agree(p.least, expected.least));
            REQUIRE(agree(p.most, expected.most));
            REQUIRE(p.least.upper() - p.least.lower() < 1e-12);
            REQUIRE(p.most.upper() - p.most.lower() < 1e-12);
            between += p.least.lower() > 0.01 && p.most.upper() < 0.99 ? 1U : 0U;
        }
        const probability_range p = always_probability_within(built, steps, "p");
        const probability_range expected = always_probability(clock, "p");
        REQUIRE(agree(p.least, expected.least));
        REQUIRE(agree(p.most, expected.most));
    }
    CHECK(between >= 20);
}

TEST_CASE("bounds enclose what really happens within so many steps") {
    random_source random{72};
    for (const std::size_t steps : {0U, 1U, 4U, 10U}) {
        const box<1> initial = box_of<1>({0.0}, {0.02});
        const cell_process built = build_process_bounded(fine_line, enclosure<leaning>{}, leans, initial, steps, high);
        const probability_range p = until_probability_within(built, steps, "goal");
        const probability_range q = always_probability_within(built, steps, "low");
        for (int k = 0; k < 20; ++k) {
            const double truth = chance_of(0.02 * random.unit(), steps);
            CHECK(truth >= p.least.lower() - 1e-12);
            CHECK(truth <= p.most.upper() + 1e-12);
            CHECK(1 - truth >= q.least.lower() - 1e-12);
            CHECK(1 - truth <= q.most.upper() + 1e-12);
        }
        if (steps == 10) { // they say something
            CHECK(p.least.lower() > 0.1);
            CHECK(p.most.upper() < 0.9);
        }
    }
}

TEST_CASE("an exploration of so many steps is enough for as many, and never too good for more") {
    const box<1> initial = box_of<1>({0.0}, {0.02});
    const cell_process whole = build_process(fine_line, enclosure<leaning>{}, leans, initial, high);
    const probability_range for_ever = until_probability(whole.process, "goal");
    for (const std::size_t steps : {1U, 3U, 6U}) {
        const cell_process part = build_process_bounded(fine_line, enclosure<leaning>{}, leans, initial, steps, high);
        CHECK(part.cells.size() < whole.cells.size());
        CHECK(until_probability_within(part, steps, "goal") == until_probability_within(whole, steps, "goal"));
        CHECK(always_probability_within(part, steps, "low") == always_probability_within(whole, steps, "low"));
        const probability_range more = until_probability_within(part, steps + 5, "goal");
        const probability_range exact = until_probability_within(whole, steps + 5, "goal");
        CHECK(more.least.lower() <= exact.least.lower());
        CHECK(more.most.upper() >= exact.most.upper());
        const probability_range unbounded = until_probability(part.process, "goal");
        CHECK(unbounded.least.lower() <= for_ever.least.upper());
        CHECK(unbounded.most.upper() >= for_ever.most.lower());
    }
    // More steps come closer to no bound at all.
    double last = 0;
    for (const std::size_t steps : {1U, 10U, 100U, 10'000U}) {
        const double least = until_probability_within(whole, steps, "goal").least.lower();
        CHECK(least >= last);
        last = least;
    }
    CHECK(last == doctest::Approx(for_ever.least.lower()).epsilon(1e-5));
}

TEST_CASE("what cannot be asked is said") {
    random_source random{73};
    const cell_process built = random_cells(random, 3, 2);
    CHECK_THROWS_AS(static_cast<void>(until_probability_within(built, 3, "no such label")), label_error);
    CHECK_THROWS_AS(static_cast<void>(until_probability_within(built, 3, "q", "no such label")), label_error);
    CHECK_THROWS_AS(static_cast<void>(always_probability_within(built, 3, "no such label")), label_error);
    CHECK_THROWS_AS(static_cast<void>(until_probability_within(cell_process{}, 3, "q")), system_error);
    CHECK_THROWS_AS(static_cast<void>(always_probability_within(cell_process{}, 3, "q")), system_error);
}
