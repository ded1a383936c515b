#include <examples/drl/agents/replay_buffer.hpp>
#include <examples/drl/agents/state.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

using namespace opara::examples::drl;

namespace {

// Step number k: all its numbers tell k.
void add(replay_buffer& memory, int k) {
    const double x = k;
    const std::array<double, 2> before{x, x + 0.25};
    const std::array<float, 1> action{static_cast<float>(k) / 2};
    const std::array<double, 2> after{x + 1, x + 1.25};
    memory.add(before, action, 10 * x, after, k % 3 == 0);
}
std::set<float> rewards(const replay_buffer& memory) {
    opara::random_source random{1};
    batch b;
    memory.sample(random, 500, b);
    return {b.rewards.begin(), b.rewards.end()};
}

} // namespace

TEST_CASE("what is drawn belongs together") {
    replay_buffer memory{100, 2, 1};
    for (int k = 0; k < 50; ++k) {
        add(memory, k);
    }
    CHECK(memory.size() == 50);
    opara::random_source random{3};
    batch b;
    memory.sample(random, 200, b);
    REQUIRE(b.rewards.size() == 200);
    REQUIRE(b.before.size() == 400);
    for (std::size_t i = 0; i < 200; ++i) {
        const float k = b.rewards[i] / 10;
        CHECK(b.before[2 * i] == k);
        CHECK(b.before[2 * i + 1] == k + 0.25F);
        CHECK(b.after[2 * i] == k + 1);
        CHECK(b.actions[i] == k / 2);
        CHECK(b.goes_on[i] == (static_cast<int>(k) % 3 == 0 ? 0.0F : 1.0F));
    }
}

TEST_CASE("the oldest steps go first") {
    replay_buffer memory{4, 2, 1};
    for (int k = 0; k < 4; ++k) {
        add(memory, k);
    }
    CHECK(rewards(memory) == std::set<float>{0, 10, 20, 30});
    add(memory, 4);
    CHECK(rewards(memory) == std::set<float>{10, 20, 30, 40});
    for (int k = 5; k < 10; ++k) {
        add(memory, k);
    }
    CHECK(memory.size() == 4);
    CHECK(rewards(memory) == std::set<float>{60, 70, 80, 90});
}

TEST_CASE("its state goes into a checkpoint and out of it") {
    replay_buffer memory{4, 2, 1};
    for (int k = 0; k < 6; ++k) {
        add(memory, k);
    }
    state_writer saved;
    memory.transfer(saved);
    replay_buffer other{4, 2, 1};
    state_reader read{saved.bytes()};
    other.transfer(read);
    CHECK_NOTHROW(read.end());
    add(memory, 6);
    add(other, 6);
    CHECK(rewards(other) == rewards(memory));
    state_reader cut{std::string_view{saved.bytes()}.substr(0, 40)};
    CHECK_THROWS_WITH_AS(other.transfer(cut), "the checkpoint is cut off", opara::error);
}
