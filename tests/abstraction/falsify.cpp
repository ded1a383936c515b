#include <opara/abstraction/falsify.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace opara::abstraction;

namespace {

using test::always;
using test::line;
using test::scaling;

// Builds, checks, expects no proof, replays.
template <class Pilot>
replay<1> replayed(const scaling& system, const Pilot& pilot, const box<1>& start, const char* text,
                   const build_options<1>& problem, const falsify_options& options = {}) {
    const enclosure<scaling> dynamics{system};
    const auto built = build(line, dynamics, pilot, start, problem);
    const formula f = parse_formula(text);
    const auto v = check(built, f);
    REQUIRE(v.what == conclusion::not_proved);
    const auto r = falsify(line, dynamics, pilot, start, problem, built, f, *v.abstraction.counterexample, options);
    // Whatever it is worth, the run is one of the system.
    for (std::size_t k = 0; k < r.run.states.size(); ++k) {
        REQUIRE((k == 0 ? start.contains(r.run.states[0]) : true));
        const std::vector<box<1>> cell{
            line.domain().contains(r.run.states[k]) ? line.cell_box(line.locate(r.run.states[k])) : line.domain()};
        std::vector<double> u(1);
        pilot.act(std::span<const box<1>>{cell}, std::span<double>{u});
        const bool stops = !problem.absorbing.empty() && problem.absorbing[0].contains(cell[0]);
        const point<1> next = stops ? r.run.states[k] : system(r.run.states[k], u[0]);
        if (k + 1 < r.run.states.size()) {
            REQUIRE(next == r.run.states[k + 1]);
        } else if (r.run.repeat) {
            REQUIRE(next == r.run.states[*r.run.repeat]);
        }
    }
    CHECK(falsify(line, dynamics, pilot, start, problem, built, f, *v.abstraction.counterexample, options) == r);
    return r;
}

} // namespace

TEST_CASE("a run that violates the property is found, and is the evidence") {
    const auto r =
        replayed({}, always(1.5), box_of<1>({0.25}, {0.5}), "AG low", {.labels = {{"low", box_of<1>({0.0}, {6.0})}}});
    CHECK(r.what == counterexample_kind::real);
    CHECK(r.run.states.size() == 5); // no longer than it takes
    CHECK(r.run.states.back()[0] > 6);
    CHECK(r.certain);
}

TEST_CASE("what only rounding makes of a run is not certain") {
    // The double 0.1 is more than a tenth, so from 0 ten real steps come beyond 1; ten double steps end below it.
    const uniform_grid<1> cells{box_of<1>({-0.07}, {2.03}), {42}}; // no state lies on a face
    const enclosure<scaling> dynamics;
    const box<1> start = box_of<1>({0});
    const build_options<1> problem{.labels = {{"one", box_of<1>({1}, {1.04})}, {"half", box_of<1>({0.49}, {0.51})}}};
    const auto worth = [&](const char* text) {
        const formula f = parse_formula(text);
        const auto built = build(cells, dynamics, always(0.1), start, problem);
        const auto v = check(built, f);
        REQUIRE_MESSAGE(v.what == conclusion::not_proved, text);
        return falsify(cells, dynamics, always(0.1), start, problem, built, f, *v.abstraction.counterexample);
    };
    const auto rounded = worth("AX AX AX AX AX AX AX AX AX AX one");
    CHECK(rounded.what == counterexample_kind::real); // of doubles
    CHECK_FALSE(rounded.certain);
    const auto five = worth("AX AX AX AX AX !half");
    CHECK(five.what == counterexample_kind::real);
    CHECK(five.certain);
}

TEST_CASE("a run that comes back to itself is infinite evidence") {
    // Everything runs to 0.2, which rounding makes a fixed point: 5 is never reached.
    const auto r = replayed({0.5}, always(0.1), box_of<1>({0.0}, {4.0}), "AF high",
                            {.labels = {{"high", box_of<1>({5.0}, {10.0})}}});
    CHECK(r.what == counterexample_kind::real);
    REQUIRE(r.run.repeat);
    CHECK(r.run.states.back()[0] == doctest::Approx(0.2));
    CHECK(r.certain); // real runs come ever nearer to 0.2, which boxes with outward rounding enclose
    // A run that rounding holds in a place says nothing of the real one, which grows for ever.
    const auto held = replayed({1}, always(1e-17), box_of<1>({0.5}, {0.75}), "AF high",
                               {.labels = {{"high", box_of<1>({5.0}, {10.0})}}});
    CHECK(held.what == counterexample_kind::real);
    CHECK_FALSE(held.certain);
}

TEST_CASE("a path that only the abstraction can follow is spurious") {
    // Cells are wider than a step, so the abstraction can stay in the first one for ever.
    const build_options<1> problem{.labels = {{"far", box_of<1>({4.0}, {10.0})}}};
    const auto r = replayed({}, always(0.6), box_of<1>({0.0}, {0.5}), "AF far", problem);
    CHECK(r.what == counterexample_kind::spurious);
    CHECK(r.run.states.size() == 2); // 0 and 0.6 lie in the first cell
    CHECK(r.boxes >= 1);
}

TEST_CASE("a label that is blurred in a cell is sharp on what reaches it") {
    // [0, 0.2] goes to [5, 5.2] and stays; the cell [5, 6] is not all below 5.5.
    const build_options<1> problem{.labels = {{"safe", box_of<1>({0.0}, {5.5})}},
                                   .absorbing = {box_of<1>({5.0}, {6.0})}};
    CHECK(replayed({}, always(1.0), box_of<1>({0.0}, {0.2}), "AG safe", problem).what == counterexample_kind::spurious);
    CHECK(replayed({}, always(1.0), box_of<1>({0.0}, {0.6}), "AG safe", problem).what == counterexample_kind::real);
}

TEST_CASE("a violation in a millionth of the initial set is found by cutting it up") {
    const build_options<1> problem{.labels = {{"bad", box_of<1>({2.7000001}, {2.7000011})}},
                                   .absorbing = {box_of<1>({2.0}, {3.0})}};
    const auto r = replayed({}, always(1.0), box_of<1>({1.0}, {1.999}), "AG !bad", problem, {.samples = 10});
    CHECK(r.what == counterexample_kind::real);
    CHECK(r.boxes > 10);
    CHECK(r.run.states.front()[0] == doctest::Approx(1.7).epsilon(1e-5));
}

TEST_CASE("what cannot be told is not guessed") {
    // Slowly towards 0: a run leaves the cell [2, 3] after 223 steps at the earliest.
    const build_options<1> problem{.labels = {{"low", box_of<1>({0.0}, {2.0})}}};
    const auto start = box_of<1>({2.5}, {2.99});
    CHECK(replayed({0.999}, always(0.0), start, "AF low", problem, {.steps = 50, .samples = 20, .boxes = 100}).what ==
          counterexample_kind::undecided);
    CHECK(replayed({0.999}, always(0.0), start, "AF low", problem, {.steps = 500, .samples = 20}).what ==
          counterexample_kind::spurious);
    // Nothing is known of what happens outside the domain, not even that a label stays false.
    const build_options<1> beyond{.labels = {{"far", box_of<1>({20.0}, {30.0})}}};
    const auto edge = box_of<1>({9.25}, {9.75});
    for (const char* const text : {"AF far", "EF far"}) {
        CHECK(replayed({}, always(1.5), edge, text, beyond, {.samples = 20, .boxes = 50}).what ==
              counterexample_kind::undecided);
    }
    CHECK(replayed({}, always(1.5), edge, "AG !outside", beyond).what == counterexample_kind::real);
    CHECK(replayed({}, always(1.5), edge, "AG far", beyond).what == counterexample_kind::real);
}

TEST_CASE("B1 on the grid of its training: why reaching the target is not proved there") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    const trained_controller c = controller_from_json(opara::read_file((*folder / "b1_tanh_2x20_d0.02.json").string()));
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.02, 0.02});
    const auto start = box_of<2>({0.8, 0.5}, {0.9, 0.6});
    const enclosure<systems::b1> dynamics;
    const box_network<2> pilot{c.net, {c.scale}};
    const build_options<2> problem{
        .labels = {{"goal", box_of<2>({0, 0.05}, {0.2, 0.3})}, {"slow", box_of<2>({-3, -0.4}, {3, 3})}}};
    const auto built = build(grid, dynamics, pilot, start, problem);
    const formula reach = parse_formula("AF goal");
    const auto v = check(built, reach);
    REQUIRE(v.what == conclusion::not_proved);
    CHECK(falsify(grid, dynamics, pilot, start, problem, built, reach, *v.abstraction.counterexample).what ==
          counterexample_kind::spurious);
    // x2 does fall below -0.4 on the way.
    const formula slow = parse_formula("AG slow");
    const auto w = check(built, slow);
    REQUIRE(w.what == conclusion::not_proved);
    CHECK(falsify(grid, dynamics, pilot, start, problem, built, slow, *w.abstraction.counterexample).what ==
          counterexample_kind::real);
}
