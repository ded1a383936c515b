#include <opara/sim/kept_list.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

using opara::sim::detail::kept_list;

namespace {

std::vector<int> values(const kept_list<int>& list) { return {list.begin(), list.end()}; }

void add(kept_list<int>& list, int first, int last) {
    for (int i = first; i <= last; ++i) {
        list.add() = i;
    }
}

} // namespace

TEST_CASE("a kept list holds what was added, in order, however much it is") {
    kept_list<int> list;
    CHECK(list.empty());
    CHECK(list.begin() == list.end());
    add(list, 0, 99);
    CHECK(list.size() == 100);
    for (std::size_t i = 0; i < list.size(); ++i) {
        CHECK(list[i] == static_cast<int>(i));
        CHECK(std::as_const(list)[i] == static_cast<int>(i));
    }
    std::fill(list.begin(), list.end(), 7);
    CHECK(values(list) == std::vector<int>(100, 7));
}

TEST_CASE("those at the end of a kept list leave, and others take their places in the same memory") {
    kept_list<int> list;
    add(list, 1, 20);
    const int* const memory = list.begin();
    list.keep_first(2);
    CHECK(values(list) == std::vector{1, 2});
    add(list, 30, 47);
    CHECK(list.size() == 20);
    CHECK(list[1] == 2);
    CHECK(list[2] == 30);
    CHECK(list[19] == 47);
    list.keep_first(0);
    CHECK(list.empty());
    add(list, 5, 5);
    CHECK(values(list) == std::vector{5});
    CHECK(list.begin() == memory);
}

TEST_CASE("memory of a kept list can be written first and counted then") {
    kept_list<int> list;
    add(list, 1, 3);
    int* at = list.memory_for(200);
    CHECK(values(list) == std::vector{1, 2, 3}); // nobody came
    for (int i = 0; i < 150; ++i) {
        *at++ = 7 * i;
    }
    list.keep_first(150);
    CHECK(list.size() == 150);
    CHECK(list[0] == 0);
    CHECK(list[149] == 1043);
    const int* const memory = list.begin();
    CHECK(list.memory_for(200) == memory); // there is enough
    add(list, 5, 5);
    CHECK(list[150] == 5);
}

TEST_CASE("a kept list becomes equal to a longer and to a shorter one") {
    kept_list<int> a;
    kept_list<int> b;
    add(a, 1, 50);
    add(b, 3, 4);
    b.assign(a);
    CHECK(values(b) == values(a));
    a.keep_first(1);
    b.assign(a);
    CHECK(values(b) == std::vector{1});
    b.add() = 9;
    CHECK(values(a) == std::vector{1}); // they share nothing
    b.assign(kept_list<int>{});
    CHECK(b.empty());
}
