#include <opara/abstraction/parse.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace opara::abstraction;

namespace {

const formula safe = formula::atom("safe");
const formula goal = formula::atom("goal");
const formula left = formula::atom("left");

std::pair<std::size_t, std::size_t> place(const std::string& text) {
    try {
        (void)parse_formula(text);
    } catch (const opara::parse_error& e) {
        return {e.line(), e.column()};
    }
    return {0, 0};
}

using at = std::pair<std::size_t, std::size_t>;

} // namespace

TEST_CASE("text and expressions give the same formulas") {
    CHECK(parse_formula("AF goal") == AF(goal));
    CHECK(parse_formula("A[safe U goal] | AG safe") == (AU(safe, goal) || AG(safe)));
    CHECK(parse_formula("E [ safe U EX goal ]") == EU(safe, EX(goal)));
    CHECK(parse_formula("AG (left -> AX !goal)") == AG(implies(left, AX(!goal))));
    CHECK(parse_formula("!safe & goal | left") == ((!safe && goal) || left));
    CHECK(parse_formula("safe || left && goal") == (safe || (left && goal)));
    CHECK(parse_formula("safe -> goal -> left") == implies(safe, implies(goal, left)));
    CHECK(parse_formula("AG safe & goal") == (AG(safe) && goal)); // a temporal operator binds as ! does
    CHECK(parse_formula("EF EG AF true") == EF(EG(AF(formula::constant(true)))));
    CHECK(parse_formula("false") == formula::constant(false));
    CHECK(parse_formula("\"AG \\\"x\\\\\"") == formula::atom("AG \"x\\"));
    CHECK(parse_formula(" (\n((safe)))\t") == safe);
    CHECK(parse_formula("AGsafe") == formula::atom("AGsafe"));
    CHECK(parse_formula("Until") == formula::atom("Until"));
}

TEST_CASE("a formula's text is read back as the formula") {
    for (const formula& f : {AU(safe, goal) || AG(safe), AG(implies(left, !AF(goal || safe))), EX(AX(EF(AF(EG(left))))),
                             EU(formula::constant(true), formula::atom("a \"quoted\" \\ name"))}) {
        CHECK(parse_formula(to_string(f)) == f);
    }
}

TEST_CASE("what is wrong is said with its place") {
    CHECK(place("AF goal") == at{0, 0});
    CHECK(place("") == at{1, 1});
    CHECK(place("AG") == at{1, 3});
    CHECK(place("safe goal") == at{1, 6});
    CHECK(place("A[safe goal]") == at{1, 8});
    CHECK(place("A[safe U goal") == at{1, 14});
    CHECK(place("A safe") == at{1, 3});
    CHECK(place("(safe") == at{1, 6});
    CHECK(place("safe &\n  | goal") == at{2, 3});
    CHECK(place("\"safe") == at{1, 1});
    CHECK(place("safe)") == at{1, 5});
    CHECK(place("U") == at{1, 1});
    CHECK(place("3") == at{1, 1});
    CHECK_THROWS_AS((void)parse_formula(std::string(2'000, '!') + "safe"), opara::parse_error);
    CHECK_THROWS_AS((void)parse_formula(std::string(2'000, '(')), opara::parse_error);
    CHECK_THROWS_AS((void)parse_formula(std::string(100'000, ' ')), opara::parse_error);
}

TEST_CASE("a label that there is not is an error with its place") {
    const std::vector<labelling> labels{{"safe", {}}, {"goal", {}}};
    CHECK(parse_formula("A[safe U goal]", labels) == AU(safe, goal));
    try {
        (void)parse_formula("A[safe U\n  gaol]", labels);
        FAIL("accepted");
    } catch (const opara::parse_error& e) {
        CHECK(e.line() == 2);
        CHECK(e.column() == 3);
        CHECK(std::string{e.what()}.find("there is no label \"gaol\"; there are: safe, goal") != std::string::npos);
    }
}

TEST_CASE("linear time is read as what it means of all runs") {
    const auto same = [](const char* linear, const char* branching) {
        CAPTURE(linear);
        CHECK(parse_formula(linear) == parse_formula(branching));
    };
    same("G safe", "AG safe");
    same("F goal", "AF goal");
    same("X p", "AX p");
    same("safe U goal", "A[safe U goal]");
    same("G (p -> F q)", "AG (p -> AF q)");
    same("G F p", "AG AF p");
    same("AG F p", "AG AF p");
    same("p & q U r", "p & A[q U r]");
    same("A[p & q U r]", "A[(p & q) U r]");
    same("A[(p U q) U r]", "A[A[p U q] U r]");
    same("G p & F q | r", "(AG p & AF q) | r");
    same("!F p", "AG !p");
    same("!G p", "AF !p");
    same("!!G p", "AG !!p");
    same("F AG p", "AF AG p"); // AG p is a formula of states
    same("(safe U goal) | G safe", "!E[!goal U (!safe & !goal)]");
    same("G safe | (safe U goal)", "A[safe W goal]");
    same("safe W goal", "A[safe W goal]");
    same("!(p U q)", "A[!q W (!p & !q)]");
    CHECK(parse_formula("(safe U goal) | G safe").is_universal());
    const auto refused = [](const char* text, std::size_t column, const char* why) {
        CAPTURE(text);
        try {
            (void)parse_formula(text);
            FAIL_CHECK("accepted");
        } catch (const opara::parse_error& e) {
            CHECK(e.column() == column);
            CHECK(std::string{e.what()}.find(why) != std::string::npos);
        }
    };
    refused("p & F G q", 5, "F takes a formula of states");
    refused("F X p", 1, "F takes a formula of states");
    refused("(F p) | (G q)", 7, "| takes a formula of states on one side");
    refused("F p -> F q", 5, "| takes a formula of states on one side");
    refused("(p U q) | G q", 9, "| takes a formula of states on one side");
    refused("p U G q", 3, "U takes a formula of states on its right");
    refused("p U q U r", 3, "U takes a formula of states on its right");
    refused("!(G p & F q)", 1, "! takes a formula of states");
    refused("EF G p", 1, "E takes formulas of states");
    refused("E[F p U q]", 1, "E takes formulas of states");
    refused("A[p U F q]", 1, "U takes a formula of states on its right");
    refused("E[p W q]", 5, "expected U");
    const formula p = formula::atom("p");
    const formula q = formula::atom("q");
    CHECK(ltl::A(ltl::G(implies(p, ltl::F(q)))) == parse_formula("G (p -> F q)"));
    CHECK(ltl::A(ltl::U(p, q) || ltl::G(p)) == parse_formula("p W q"));
    CHECK_THROWS_AS((void)(ltl::F(p) || ltl::G(q)), fragment_error);
}
