#include <opara/cost/concepts.hpp>
#include <opara/testing/random_kernels.hpp>

#include <doctest/doctest.h>

#include <cstddef>

namespace testing = opara::testing;
namespace cost = opara::cost;

static_assert(cost::duration_model<testing::random_kernels> && cost::bound_model<testing::random_kernels> &&
              cost::demand_model<testing::random_kernels> && cost::kernel_model<testing::random_kernels>);

TEST_CASE("kernels are possible, varied and the same for the same seed") {
    const testing::random_kernels some{2000, 1}, same{2000, 1}, other{2000, 2};
    std::size_t nothing = 0, memory = 0, different = 0;
    for (std::size_t v = 0; v < some.size(); ++v) {
        const opara::op_id op = opara::op_id::from_index(v);
        const cost::kernel k = some.kernel(op);
        CHECK(k == same.kernel(op));
        different += k == other.kernel(op) ? 0U : 1U;
        if (!k.launches()) {
            ++nothing;
            CHECK(cost::duration_of(some, op) == 0.0);
            continue;
        }
        CHECK(k.blocks <= 2048);
        CHECK(k.threads <= 1024);
        CHECK(k.threads * k.registers <= 65536);
        CHECK(k.shared_bytes <= 48 * 1024);
        CHECK(cost::duration_of(some, op) >= 1.0);
        CHECK(k.l2_bytes >= k.dram_bytes);
        CHECK(cost::demand_of(some, op) > 0.0);
        memory += some.bound(op) == opara::bound::memory ? 1U : 0U;
    }
    CHECK(different > 1800);
    CHECK(nothing > 60);
    CHECK(nothing < 140);
    CHECK(memory > 100);
    CHECK(memory < 1900);
}
