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
        CHECK(std::string{e.what()}.find("gaol") != std::string::npos);
    }
}
