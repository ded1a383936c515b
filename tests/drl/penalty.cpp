#include <examples/drl/environments/problems.hpp>
#include <examples/drl/opara_refine/penalty.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/core/random.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

using namespace opara::examples::drl;
using namespace opara::abstraction;

namespace {

const std::vector<region<2>> labels{{"left", box_of<2>({0.0, -1.0}, {1.0, 1.0})},
                                    {"fast", box_of<2>({-9.0, 0.5}, {9.0, 9.0})}};

bool is_forbidden(const char* property, const point<2>& x) {
    return forbidden_states<2>{parse_formula(property), labels}.contains(x);
}

} // namespace

TEST_CASE("what an invariant forbids are the states in which its proposition does not hold") {
    const point<2> left_and_slow{0.5, 0.1};
    const point<2> left_and_fast{0.5, 0.7};
    const point<2> elsewhere{3.0, 0.1};
    CHECK(is_forbidden("AG (left -> fast)", left_and_slow));
    CHECK_FALSE(is_forbidden("AG (left -> fast)", left_and_fast));
    CHECK_FALSE(is_forbidden("AG (left -> fast)", elsewhere));
    CHECK(is_forbidden("AG left", elsewhere));
    CHECK(is_forbidden("AG (left & !fast)", left_and_fast));
    CHECK_FALSE(is_forbidden("AG (left | fast)", left_and_fast));
    CHECK(is_forbidden("AG false", elsewhere));
    CHECK_FALSE(is_forbidden("AG !outside", elsewhere));
    // Other formulas forbid no state.
    for (const char* const other : {"AF left", "AG AF left", "left", "AG left | AG fast"}) {
        CHECK(forbidden_states<2>{parse_formula(other), labels}.empty());
        CHECK_FALSE(is_forbidden(other, elsewhere));
    }
    CHECK_FALSE(forbidden_states<2>{parse_formula("AG left"), labels}.empty());
    CHECK(forbidden_states<2>{}.empty());
}

TEST_CASE("of a label in other coordinates the states are forbidden that it forbids there") {
    const auto problem = opara::examples::verify::cart_pole_cascade();
    REQUIRE(problem.labels.front().seen);
    const forbidden_states<4> fallen{parse_formula("AG balanced"), problem.labels};
    opara::random_source random{7};
    std::array<int, 2> met{};
    for (int k = 0; k < 10'000; ++k) {
        const point<4> z{8 * random.unit() - 4, 2 * random.unit() - 1, random.unit() - 0.5, 4 * random.unit() - 2};
        const point<4> x = cart_pole_cascade{}.from(z);
        const double beyond = std::fmax(std::abs(x[0]) - 2.4, std::abs(x[2]) - 0.21); // above 0: fallen
        if (std::abs(beyond) > 1e-9) {                                                // rounding hides the faces
            CHECK(fallen.contains(z) == (beyond > 0));
            ++met[beyond > 0 ? 1 : 0];
        }
    }
    CHECK(met[0] > 1000);
    CHECK(met[1] > 1000);
}

TEST_CASE("a forbidden state costs its price and is the last one, and no other step changes") {
    const auto p = b2_trainify();
    using task = std::remove_cvref_t<decltype(p.environment.task())>;
    const std::vector<region<2>> high{{"high", box_of<2>({-9.0, 0.6}, {9.0, 9.0})}};
    const forbidden_states<2> below{parse_formula("AG high"), high};
    auto priced = p.environment.judging(penalised<2, task>{p.environment.task(), below, 50});
    auto free = p.environment;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        priced.reset(seed);
        free.reset(seed);
        bool is_over = false;
        while (!is_over) {
            const auto with = priced.step(std::array{-1.0});
            const auto without = free.step(std::array{-1.0});
            REQUIRE(with.observation == without.observation);
            is_over = with.observation[1] < 0.6;
            CHECK(with.reward == without.reward - (is_over ? 50 : 0));
            CHECK(with.terminated == (is_over || without.terminated));
        }
    }
}
