// Verdicts on the systems that have names, small as they are on coarse grids, against other checkers.

#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/ask_abc.hpp>
#include <tests/abstraction/ask_prism.hpp>
#include <tests/abstraction/ask_spin.hpp>
#include <tests/abstraction/ask_storm.hpp>
#include <tests/abstraction/by_definition.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
namespace verify = opara::examples::verify;

namespace {

using question = std::pair<transition_system, formula>;

// Some control for each cell, of each kind that the systems take: it only has to be a function of the cell.
template <std::size_t N>
double some_number(const box<N>& b, std::size_t which) {
    double sum = static_cast<double>(which);
    for (const interval& side : b.sides) {
        sum += side.middle();
    }
    return std::sin(3 * sum);
}
template <class System>
typename System::action some_action(const box<System::dimension>& b) {
    using action = typename System::action;
    if constexpr (std::is_same_v<action, double>) {
        constexpr bool chooses = std::is_same_v<System, systems::mountain_car> ||
                                 std::is_same_v<System, systems::cart_pole> ||
                                 std::is_same_v<System, opara::examples::drl::cascaded_cart_pole>;
        return chooses ? (b[System::dimension - 1].middle() > 0 ? 1.0 : 0.0) : some_number(b, 0);
    } else if constexpr (std::is_same_v<action, mode_switch>) {
        const auto from = static_cast<std::size_t>(b[3].middle());
        return {from, b[0].middle() < 0 ? std::size_t{1} : std::size_t{4}};
    } else {
        action u;
        for (std::size_t i = 0; i < u.size(); ++i) {
            u[i] = some_number(b, i);
        }
        return u;
    }
}

// The system on cells that are so many times as wide as those of its controllers, explored for so many steps, with its
// own properties and others of its labels.
template <class System>
void ask_about(std::vector<question>& questions, const std::string& name, const verify::benchmark<System>& problem,
               double coarse, std::size_t steps) {
    CAPTURE(name);
    constexpr std::size_t n = System::dimension;
    point<n> widths = problem.training.widths;
    for (double& w : widths) {
        w *= coarse;
    }
    if constexpr (std::is_same_v<System, systems::vertical_cas>) {
        widths[3] = 1; // a mode is a mode
    }
    const auto grid = uniform_grid<n>::by_width(problem.training.space, widths);
    const each_cell pilot{[](const box<n>& b) { return some_action<System>(b); }};
    const auto built = build_bounded(grid, enclosure<System>{problem.system}, pilot, problem.initial, steps,
                                     {.labels = problem.labels});
    const transition_system& t = built.part.graph;
    CHECK(t.size() > 20);
    CHECK(t.size() < 6'000);
    for (const auto& [own, text] : problem.properties) {
        questions.emplace_back(t, parse_formula(text));
    }
    for (const auto& label : problem.labels) {
        const formula p = formula::atom(label.name);
        const formula out = formula::atom("outside");
        for (const formula& f : {AG(p), AG(!p), AF(p), AF(!p), AU(!out, p), AU(p, !p), AU(!p, p || out),
                                 AG(implies(out, AG(out))), AG(AF(p)), AG(p || !out)}) {
            questions.emplace_back(t, f);
        }
    }
}

std::vector<question> named_systems() {
    using systems::pilot_response;
    std::vector<question> all;
    ask_about(all, "b1", verify::b1(), 5, 40);
    ask_about(all, "b2", verify::b2(), 1, 30);
    ask_about(all, "b3", verify::b3(), 0.1, 30);
    ask_about(all, "b4", verify::b4(), 0.5, 10);
    ask_about(all, "b5", verify::b5(), 1, 10);
    ask_about(all, "tora", verify::tora(), 1, 6);
    ask_about(all, "tora_stay", verify::tora_stay(), 1, 6);
    ask_about(all, "acc6", verify::acc6(), 4, 2);
    ask_about(all, "mountain_car", verify::mountain_car(), 3, 200);
    ask_about(all, "pendulum", verify::pendulum(), 2, 4);
    ask_about(all, "pendulum_angle", verify::pendulum_angle(), 2, 6);
    ask_about(all, "cart_pole", verify::cart_pole(), 4, 5);
    ask_about(all, "cart_pole_cascade", verify::cart_pole_cascade(), 4, 5);
    ask_about(all, "single_pendulum", verify::single_pendulum(), 3, 30);
    ask_about(all, "unicycle", verify::unicycle(), 10, 4);
    ask_about(all, "attitude", verify::attitude(), 4, 1);
    ask_about(all, "vcas", verify::vertical_cas(pilot_response::middle), 8, 11);
    ask_about(all, "vcas_any", verify::vertical_cas(pilot_response::any), 8, 12);
    return all;
}

const std::vector<question>& questions() {
    static const std::vector<question> all = named_systems();
    return all;
}

// Those that another checker can take.
template <class Condition>
std::vector<question> those(Condition takes) {
    std::vector<question> some;
    for (const question& q : questions()) {
        if (takes(q.first, q.second)) {
            some.push_back(q);
        }
    }
    return some;
}

} // namespace

TEST_CASE("a brute-force evaluator comes to the same verdicts on the named systems") {
    compare_verdicts(
        questions(),
        [](const std::vector<question>& some) {
            std::vector<bool> verdicts;
            for (const auto& [t, f] : some) {
                const parts p{t};
                const std::vector<bool> holds = by_definition(p.successors, p.labels, f);
                verdicts.push_back(std::all_of(p.initial.begin(), p.initial.end(), [&](auto s) { return holds[s]; }));
            }
            return verdicts;
        },
        0.1);
}

TEST_CASE("SPIN comes to the same verdicts on the named systems") {
    if (!have_spin()) {
        return;
    }
    const auto some = those([](const transition_system&, const formula& f) { return is_linear(f); });
    CHECK(some.size() > questions().size() - 15);
    compare_verdicts(some, [](const auto& asked) { return ask_spin(asked); }, 0.1);
}

TEST_CASE("ABC comes to the same verdicts on the named systems") {
    if (!have_abc()) {
        return;
    }
    const auto some = those([](const transition_system& t, const formula& f) {
        const auto temporal = std::count_if(f.nodes().begin(), f.nodes().end(),
                                            [](const formula::node& n) { return n.what >= formula::kind::EX; });
        return t.size() < 1'300 && f.nodes().back().what == formula::kind::AG &&
               temporal == 1; // it needs half a minute for more
    });
    CHECK(some.size() >= 30);
    compare_verdicts(some, ask_abc, 0.05);
}

TEST_CASE("Storm comes to the same verdicts on the named systems") {
    if (have_storm()) {
        compare_verdicts(questions(), ask_storm, 0.1);
    }
}

// An entry of CTest of its own: see tests/CMakeLists.txt.
TEST_CASE("PRISM comes to the same verdicts on the named systems" * doctest::skip()) {
    if (have_prism()) {
        compare_verdicts(questions(), [](const auto& all) { return ask_prism(all); }, 0.1);
    }
}
