#include <opara/cost/devices.hpp>
#include <opara/sim/footprints.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <vector>

using opara::op_id;
using opara::sim::detail::footprint;
using opara::sim::detail::footprint_of;
using opara::sim::detail::footprints;
namespace cost = opara::cost;

TEST_CASE("equal kernels have one footprint, others their own") {
    const opara::testing::random_kernels random{3000, 1};
    footprints prints{cost::devices::h200};
    std::vector<const footprint*> found;
    std::vector<cost::kernel> kernels;
    for (std::size_t v = 0; v < random.size(); ++v) {
        if (const cost::kernel& k = random.kernel(op_id::from_index(v)); k.launches()) {
            kernels.push_back(k);
            found.push_back(&prints.of(k, op_id::from_index(v)));
        }
    }
    CHECK(std::set<const footprint*>(found.begin(), found.end()).size() == kernels.size());
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        REQUIRE(&prints.of(kernels[i], op_id{0}) == found[i]); // however many came since
        const footprint& f = *found[i];
        const footprint expected = footprint_of(kernels[i], cost::devices::h200);
        REQUIRE(f.duration_us == kernels[i].duration_us);
        REQUIRE(f.block.threads == expected.block.threads);
        REQUIRE(f.dram == expected.dram);
        REQUIRE(f.blocks == expected.blocks);
    }
    cost::kernel other = kernels.front();
    other.in_flight_bytes += 1.0; // which the hash leaves out
    CHECK(std::find(found.begin(), found.end(), &prints.of(other, op_id{0})) == found.end());
}

TEST_CASE("a refused kernel leaves nothing behind") {
    footprints prints{cost::devices::h200};
    const cost::kernel too_large{.threads = 1024, .registers = 255, .duration_us = 1.0};
    const cost::kernel endless{.duration_us = std::numeric_limits<double>::infinity()};
    for (int i = 0; i < 2; ++i) {
        CHECK_THROWS_AS(static_cast<void>(prints.of(too_large, op_id{3})), opara::cost_error);
        CHECK_THROWS_AS(static_cast<void>(prints.of(endless, op_id{3})), opara::cost_error);
    }
    CHECK(prints.of({.duration_us = 1.0}, op_id{3}).per_sm == 1);
    CHECK(prints.of({.duration_us = 0.0}, op_id{3}).per_sm == 0); // takes no time, and is nowhere
}
