#include <opara/plan/launches_by_rank.hpp>
#include <opara/plan/partial_order.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

using namespace opara;

namespace {

struct durations {
    std::vector<double> us;
    [[nodiscard]] double duration_us(op_id v) const { return us[v.index()]; }
};

// Operators in lanes of their own, but for the last one, which is behind the first.
plan fork() {
    return {4,
            3,
            0,
            {{.lane = lane_id{0}, .op = op_id{0}},
             {.lane = lane_id{1}, .op = op_id{1}},
             {.lane = lane_id{2}, .op = op_id{2}},
             {.lane = lane_id{0}, .op = op_id{3}}}};
}

std::vector<std::uint32_t> order_with(std::vector<double> us) {
    const plan p = fork();
    std::vector<std::uint32_t> found;
    for (const command& c : launches_by_rank(p, partial_order(p), durations{std::move(us)})) {
        found.push_back(c.op.value);
    }
    return found;
}

} // namespace

TEST_CASE("the longer the path behind an operator, the earlier it is launched") {
    CHECK(order_with({1.0, 5.0, 3.0, 1.0}) == std::vector<std::uint32_t>{1, 2, 0, 3}); // 0, an edge and 3 take 2.6
    CHECK(order_with({1.0, 2.5, 2.0, 1.0}) == std::vector<std::uint32_t>{0, 1, 2, 3});
}

TEST_CASE("equal ranks stay as the plan has them, and ranks fall along edges of operators that take nothing") {
    CHECK(order_with({0.0, 0.0, 0.0, 0.0}) == std::vector<std::uint32_t>{0, 1, 2, 3});
    CHECK(order_with({0.0, 0.3, 0.3, 0.0}) == std::vector<std::uint32_t>{0, 1, 2, 3});
}
