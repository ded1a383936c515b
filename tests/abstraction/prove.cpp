#include <opara/abstraction/json.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

using test::always;
using test::line;
using test::scaling;

// The benchmark problems whose published controllers the tests know.
template <std::size_t N>
struct problem {
    box<N> initial;
    build_options<N> options;
};
const problem<2> b1{
    box_of<2>({0.8, 0.5}, {0.9, 0.6}),
    {.labels = {{"goal", box_of<2>({0, 0.05}, {0.2, 0.3})}, {"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}}}};
const problem<2> b2{
    box_of<2>({0.7, 0.7}, {0.9, 0.9}),
    {.labels = {{"goal", box_of<2>({-0.3, -0.35}, {0.1, 0.5})}, {"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}}}};
const problem<2> b3{box_of<2>({0.8, 0.4}, {0.9, 0.5}), {.labels = {{"goal", box_of<2>({0.2, -0.3}, {0.3, -0.05})}}}};

// One further with each step, up to 9.
struct climb {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double) const {
        return {clip(x[0] + static_cast<T>(1.0), 0, 9)};
    }
};

// Runs the policy from random states of the initial set: each state is in a cell that the proof has reached, up to the
// first label if `reach` is not `nothing`, and then `must` says that a run comes there.
enum class reach { nothing, may, must };
template <class System, class Pilot, class P>
void follow_runs(const System& system, const P& decisions, const Pilot& pilot, const problem<System::dimension>& asked,
                 const proof<System::dimension>& found, std::size_t runs, reach goal) {
    constexpr std::size_t n = System::dimension;
    detail::cell_index reached;
    for (const std::uint64_t cell : found.built.cells) {
        reached.insert(cell);
    }
    const coarse_controller held{decisions, pilot}; // quicker: it remembers
    random_source random{11};
    for (std::size_t k = 0; k < runs; ++k) {
        point<n> x = test::point_of(asked.initial, random);
        bool arrived = false;
        for (std::size_t step = 0; step < 200 && !(arrived && goal != reach::nothing); ++step) {
            REQUIRE(reached.find(found.cells.locate(x)) != detail::cell_index::absent);
            // A cell that only touches the goal is not absorbing, so a run in it goes on.
            arrived = arrived || asked.options.labels.front().set.contains(x);
            if (!decisions.domain().contains(x)) {
                break;
            }
            const box<n> cell = decisions.cell_box(decisions.locate(x));
            double u = 0;
            held.act(std::span<const box<n>>{&cell, 1}, std::span<double>{&u, 1});
            x = system(x, u);
        }
        REQUIRE((arrived || goal != reach::must));
    }
}

} // namespace

TEST_CASE("a coarse policy is proved on finer cells") {
    // Cells are wider than a step: on them the abstraction can stay in the first one for ever.
    const enclosure<scaling> dynamics;
    const build_options<1> options{.labels = {{"far", box_of<1>({4.0}, {10.0})}},
                                   .absorbing = {box_of<1>({4.0}, {10})}};
    const box<1> start = box_of<1>({0.0}, {0.5});
    const formula far = parse_formula("AF far");
    std::vector<proof_round> told;
    const auto p =
        prove(line, dynamics, always(0.6), start, far, options, {}, [&](const proof_round& r) { told.push_back(r); });
    REQUIRE(p.what == proof_end::proved);
    CHECK(check(p.built, far).what == conclusion::proved);
    CHECK(p.check == check(p.built, far));
    CHECK(p.counterexample == replay<1>{});
    REQUIRE(p.rounds.size() > 1);
    REQUIRE(told.size() == p.rounds.size());
    for (std::size_t k = 0; k < told.size(); ++k) {
        CHECK(p.rounds[k].round == k);
        CHECK(told[k].states == p.rounds[k].states);
        CHECK((p.rounds[k].suspects != 0) == (k + 1 < told.size()));
        CHECK((p.rounds[k].cuts != 0) == (k + 1 < told.size()));
        CHECK((k == 0 || p.rounds[k].added == p.rounds[k - 1].added + p.rounds[k - 1].cuts));
    }
    CHECK(p.rounds[0].replayed == counterexample_kind::spurious);
    CHECK(p.cells.size() == line.size() + p.rounds.back().added);
    CHECK(p.built == build(p.cells, dynamics, always(0.6), start, options));
}

TEST_CASE("a run that violates the formula ends the proof") {
    const build_options<1> options{.labels = {{"low", box_of<1>({0.0}, {6.0})}}};
    const auto p =
        prove(line, enclosure<scaling>{}, always(1.5), box_of<1>({0.25}, {0.5}), parse_formula("AG low"), options);
    CHECK(p.what == proof_end::refuted);
    CHECK(p.rounds.size() == 1);
    CHECK(p.counterexample.what == counterexample_kind::real);
    CHECK(p.counterexample.run.states.back()[0] > 6);
}

TEST_CASE("budgets end a proof, and say so") {
    // Slowly towards 0: cells have to be narrower than a thousandth of the coordinate.
    const enclosure<scaling> dynamics{scaling{0.999}};
    const build_options<1> options{.labels = {{"low", box_of<1>({0.0}, {2.0})}}};
    const box<1> start = box_of<1>({2.5}, {2.99});
    const formula low = parse_formula("AF low");
    const auto run = [&](const prove_options& budget) {
        return prove(line, dynamics, always(0.0), start, low, options, budget);
    };
    const falsify_options little{.steps = 50, .samples = 10, .boxes = 10};
    const auto few = run({.rounds = 3, .falsify = little});
    CHECK(few.what == proof_end::rounds);
    CHECK(few.rounds.size() == 4);
    CHECK(few.rounds.back().cuts == 0);
    CHECK(few.counterexample.what != counterexample_kind::real);
    CHECK(few.rounds.back().replayed == few.counterexample.what); // that of the last check
    const auto small = run({.cells = 100, .falsify = little});
    CHECK(small.what == proof_end::cells);
    CHECK(small.cells.size() <= line.size() + 100);
    CHECK(run({.seconds = 0, .falsify = little}).what == proof_end::seconds);
    const auto coarse = run({.split = {.narrowest = 0.25}, .falsify = little});
    CHECK(coarse.what == proof_end::stuck);
    CHECK(run({.falsify = little}).what == proof_end::proved);
    // Nothing but a universal formula can be proved.
    const auto some = prove(line, dynamics, always(0.0), start, parse_formula("EF low"), options, {.falsify = little});
    CHECK(some.what == proof_end::stuck);
    CHECK(some.rounds.size() == 1);
    // Whoever is told may end it.
    CHECK_THROWS_AS(static_cast<void>(prove(line, dynamics, always(0.0), start, low, options, {},
                                            [](const proof_round&) { throw std::runtime_error{"enough"}; })),
                    std::runtime_error);
}

TEST_CASE("a proof that was interrupted after any check ends as if it had not been") {
    const enclosure<scaling> dynamics{scaling{0.99}};
    const build_options<1> options{.labels = {{"low", box_of<1>({0.0}, {2.0})}}};
    const box<1> start = box_of<1>({2.5}, {2.99});
    const formula low = parse_formula("AF low");
    const prove_options budget{.falsify = {.steps = 20, .samples = 2, .boxes = 2}}; // replayed again and again
    adaptive_tree<1> decisions{line};
    decisions.bisect(2, 0);
    std::vector<proof_state<1>> states;
    const auto told = [&](const proof_round& r, const proof_state<1>& at) {
        CHECK(at.rounds.size() == r.round + (r.cuts != 0 ? 1 : 0));
        states.push_back(at);
    };
    const auto whole = prove(decisions, dynamics, always(0.0), start, low, options, budget, told);
    REQUIRE(whole.what == proof_end::proved);
    REQUIRE(whole.rounds.size() > 5);
    REQUIRE(states.size() == whole.rounds.size());
    std::size_t replayed = 0;
    for (const proof_state<1>& begun : states) {
        const auto rest = prove(decisions, dynamics, always(0.0), start, low, options, budget, {}, &begun);
        CHECK(rest.what == whole.what);
        CHECK(rest.cells == whole.cells);
        CHECK(rest.built.cells == whole.built.cells);
        REQUIRE(rest.rounds.size() == whole.rounds.size());
        double before = 0;
        for (std::size_t k = 0; k < rest.rounds.size(); ++k) {
            const proof_round& one = rest.rounds[k];
            const proof_round& other = whole.rounds[k];
            CHECK(one.round == other.round);
            CHECK(one.added == other.added);
            CHECK(one.states == other.states);
            CHECK(one.transitions == other.transitions);
            CHECK(one.suspects == other.suspects);
            CHECK(one.cuts == other.cuts);
            CHECK(one.replayed == other.replayed);
            CHECK(one.seconds >= before); // what was spent before counts
            before = one.seconds;
            replayed += one.replayed ? 1U : 0U;
        }
    }
    CHECK(replayed > states.size()); // some were replayed after the first check
    // The budget counts what was made before, and the time is that of a call.
    prove_options little = budget;
    little.rounds = 3;
    CHECK(prove(decisions, dynamics, always(0.0), start, low, options, little, {}, &states[1]).rounds.size() == 4);
    little = budget;
    little.cells = whole.rounds[3].added;
    const auto small = prove(decisions, dynamics, always(0.0), start, low, options, little, {}, &states[1]);
    CHECK(small.what == proof_end::cells);
    CHECK(small.rounds.size() == 4);
    little = budget;
    little.seconds = 1e-9;
    CHECK(prove(decisions, dynamics, always(0.0), start, low, options, little, {}, &states[1]).rounds.size() == 3);
    // It must be of the same decisions.
    CHECK_THROWS_AS(static_cast<void>(prove(uniform_grid<1>{line.domain(), {3}}, dynamics, always(0.0), start, low,
                                            options, budget, {}, &states[1])),
                    domain_error);
    decisions.bisect(0, 0);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(prove(decisions, dynamics, always(0.0), start, low, options, budget, {}, &states[1])),
        "the proof that was begun is of a policy on other cells", domain_error);
}

TEST_CASE("what comes after the goal matters if the formula looks beyond it from before") {
    // One run: 0, 1, 2, 3, .., 8, 9, 9, ..; the goal is at 3 and 4, what is bad at 8 and 9.
    const enclosure<climb> dynamics;
    const uniform_grid<1> cells{box_of<1>({-0.5}, {9.5}), {10}};
    const box<1> start = box_of<1>({0});
    const build_options<1> options{.labels = {{"goal", box_of<1>({2.4}, {4.6})}, {"bad", box_of<1>({7.5}, {9})}}};
    const auto states_of = [&](const char* text, proof_end end) {
        const auto p = prove(cells, dynamics, always(0), start, parse_formula(text), options);
        CHECK_MESSAGE(p.what == end, text);
        CHECK_MESSAGE((p.what == proof_end::refuted) == (p.counterexample.what == counterexample_kind::real), text);
        return p.built.graph.size();
    };
    CHECK(states_of("A[AG !bad U goal]", proof_end::refuted) == 10);
    CHECK(states_of("(G !bad) U goal", proof_end::refuted) == 10);
    CHECK(states_of("A[AF bad U goal]", proof_end::proved) >= 10);
    CHECK(states_of("A[(AX true & AF bad) U goal]", proof_end::proved) >= 10);
    CHECK(states_of("A[(!bad & !goal) U goal]", proof_end::proved) == 4); // and here it need not be explored
    CHECK(states_of("AF goal", proof_end::proved) == 4);
}

TEST_CASE("on random systems refining loses no proof, and what is proved holds of runs") {
    random_source random{7};
    std::size_t gained = 0;
    std::size_t refuted = 0;
    const std::array texts{"AF p",           "AG p",        "A[q U p]",     "AG q",        "AF AG q",
                           "AG (q -> AF p)", "A[AX q U p]", "A[AG !p U q]", "A[AF q U p]", "A[(q & AX AX q) U p]"};
    for (int round = 0; round < 250; ++round) {
        const scaling system{0.2 + 0.7 * random.unit()};
        std::vector<double> controls(10);
        for (double& u : controls) {
            u = 5 * random.unit() * (1 - system.a);
        }
        const auto pilot = each_cell{[&](const box<1>& b) { return controls[line.locate({b[0].middle()})]; }};
        const double from = 9 * random.unit();
        const double low = 8 * random.unit();
        const problem<1> asked{box_of<1>({from}, {from + random.unit()}),
                               {.labels = {{"p", box_of<1>({low}, {low + 1 + random.unit()})},
                                           {"q", box_of<1>({10 * random.unit() - 5}, {5 + 5 * random.unit()})}}}};
        const enclosure<scaling> dynamics{system};
        const formula f = parse_formula(texts[random.below(texts.size())]);
        const bool before =
            check(build(line, dynamics, pilot, asked.initial, asked.options), f).what == conclusion::proved;
        const prove_options budget{.rounds = 12, .cells = 5'000, .falsify = {.steps = 100, .samples = 30, .boxes = 30}};
        const auto p = prove(line, dynamics, pilot, asked.initial, f, asked.options, budget);
        REQUIRE((p.what == proof_end::proved || !before));
        gained += p.what == proof_end::proved && !before ? 1U : 0U;
        refuted += p.what == proof_end::refuted ? 1U : 0U;
        if (p.what == proof_end::proved) {
            // Cut at random, what was proved stays proved.
            adaptive_tree<1> finer = p.cells;
            for (int k = 0; k < 20; ++k) {
                finer.bisect(random.below(static_cast<std::size_t>(finer.size())), 0);
            }
            const coarse_controller held{line, pilot};
            REQUIRE(check(build(finer, dynamics, held, asked.initial, asked.options), f).what == conclusion::proved);
        }
        const std::string text = to_string(f);
        const bool comes_to_p = text == "AF \"p\"" || text == "A[\"q\" U \"p\"]";
        follow_runs(system, line, pilot, asked, p, 20,
                    !comes_to_p                   ? reach::nothing
                    : p.what == proof_end::proved ? reach::must
                                                  : reach::may);
    }
    CHECK(gained >= 10);
    CHECK(refuted >= 10);
}

TEST_CASE("published controllers are proved to reach their targets, with the policy as it was trained") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    const auto grid_of = [](double width) {
        return uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {width, width});
    };
    const auto proves = [&](const auto& system, const char* net, double width, const problem<2>& asked,
                            const char* text, std::size_t most_states) {
        const trained_controller c = controller_from_json(opara::read_file((*folder / net).string()));
        const box_network<2> pilot{c.net, {c.scale}};
        const auto grid = grid_of(width);
        const enclosure dynamics{system};
        const formula f = parse_formula(text);
        CHECK(check(build(grid, dynamics, pilot, asked.initial, asked.options), f).what == conclusion::not_proved);
        const auto p = prove(grid, dynamics, pilot, asked.initial, f, asked.options);
        CHECK_MESSAGE(p.what == proof_end::proved, net);
        CHECK(p.built.graph.size() < most_states);
        follow_runs(system, grid, pilot, asked, p, 10'000, reach::must);
    };
    proves(systems::b1{}, "b1_tanh_2x20_d0.02.json", 0.02, b1, "AF goal", 20'000);
    proves(systems::b1{}, "b1_relu_2x20_d0.02.json", 0.02, b1, "A[safe U goal]", 30'000);
    proves(systems::b2{}, "b2_tanh_2x20_d0.1.json", 0.1, b2, "AF goal", 3'000);
    proves(systems::b3{}, "b3_tanh_2x20_d0.2.json", 0.2, b3, "AF goal", 100'000);
}
