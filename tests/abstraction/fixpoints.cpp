#include <opara/abstraction/fixpoints.hpp>
#include <opara/abstraction/predecessors.hpp>
#include <tests/abstraction/agreement.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

using flags = std::vector<unsigned char>;

// The textbook's way, from the goal backward: a state joins with one of its successors, or with the last of them.
flags backward(const transition_system& t, const flags* hold, const flags& goal, bool every) {
    const predecessors back{t};
    std::vector<std::size_t> missing(t.size(), 1);
    flags result = goal;
    std::vector<state_id> work;
    for (std::size_t s = 0; s < t.size(); ++s) {
        if (every) {
            missing[s] = t.successors(state_id::from_index(s)).size();
        }
        if (goal[s] != 0) {
            work.push_back(state_id::from_index(s));
        }
    }
    while (!work.empty()) {
        const state_id to = work.back();
        work.pop_back();
        for (const state_id s : back.of(to)) {
            const std::size_t p = s.index();
            if (result[p] == 0 && (hold == nullptr || (*hold)[p] != 0) && --missing[p] == 0) {
                result[p] = 1;
                work.push_back(s);
            }
        }
    }
    return result;
}

void compare(const transition_system& t, const flags& hold, const flags& goal) {
    for (const flags* const where : {static_cast<const flags*>(nullptr), &hold}) {
        REQUIRE(detail::some_until_search::run(t, where, goal) == backward(t, where, goal, false));
        REQUIRE(detail::every_until_search::run(t, where, goal) == backward(t, where, goal, true));
    }
}

flags some_of(random_source& random, std::size_t count, double share) {
    flags set(count);
    for (unsigned char& x : set) {
        x = random.chance(share) ? 1 : 0;
    }
    return set;
}

} // namespace

TEST_CASE("searches along the transitions find the sets of the fixpoints backward") {
    random_source random{29};
    for (int k = 0; k < 2'000; ++k) {
        const transition_system t = test::random_system(random, k % 10 == 0 ? 400 : 40);
        const double rare = random.chance(0.5) ? 1.0 / static_cast<double>(t.size()) : random.unit();
        compare(t, some_of(random, t.size(), 1 - 0.3 * random.unit()), some_of(random, t.size(), rare));
    }
}

TEST_CASE("searches along the transitions on long chains and rings, whichever way the states are numbered") {
    constexpr std::uint32_t n = 60'000; // a recursion would be too deep
    for (const bool ascending : {true, false}) {
        for (const bool ring : {true, false}) {
            std::vector<std::vector<std::uint32_t>> successors(n);
            for (std::uint32_t s = 0; s < n; ++s) {
                const std::uint32_t next = ascending ? (s + 1) % n : (s + n - 1) % n;
                const bool last = next == (ascending ? 0 : n - 1);
                successors[s].push_back(last && !ring ? s : next);
                if (s % 3 == 0) {
                    successors[s].push_back(successors[s].front());
                }
            }
            const auto t = transition_system::from_lists(successors, {0});
            for (const std::uint32_t at : {0U, n / 2, n - 1}) {
                flags goal(n);
                goal[at] = 1;
                flags hold(n, 1);
                hold[n / 3] = 0;
                compare(t, hold, goal);
            }
            compare(t, flags(n, 1), flags(n));
            compare(t, flags(n), flags(n, 1));
        }
    }
}
