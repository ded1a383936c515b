#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/testing/random.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/by_definition.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

struct random_case {
    std::vector<std::vector<std::uint32_t>> successors;
    std::vector<std::uint32_t> initial;
    std::vector<labelling> labels;

    [[nodiscard]] transition_system system() const {
        return transition_system::from_lists(successors, initial, labels);
    }
};

random_case make_case(random_source& random, bool three_valued) {
    random_case c;
    const std::size_t n = random.between(1, 9);
    const double density = random.unit() * 0.5;
    for (std::size_t s = 0; s < n; ++s) {
        auto& row = c.successors.emplace_back();
        for (std::size_t t = 0; t < n; ++t) {
            if (random.chance(density)) {
                row.push_back(static_cast<std::uint32_t>(t));
            }
        }
        if (row.empty()) {
            row.push_back(static_cast<std::uint32_t>(random.below(n)));
        }
        if (random.chance(0.1)) {
            row.push_back(row.front()); // a doubled transition changes nothing
        }
    }
    c.initial.push_back(static_cast<std::uint32_t>(random.below(n)));
    if (random.chance(0.5)) {
        c.initial.push_back(static_cast<std::uint32_t>(random.below(n)));
    }
    for (const char* name : {"p", "q"}) {
        labelling l{name, std::vector<truth>(n)};
        for (truth& t : l.holds) {
            t = random.chance(0.5) ? truth::yes : truth::no;
            if (three_valued && random.chance(0.3)) {
                t = truth::maybe;
            }
        }
        c.labels.push_back(l);
    }
    return c;
}

formula make_formula(random_source& random, int depth) {
    if (depth == 0 || random.chance(0.15)) {
        switch (random.below(6)) {
        case 0: return formula::constant(random.chance(0.5));
        case 1:
        case 2: return formula::atom("p");
        default: return formula::atom("q");
        }
    }
    const formula f = make_formula(random, depth - 1);
    switch (random.below(11)) {
    case 0: return !f;
    case 1: return f && make_formula(random, depth - 1);
    case 2: return f || make_formula(random, depth - 1);
    case 3: return EX(f);
    case 4: return AX(f);
    case 5: return EF(f);
    case 6: return AF(f);
    case 7: return EG(f);
    case 8: return AG(f);
    case 9: return EU(f, make_formula(random, depth - 1));
    default: return AU(f, make_formula(random, depth - 1));
    }
}

std::vector<bool> by_definition(const random_case& c, const formula& f) {
    return test::by_definition(c.successors, c.labels, f);
}

std::vector<bool> flags(const evaluation::state_set& set) { return {set.begin(), set.end()}; }

bool is_run(const transition_system& t, const path& p) {
    const auto leads = [&](state_id a, state_id b) {
        const auto next = t.successors(a);
        return std::find(next.begin(), next.end(), b) != next.end();
    };
    for (std::size_t k = 0; k + 1 < p.states.size(); ++k) {
        if (!leads(p.states[k], p.states[k + 1])) {
            return false;
        }
    }
    return !p.repeat || leads(p.states.back(), p.states[*p.repeat]);
}

// The system that can do nothing but this run (which, if it just ends, goes on as the whole system does).
random_case only(const random_case& c, const path& p) {
    random_case r;
    r.labels = {{"p", {}}, {"q", {}}};
    const std::size_t length = p.states.size();
    for (std::size_t k = 0; k < length; ++k) {
        r.successors.push_back({static_cast<std::uint32_t>(k + 1 < length ? k + 1 : p.repeat.value_or(0))});
    }
    for (std::size_t k = 0; k < length; ++k) {
        for (std::size_t l = 0; l < 2; ++l) {
            r.labels[l].holds.push_back(c.labels[l].holds[p.states[k].index()]);
        }
    }
    if (!p.repeat) {
        r.successors.back().clear();
        for (const auto t : c.successors[p.states.back().index()]) {
            r.successors.back().push_back(static_cast<std::uint32_t>(length + t));
        }
        for (std::size_t s = 0; s < c.successors.size(); ++s) {
            auto& row = r.successors.emplace_back();
            for (const auto t : c.successors[s]) {
                row.push_back(static_cast<std::uint32_t>(length + t));
            }
            for (std::size_t l = 0; l < 2; ++l) {
                r.labels[l].holds.push_back(c.labels[l].holds[s]);
            }
        }
    }
    r.initial = {0};
    return r;
}

labelling label(const char* name, std::vector<int> states, std::size_t size) {
    labelling l{name, std::vector<truth>(size, truth::no)};
    for (const int s : states) {
        l.holds[static_cast<std::size_t>(s)] = truth::yes;
    }
    return l;
}

const formula p = formula::atom("p");
const formula q = formula::atom("q");

} // namespace

TEST_CASE("all operators agree with their definitions on random systems") {
    random_source random{42};
    int held = 0;
    const int count = 20'000;
    for (int k = 0; k < count; ++k) {
        const random_case c = make_case(random, k % 4 == 0);
        const formula f = make_formula(random, static_cast<int>(random.below(4)) + 1);
        CAPTURE(k);
        CAPTURE(to_string(f));
        const transition_system t = c.system();
        const auto expected = by_definition(c, f);
        const auto differ = [&](const transition_system& other) {
            const test::parts all{other};
            return flags(evaluation{other, f}.result()) != test::by_definition(all.successors, all.labels, f);
        };
        if (differ(t)) {
            FAIL("the definitions say otherwise of " << test::describe(test::shrink(t, differ)));
        }
        const verdict v = check(t, f);
        REQUIRE(v.holds == std::all_of(c.initial.begin(), c.initial.end(), [&](auto s) { return expected[s]; }));
        REQUIRE(v.satisfying == static_cast<std::size_t>(std::count(expected.begin(), expected.end(), true)));
        REQUIRE(v.counterexample.has_value() == !v.holds);
        held += v.holds ? 1 : 0;
    }
    CHECK(held > count / 5);
    CHECK(held < count * 4 / 5);
}

TEST_CASE("counterexamples and witnesses are runs, and a conclusive one shows it alone") {
    random_source random{43};
    int alone = 0;
    for (int k = 0; k < 10'000; ++k) {
        const random_case c = make_case(random, false);
        const formula f = make_formula(random, static_cast<int>(random.below(3)) + 1);
        CAPTURE(k);
        CAPTURE(to_string(f));
        const transition_system t = c.system();
        const verdict v = check(t, f);
        if (v.counterexample) {
            REQUIRE(is_run(t, *v.counterexample));
            REQUIRE(std::find(c.initial.begin(), c.initial.end(), v.counterexample->states.front().value) !=
                    c.initial.end());
            if (v.counterexample->conclusive) {
                REQUIRE_FALSE(by_definition(only(c, *v.counterexample), f)[0]);
                ++alone;
            }
        }
        if (const auto w = witness(t, f)) {
            REQUIRE(is_run(t, *w));
            if (w->conclusive) {
                REQUIRE(by_definition(only(c, *w), f)[0]);
                ++alone;
            }
        } else {
            REQUIRE(v.counterexample);
        }
    }
    CHECK(alone > 5'000);
}

TEST_CASE("a universal formula that holds of three-valued labels holds however the doubts are settled") {
    random_source random{44};
    int settled = 0;
    for (int k = 0; k < 5'000; ++k) {
        const random_case c = make_case(random, true);
        const formula f = make_formula(random, 3);
        const auto sure = evaluation{c.system(), f}.result();
        for (int trial = 0; trial < 4; ++trial) {
            random_case s = c;
            for (labelling& l : s.labels) {
                for (truth& x : l.holds) {
                    x = x != truth::maybe ? x : random.chance(0.5) ? truth::yes : truth::no;
                }
            }
            const auto real = by_definition(s, f);
            for (std::size_t i = 0; i < real.size(); ++i) {
                if (sure[i] != 0) {
                    REQUIRE(real[i]);
                    ++settled;
                }
            }
        }
    }
    CHECK(settled > 10'000);
}

TEST_CASE("a universal formula that holds of a system holds of every system that can do less") {
    random_source random{45};
    int transferred = 0;
    for (int k = 0; k < 10'000; ++k) {
        const random_case c = make_case(random, false);
        const formula f = make_formula(random, 3);
        if (!f.is_universal() || !check(c.system(), f).holds) {
            continue;
        }
        random_case less = c;
        for (auto& row : less.successors) {
            random.shuffle(std::span{row});
            row.resize(random.between(1, row.size()));
        }
        REQUIRE(check(less.system(), f).holds);
        ++transferred;
    }
    CHECK(transferred > 500);
}

TEST_CASE("what speaks of all runs is told apart from what does not") {
    CHECK(AF(p).is_universal());
    CHECK(AG(implies(p, AF(q))).is_universal());
    CHECK((AU(p, q) || AG(!p)).is_universal());
    CHECK((!EF(p)).is_universal());
    CHECK((!EU(p, EX(q))).is_universal());
    CHECK_FALSE(EF(p).is_universal());
    CHECK_FALSE(AG(EF(p)).is_universal());
    CHECK_FALSE((!AF(p)).is_universal());
    CHECK_FALSE((!EG(AX(p))).is_universal());
}

TEST_CASE("known counterexamples") {
    // 0 -> 1 -> 2 -> 1, and 0 -> 3 -> 3
    const auto t =
        transition_system::from_lists({{1, 3}, {2}, {1}, {3}}, {0}, {label("p", {0, 1, 3}, 4), label("q", {3}, 4)});
    const auto s = [](std::initializer_list<std::uint32_t> values) {
        std::vector<state_id> states;
        for (const auto v : values) {
            states.emplace_back(v);
        }
        return states;
    };
    CHECK(check(t, AG(p)).counterexample == path{s({0, 1, 2}), std::nullopt, true});
    CHECK(check(t, AF(q)).counterexample == path{s({0, 1, 2}), 1, true});
    CHECK(check(t, AU(p, q)).counterexample == path{s({0, 1, 2}), std::nullopt, true});
    CHECK(check(t, AX(q)).counterexample == path{s({0, 1}), std::nullopt, true});
    CHECK(check(t, AG(implies(p, AF(q)))).counterexample == path{s({0, 1, 2}), 1, true});
    CHECK_FALSE(check(t, EG(q)).counterexample->conclusive);
    CHECK(witness(t, EG(p)) == path{s({0, 3}), 1, true});
    CHECK(witness(t, EF(!p)) == path{s({0, 1, 2}), std::nullopt, true});
    CHECK(witness(t, q) == std::nullopt);
}

TEST_CASE("what has no meaning is refused, not decided") {
    const auto stuck = transition_system::from_lists({{1}, {}}, {0}, {label("p", {}, 2)});
    CHECK_THROWS_AS((void)check(stuck, AF(p)), system_error); // vacuously true for a checker that does not look
    try {
        (void)check(stuck, AG(p));
        FAIL("accepted");
    } catch (const system_error& e) {
        CHECK(e.state() == 1);
    }
    const auto fine = transition_system::from_lists({{0}}, {0}, {label("p", {0}, 1)});
    CHECK_THROWS_AS((void)check(fine, AF(q)), label_error);
    CHECK_THROWS_AS((void)check(transition_system::from_lists({{0}}, {}), p), system_error);
    CHECK_THROWS_AS((void)transition_system::from_lists({{1}}, {0}), system_error);
    CHECK_THROWS_AS((void)transition_system::from_lists({{0}}, {1}), system_error);
    CHECK_THROWS_AS((void)transition_system::from_lists({{0}}, {0}, {label("p", {}, 2)}), system_error);
    CHECK_THROWS_AS((transition_system{{0, 2}, {state_id{0}}, {state_id{0}}}), system_error);
}

TEST_CASE("formulas as deep as can be are checked, and deeper ones refused") {
    const transition_system t = transition_system::from_lists({{0}}, {0}, {label("p", {0}, 1)});
    formula deep = p;
    for (std::size_t k = 1; k < formula::deepest; ++k) {
        deep = k % 3 == 0 ? !deep : k % 3 == 1 ? AX(deep) : deep && p;
    }
    CHECK(check(t, deep).holds == (formula::deepest / 3 % 2 == 0));
    CHECK(to_string(deep).size() > formula::deepest);
    CHECK_FALSE(deep.is_universal()); // A under an odd number of negations
    CHECK_THROWS_WITH_AS((void)!deep, "a formula is nested more than 5000 deep", opara::error);
    CHECK_THROWS_AS((void)(p && deep), opara::error);
    formula next = p;
    for (std::size_t k = 1; k < formula::deepest; ++k) {
        next = AX(next);
    }
    CHECK(next.is_universal());
    CHECK(witness(t, next).has_value());
    std::string chain = "p";
    while (chain.size() < 9'998) {
        chain += "&p";
    }
    CHECK(check(t, parse_formula(chain)).holds);
}

TEST_CASE("two labels of one name are refused") {
    const auto make = [] {
        (void)transition_system::from_lists({{0}}, {0}, {label("p", {0}, 1), label("q", {}, 1), label("p", {}, 1)});
    };
    CHECK_THROWS_WITH_AS(make(), "the label \"p\" is there twice", label_error);
}
