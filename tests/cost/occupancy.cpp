#include <opara/cost/devices.hpp>
#include <opara/cost/occupancy.hpp>
#include <opara/cost/table.hpp>

#include <doctest/doctest.h>

#include <cmath>

namespace cost = opara::cost;

// Figures of NVIDIA's occupancy rules worked by hand for compute capability 9.0 (64 warps, 32 blocks, 65536 registers,
// 228 KB a SM) and 7.5 (32 warps, 16 blocks, 64 KB).
TEST_CASE("blocks per SM by each limit") {
    const cost::device& d = cost::devices::h200;
    const auto per_sm = [&](cost::kernel k) { return cost::occupancy_of(k, d).blocks_per_sm; };
    const auto limit = [&](cost::kernel k) { return cost::occupancy_of(k, d).limit; };
    CHECK(per_sm({.threads = 32, .registers = 16}) == 32);
    CHECK(limit({.threads = 32, .registers = 16}) == cost::occupancy_limit::slots);
    CHECK(per_sm({.threads = 256}) == 8);
    CHECK(per_sm({.threads = 257}) == 7); // nine warps
    CHECK(limit({.threads = 256}) == cost::occupancy_limit::threads);
    CHECK(per_sm({.threads = 256, .registers = 128}) == 2);
    CHECK(per_sm({.threads = 256, .registers = 33}) == 6); // 33 * 32 rounds to 1280 a warp
    CHECK(limit({.threads = 256, .registers = 128}) == cost::occupancy_limit::registers);
    CHECK(per_sm({.threads = 256, .registers = 32, .shared_bytes = 48 * 1024}) == 4);
    CHECK(per_sm({.threads = 256, .shared_bytes = 227 * 1024}) == 1);
    CHECK(limit({.threads = 256, .shared_bytes = 227 * 1024}) == cost::occupancy_limit::shared);
    CHECK(per_sm({.threads = 256, .shared_bytes = 227 * 1024 + 1}) == 0);
    CHECK(per_sm({.threads = 1025}) == 0);
    CHECK(per_sm({.threads = 1024, .registers = 65}) == 0); // the register file holds no such block
    CHECK(cost::occupancy_of({.threads = 1024}, cost::devices::rtx_2080_super).blocks_per_sm == 1);
    CHECK(cost::occupancy_of({.threads = 32, .registers = 16}, cost::devices::rtx_2080_super).blocks_per_sm == 16);
}

TEST_CASE("waves and demand") {
    const cost::device& d = cost::devices::h200;
    const cost::occupancy o = cost::occupancy_of({.blocks = 2640, .threads = 256}, d);
    CHECK(o.resident == 1056);
    CHECK(o.waves == doctest::Approx(2.5));
    CHECK(cost::demand_of({.blocks = 132, .threads = 256}, d) == doctest::Approx(0.125));
    CHECK(cost::demand_of({.blocks = 0}, d) == 0.0);
    CHECK(cost::demand_of({.blocks = 0, .threads = 2000}, d) == 0.0);
    // It cannot run at all, so it must not look like the smallest of all kernels.
    CHECK(std::isinf(cost::demand_of({.blocks = 1, .threads = 2000}, d)));
    const cost::table table{{{.blocks = 1, .threads = 2000, .duration_us = 1.0}}, d};
    CHECK_THROWS_WITH_AS(static_cast<void>(cost::demand_of(table, opara::op_id{0})),
                         "the demand of operator 0 is inf; it must be finite and not negative", opara::cost_error);
}
