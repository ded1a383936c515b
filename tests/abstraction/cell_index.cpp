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
