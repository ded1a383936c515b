#include <opara/abstraction/cell_index.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

TEST_CASE("cells get the numbers in which they were first met, one by one or many at once") {
    random_source random{41};
    detail::cell_index index;
    std::map<std::uint64_t, std::uint32_t> expected;
    for (int batch = 0; batch < 300; ++batch) {
        std::vector<std::uint64_t> cells(random.below(200)); // through several sizes of the table
        for (std::uint64_t& cell : cells) {
            cell = random.below(20'000) * 0x10001;
        }
        std::vector<state_id> found;
        index.insert_all(cells, [&](state_id s) { found.push_back(s); });
        REQUIRE(found.size() == cells.size());
        for (std::size_t k = 0; k < cells.size(); ++k) {
            const auto number = expected.emplace(cells[k], static_cast<std::uint32_t>(expected.size())).first->second;
            REQUIRE(found[k].value == number);
            REQUIRE(index.find(cells[k]) == number);
        }
    }
    REQUIRE(index.cells().size() == expected.size());
    CHECK(index.find(1) == detail::cell_index::absent);
    const std::vector<std::uint64_t> released = index.release();
    CHECK(released.size() == expected.size());
    CHECK(index.cells().empty());
    CHECK(index.find(released[0]) == detail::cell_index::absent);
    CHECK(index.insert(released[7]).value == 0); // and it begins anew
}

TEST_CASE("neighbouring cells, the largest number and copies") {
    detail::cell_index index;
    std::vector<std::uint64_t> cells;
    constexpr std::uint64_t largest = ~std::uint64_t{0};
    for (std::uint64_t k = 0; k < 1'000; ++k) {
        cells.push_back(k);
        cells.push_back(largest - k);
        cells.push_back((std::uint64_t{1} << 40U) - 500 + k); // on both sides of where a block ends
    }
    std::uint32_t next = 0;
    index.insert_all(cells, [&](state_id s) { CHECK(s.value == next++); });
    CHECK(index.find(1'000) == detail::cell_index::absent); // in a block that is there or would be next
    CHECK(index.find(largest - 1'000) == detail::cell_index::absent);
    detail::cell_index copy = index;
    CHECK(copy == index);
    for (std::uint64_t k = 1'000; k < 5'000; ++k) {
        CHECK(copy.insert(k).index() == 2'000 + k);
    }
    CHECK(!(copy == index));
    CHECK(index.find(1'000) == detail::cell_index::absent);
    CHECK(index.insert(4'999).index() == 3'000);
    bool same = true;
    for (std::size_t s = 0; s < cells.size(); ++s) {
        same = same && copy.find(cells[s]) == s && index.find(cells[s]) == s;
    }
    CHECK(same);
    CHECK(index.release().size() == 3'001);
}
