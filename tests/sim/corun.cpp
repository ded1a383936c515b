// Kernels side by side on an H200: the table that was measured, and the rules behind it.
#include <tests/sim/kinds.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string_view>
#include <vector>

using namespace opara::test;
namespace cost = opara::cost;
namespace sim = opara::sim;

namespace {

enum class outcome { overlap, serial, pile_up };

constexpr double overlap_below = 0.90;
constexpr double pile_up_above = 1.30;
constexpr double tolerance = 0.05; // a measurement as close to a border as this may fall on either side

outcome classify(double ratio) {
    return ratio < overlap_below ? outcome::overlap : ratio > pile_up_above ? outcome::pile_up : outcome::serial;
}
bool at_border(double ratio) {
    return std::abs(ratio - overlap_below) <= tolerance || std::abs(ratio - pile_up_above) <= tolerance;
}

// Cells whose measurement contradicts itself or others of the same table.
struct exception {
    std::string_view first, second;
};
constexpr exception exceptions[] = {
    {"Lfull",
     "Fhalf"}, // a tail cell: 0.98, but Lfull, Thalf and Dfull, Fhalf, which differ in nothing that counts, 1.47
    {"Tfull", "T132"},  // its footnote: 1.91 in two runs of three and 0.98 in the other, by how the last wave ends
    {"Fhalf", "Dhalf"}, // 0.98, but Dhalf, Fhalf 0.51 and Thalf, Dhalf 0.51: on disjoint SMs, as rule 2 says of halves
};
bool is_exception(const kind& a, const kind& b) {
    for (const exception& e : exceptions) {
        if (e.first == a.name && e.second == b.name) {
            return true;
        }
    }
    return false;
}

const cost::kernel& launch(std::string_view name) {
    for (const kind& k : kinds) {
        if (k.name == name) {
            return k.launch;
        }
    }
    FAIL("no such kind: " << name);
    return kinds[0].launch;
}

} // namespace

TEST_CASE("every kind alone takes the time that was measured") {
    for (const kind& k : kinds) {
        CAPTURE(k.name);
        CHECK(simulated_ratio({k.launch}) == doctest::Approx(1.0).epsilon(1e-6));
    }
}

TEST_CASE("every pair of kinds overlaps, runs one after the other, or piles up as measured") {
    double error = 0.0;
    double worst = 0.0;
    for (std::size_t a = 0; a < kinds.size(); ++a) {
        for (std::size_t b = 0; b < kinds.size(); ++b) {
            CAPTURE(kinds[a].name);
            CAPTURE(kinds[b].name);
            const double measured = measured_ratio[a][b];
            const double simulated = simulated_ratio({kinds[a].launch, kinds[b].launch});
            CAPTURE(measured);
            CAPTURE(simulated);
            if (is_exception(kinds[a], kinds[b])) {
                CHECK(classify(simulated) != classify(measured)); // or it is none any more
                continue;
            }
            CHECK((classify(simulated) == classify(measured) || at_border(measured)));
            const double off = std::abs(std::log(simulated / measured));
            error += off;
            worst = std::max(worst, off);
        }
    }
    CHECK(error / 193.0 < 0.05);
    CHECK(worst < 0.45);
}

TEST_CASE("three at once") {
    CHECK(simulated_ratio({launch("D132"), launch("T132"), launch("L132")}) == doctest::Approx(0.57).epsilon(0.15));
    CHECK(simulated_ratio({launch("T132"), launch("Dfull"), launch("Lfull")}) == doctest::Approx(0.66).epsilon(0.15));
    CHECK(simulated_ratio({launch("Thalf"), launch("Dhalf"), launch("S16")}) == doctest::Approx(0.56).epsilon(0.35));
}

TEST_CASE("copies by few blocks side by side") {
    // Measured 1.11, 1.23, 1.33, 1.62 and 1.99 times one of them for 2, 3, 4, 6 and 8: DRAM is slower before it is
    // full.
    const double one = solo_us;
    double before = one;
    for (const std::size_t k : {2U, 4U, 6U, 8U}) {
        const double us = simulated_ratio(std::vector<cost::kernel>(k, launch("S16"))) * one * static_cast<double>(k);
        CHECK(us >= before * (1.0 - 1e-6));
        before = us;
    }
    CHECK(before / one == doctest::Approx(1.99).epsilon(0.20));
}

TEST_CASE("cures for a pile-up") {
    const cost::kernel a = launch("Dfull");
    cost::kernel b = launch("T132");
    CHECK(simulated_ratio({a, b}) > 2.0);
    CHECK(simulated_ratio({b, a}) < 0.65); // B first
    b.shared_bytes = 116 * 1024;           // one block an SM
    CHECK(simulated_ratio({a, b}) == doctest::Approx(1.0).epsilon(0.05));
}

TEST_CASE("a split for large caches keeps large shared memory out") {
    cost::kernel small = launch("D132");
    const cost::kernel large = launch("Tsmem");
    CHECK(simulated_ratio({small, large}) == doctest::Approx(0.99).epsilon(0.05));
    small.split = cost::memory_split::shared;
    CHECK(simulated_ratio({small, large}) == doctest::Approx(0.56).epsilon(0.05));
    CHECK(simulated_ratio({launch("tiny"), large}) == doctest::Approx(0.99).epsilon(0.05)); // one SM is enough
}
