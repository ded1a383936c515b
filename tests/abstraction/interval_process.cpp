#include <opara/abstraction/interval_process.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

using namespace opara::abstraction;

namespace {

branch to(std::uint32_t target, double lower, double upper) { return {state_id{target}, interval{lower, upper}}; }

std::size_t state_at_fault(const std::vector<std::vector<std::vector<branch>>>& states) {
    try {
        (void)interval_process::from_lists(states, {0});
    } catch (const system_error& e) {
        return e.state();
    }
    return std::numeric_limits<std::size_t>::max();
}

constexpr std::size_t nowhere = std::numeric_limits<std::size_t>::max();

} // namespace

TEST_CASE("states, choices and outcomes are those that were given") {
    const interval_process p =
        interval_process::from_lists({{{to(0, 0.25, 0.5), to(1, 0.5, 0.75)}, {to(1, 1, 1)}}, {{to(1, 1, 1)}}}, {0},
                                     {labelling{"a", {truth::yes, truth::no}}});
    CHECK(p.size() == 2);
    CHECK(p.choices() == 3);
    CHECK(p.branches() == 4);
    CHECK(p.first_choice(state_id{1}) == 2);
    CHECK(p.end_of_choices(state_id{1}) == 3);
    CHECK(p.outcomes(0).size() == 2);
    CHECK(p.outcomes(0)[1] == to(1, 0.5, 0.75));
    CHECK(p.find_label("a") == &p.labels()[0]);
    CHECK(p.find_label("b") == nullptr);
    CHECK(interval_process{}.size() == 0);
}

TEST_CASE("what is no process is refused, with the state") {
    const std::vector<std::vector<branch>> loop{{to(0, 1, 1)}};
    CHECK(state_at_fault({loop}) == nowhere);
    CHECK(state_at_fault({loop, {}}) == 1);              // no choice
    CHECK(state_at_fault({loop, {{}}}) == 1);            // no outcome
    CHECK(state_at_fault({loop, {{to(2, 1, 1)}}}) == 1); // no such state
    CHECK(state_at_fault({{{to(0, 0.5, 0.6), to(1, 0.5, 0.6)}}, loop}) == nowhere);
    CHECK(state_at_fault({{{to(1, 0.5, 0.6), to(0, 0.5, 0.6)}}, loop}) == 0);  // not ascending
    CHECK(state_at_fault({{{to(0, 0.5, 0.6), to(0, 0.5, 0.6)}}, loop}) == 0);  // twice
    CHECK(state_at_fault({{{to(0, 0.6, 0.7), to(1, 0.5, 0.6)}}, loop}) == 0);  // over 1
    CHECK(state_at_fault({{{to(0, 0.1, 0.2), to(1, 0.5, 0.6)}}, loop}) == 0);  // below 1
    CHECK(state_at_fault({{{to(0, -0.1, 0.5), to(1, 0.5, 0.6)}}, loop}) == 0); // negative
    CHECK(state_at_fault({{{to(0, 0.1, 1.5), to(1, 0.5, 0.6)}}, loop}) == 0);  // over 1
    CHECK(state_at_fault({{{to(0, 0, 0), to(1, 1, 1)}}, loop}) == 0);          // impossible
    CHECK(state_at_fault({{{to(0, 0, 0.5), to(1, 1, 1)}}, loop}) == 0);        // impossible, too
    CHECK_THROWS_AS((void)interval_process::from_lists({loop}, {1}), system_error);
    CHECK_THROWS_AS((void)interval_process::from_lists({loop}, {0}, {labelling{"a", {}}}), system_error);
    const labelling a{"a", {truth::yes}};
    CHECK_THROWS_WITH_AS((void)interval_process::from_lists({loop}, {0}, {a, {"b", {truth::no}}, a}),
                         "the label \"a\" is there twice", label_error);
    CHECK_THROWS_AS((interval_process{{0, 2}, {0, 1}, {to(0, 1, 1)}, {}}), system_error);
    CHECK_THROWS_AS((interval_process{{0, 1}, {0, 2}, {to(0, 1, 1)}, {}}), system_error);
    CHECK_THROWS_AS((interval_process{{}, {}, {}, {}}), system_error);
}

TEST_CASE("sums of probabilities are decided exactly") {
    // As doubles, three tenths and seven tenths are a little less than 1 together; ten tenths are a little more.
    CHECK(state_at_fault({{{to(0, 0.3, 0.3), to(1, 0.7, 0.7)}}, {{to(1, 1, 1)}}}) == 0);
    std::vector<branch> tenths;
    std::vector<std::vector<std::vector<branch>>> states;
    for (std::uint32_t k = 0; k < 10; ++k) {
        tenths.push_back(to(k, 0.1, 0.1));
        states.push_back({{to(k, 1, 1)}});
    }
    states[0] = {tenths};
    CHECK(state_at_fault(states) == 0);
    states[0][0][9] = to(9, outward::below(outward::below(0.1)), 0.1); // 0.1 is too large by 5.6e-18, ten by 5.6e-17
    states[0][0][8] = to(8, 0.05, 0.1);
    CHECK(state_at_fault(states) == nowhere);
    // Halves of halves add up to 1 exactly, however many.
    std::vector<branch> halves;
    states.assign(50, {{to(0, 1, 1)}});
    double part = 0.5;
    for (std::uint32_t k = 0; k < 49; ++k, part /= 2) {
        halves.push_back(to(k, part, part));
    }
    halves.push_back(to(49, 2 * part, 2 * part));
    states[0] = {halves};
    CHECK(state_at_fault(states) == nowhere);
    states[0][0][49] = to(49, part, part);
    CHECK(state_at_fault(states) == 0);
}
