#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/cccl/check.cuh>
#include <opara/testing/random.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using namespace opara::abstraction;
namespace cccl = opara::cccl;
using opara::testing::random_source;

TEST_CASE("random formulas on random systems: the host's sets, verdicts and counterexamples") {
    if (!test::device_or_skip()) {
        return;
    }
    random_source random{61};
    std::size_t held = 0;
    const std::size_t count = test::asked("OPARA_RANDOM_SYSTEMS", 1'000);
    for (std::size_t k = 0; k < count; ++k) {
        const transition_system host = test::random_system(random, random.chance(0.1) ? 3'000 : 100);
        const cccl::transition_system device{host};
        const formula f = test::random_formula(random, 4);
        CAPTURE(to_string(f));
        CAPTURE(host.size());
        std::optional<state_id> best;
        if (random.chance(0.3)) {
            best = state_id::from_index(random.below(host.size()));
        }
        const verdict expected = check(host, f, best);
        REQUIRE(cccl::check(device, f, best) == expected);
        const cccl::decision short_form = cccl::decide(device, f, best);
        REQUIRE(short_form.holds == expected.holds);
        REQUIRE(short_form.satisfying == expected.satisfying);
        const evaluation host_sets{host, f, best};
        const cccl::evaluation sets{device, f, best};
        for (std::size_t i = 0; i < f.nodes().size(); ++i) {
            REQUIRE(sets.of(i).download() == host_sets.of(i));
        }
        held += expected.holds ? 1 : 0;
    }
    CHECK(held > count / 10);
    CHECK(held < count - count / 10);
    CHECK(test::is_clean());
}

TEST_CASE("every operator on a system with a state of many predecessors") {
    if (!test::device_or_skip()) {
        return;
    }
    constexpr std::size_t n = 100'001;
    random_source random{62};
    std::vector<std::vector<std::uint32_t>> successors(n);
    labelling p{"p", std::vector<truth>(n, truth::yes)};
    labelling q{"q", std::vector<truth>(n, truth::no)};
    for (std::size_t s = 0; s + 1 < n; ++s) {
        successors[s] = {static_cast<std::uint32_t>(random.below(n)), n - 1}; // all lead to the last one
        p.holds[s] = random.chance(0.01) ? truth::maybe : truth::yes;
    }
    successors[n - 1] = {n - 1};
    q.holds[n - 1] = truth::yes;
    const auto host = transition_system::from_lists(successors, {0}, {p, q});
    const cccl::transition_system device{host};
    for (const char* const text : {"EX q", "AX q", "EF q", "AF q", "EG !q", "AG p", "E[p U q]", "A[p U q]", "EG p",
                                   "AF !p", "true", "false", "!p | q", "p & !q"}) {
        CAPTURE(text);
        CHECK(cccl::check(device, parse_formula(text)) == check(host, parse_formula(text)));
    }
}

TEST_CASE("what has no meaning is refused as on the host") {
    if (!test::device_or_skip()) {
        return;
    }
    const cccl::transition_system stuck{transition_system::from_lists({{1}, {}}, {0})};
    CHECK_THROWS_WITH_AS((void)cccl::check(stuck, parse_formula("true")), "state 1 has no successor", system_error);
    const cccl::transition_system homeless{transition_system::from_lists({{0}}, {})};
    CHECK_THROWS_AS((void)cccl::check(homeless, parse_formula("true")), system_error);
    const cccl::transition_system plain{transition_system::from_lists({{0}}, {0})};
    CHECK_THROWS_AS((void)cccl::check(plain, parse_formula("nothing")), label_error);
}
