#include <opara/abstraction/predecessors.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/cccl/transition_system.cuh>
#include <opara/testing/random.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara::abstraction;
namespace cccl = opara::cccl;
using opara::testing::random_source;

namespace {

void check_way_back(const transition_system& host) {
    const cccl::transition_system device{host};
    CHECK(device.size() == host.size());
    CHECK(device.transitions() == host.transitions());
    CHECK(device.download() == host);
    const cccl::rows back = device.predecessors();
    const std::vector<std::uint64_t> offsets = back.offsets.download();
    const std::vector<std::uint32_t> ids = back.ids.download();
    REQUIRE(offsets.size() == host.size() + 1);
    REQUIRE(offsets.back() == ids.size());
    const predecessors expected_back{host};
    bool same = offsets.front() == 0;
    for (std::size_t s = 0; s < host.size(); ++s) {
        const auto expected = expected_back.of(state_id::from_index(s));
        same = same && offsets[s + 1] - offsets[s] == expected.size();
        for (std::size_t k = 0; same && k < expected.size(); ++k) {
            same = ids[offsets[s] + k] == expected[k].value;
        }
    }
    CHECK(same);
}

} // namespace

TEST_CASE("a system goes to the device and comes back, and knows the same way back") {
    if (!test::device_or_skip()) {
        return;
    }
    random_source random{51};
    for (int k = 0; k < 100; ++k) {
        check_way_back(test::random_system(random, 2'000));
    }
    // States that nothing leads to at the front, in the middle and at the end, and one to which all lead.
    check_way_back(transition_system::from_lists({{2}, {2}, {2, 2}, {2}, {5}, {2}, {2}}, {0, 6}));
    // As many states as a power of two, whose largest number has all bits.
    check_way_back(transition_system::from_lists({{1}, {2}, {3}, {0}}, {0}));
    check_way_back(transition_system::from_lists({{0}}, {0}));
}

TEST_CASE("a state without a successor is found, the first of them") {
    if (!test::device_or_skip()) {
        return;
    }
    CHECK(cccl::transition_system{transition_system::from_lists({{1}, {}, {0}, {}}, {0})}.find_deadlock() == 1);
    CHECK(cccl::transition_system{transition_system::from_lists({{1}, {0}}, {0})}.find_deadlock() == 2);
    CHECK(cccl::transition_system{}.size() == 0);
}
