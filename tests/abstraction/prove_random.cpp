// Proofs of random formulas, against an evaluator that knows the definitions of the operators and nothing of goals.

#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/prove.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/by_definition.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

// A formula that is universal but for one in twenty operators, with all operators of CTL and weak until.
std::string random_formula(random_source& random, int depth, bool negated = false) {
    if (depth == 0 || random.chance(0.15)) {
        constexpr const char* names[] = {"goal", "goal", "hold", "hold", "bad", "outside", "true", "false"};
        return names[random.below(8)];
    }
    const auto part = [&](bool under_negation = false) {
        return "(" + random_formula(random, depth - 1, negated != under_negation) + ")";
    };
    const bool of_some = negated != random.chance(0.05);
    const std::string quantifier = of_some ? "E" : "A";
    switch (random.below(9)) {
    case 0: return "!" + part(true);
    case 1: return part() + " & " + part();
    case 2: return part() + " | " + part();
    case 3: return part(true) + " -> " + part();
    case 4: return quantifier + "X " + part();
    case 5: return quantifier + "F " + part();
    case 6: return quantifier + "G " + part();
    case 7: return quantifier + "[" + part() + (of_some ? " U " : " W ") + part() + "]";
    default: return quantifier + "[" + part() + " U " + part() + "]";
    }
}

} // namespace

TEST_CASE("a random formula is proved if and only if it is universal and holds by definition on the proof's cells") {
    random_source random{17};
    std::size_t proved = 0;
    std::size_t after_cuts = 0;
    std::size_t ended_at_goal = 0;
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        const test::scaling system{random.chance(0.5) ? 1.0 : 0.5};
        std::vector<double> controls(test::line.size());
        for (std::size_t cell = 0; cell < controls.size(); ++cell) {
            const double from = (static_cast<double>(cell) + 0.5) * system.a;
            controls[cell] = 11 * random.unit() - 0.5 - from; // to anywhere, and now and then to the outside
        }
        const auto pilot = each_cell{[&](const box<1>& b) { return controls[test::line.locate({b[0].middle()})]; }};
        const auto somewhere = [&](double longest) {
            const double low = std::floor(40 * random.unit()) / 4;
            return box_of<1>({low}, {std::min(10.0, low + longest * random.unit())});
        };
        const build_options<1> problem{
            .labels = {{"goal", somewhere(4)}, {"hold", somewhere(9)}, {"bad", somewhere(3)}}};
        const box<1> start = somewhere(1);
        const int depth = static_cast<int>(random.between(1, 3));
        const std::string text =
            random.chance(0.3) ? "A[(" + random_formula(random, depth) + ") U goal]" : random_formula(random, depth);
        CAPTURE(text);
        const formula f = parse_formula(text);
        const enclosure<test::scaling> dynamics{system};
        const auto p = prove(test::line, dynamics, pilot, start, f, problem,
                             {.rounds = 5, .cells = 300, .falsify = {.steps = 40, .samples = 10, .boxes = 10}});
        // All that the system can do on the same cells, whether or not the goal has been reached.
        const cell_system whole = build(p.cells, dynamics, coarse_controller{test::line, pilot}, start, problem);
        const test::parts all{whole.graph};
        const std::vector<bool> holds = test::by_definition(all.successors, all.labels, f);
        const auto& initial = whole.graph.initial();
        const bool everywhere =
            std::all_of(initial.begin(), initial.end(), [&](state_id s) { return holds[s.index()]; });
        REQUIRE((p.what == proof_end::proved) == (everywhere && f.is_universal()));
        proved += p.what == proof_end::proved ? 1U : 0U;
        after_cuts += p.what == proof_end::proved && p.rounds.size() > 1 ? 1U : 0U;
        ended_at_goal += p.built.graph.size() < whole.graph.size() ? 1U : 0U;
    }
    CHECK(proved > 200);
    CHECK(after_cuts > 30);
    CHECK(ended_at_goal > 20);
}
