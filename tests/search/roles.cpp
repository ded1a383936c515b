#include <opara/search/roles.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace opara;

namespace {
op_id op(std::size_t v) { return op_id::from_index(v); }
} // namespace

TEST_CASE("operators of repeated blocks have the same role") {
    // Four diamonds in a row: fork 3i, branches 3i + 1 (kind 1) and 3i + 2 (kind 2), and the next fork as join.
    std::vector<edge> edges;
    std::vector<std::uint64_t> kind;
    for (std::size_t block = 0; block < 4; ++block) {
        for (const std::size_t branch : {3 * block + 1, 3 * block + 2}) {
            edges.push_back({op(3 * block), op(branch)});
            edges.push_back({op(branch), op(3 * block + 3)});
        }
        kind.insert(kind.end(), {0, 1, 2});
    }
    kind.push_back(0);
    const frozen_graph g{13, edges};
    const search::roles by_kind = search::find_roles(g, kind, 0);
    CHECK(by_kind.members.size() == 3);
    const search::roles near = search::find_roles(g, kind, 1);
    CHECK(near.role[1] == near.role[4]);
    CHECK(near.role[3] == near.role[6]);
    CHECK(near.role[1] != near.role[2]);
    CHECK(near.role[0] != near.role[3]);  // nothing comes before it
    CHECK(near.role[12] != near.role[3]); // nothing behind
    CHECK(near.members[near.role[1]] == std::vector<op_id>{op(1), op(4), op(7), op(10)});
    const search::roles far = search::find_roles(g, kind, 2);
    CHECK(far.role[1] != far.role[4]); // the first block sees the source
    CHECK(far.role[4] == far.role[7]);
}

TEST_CASE("the order of arguments is part of a role, that of users is not") {
    // 2 = f(0, 1), 3 = f(1, 0), where 0 and 1 are of different kinds; 0 and 1 list their users in different orders.
    const std::vector<edge> edges{{op(0), op(2)}, {op(1), op(3)}, {op(1), op(2)}, {op(0), op(3)}};
    const frozen_graph g{4, edges};
    const std::vector<std::uint64_t> different{1, 2, 3, 3};
    const search::roles r = search::find_roles(g, different, 1);
    CHECK(r.role[2] != r.role[3]);
    const std::vector<std::uint64_t> same{1, 1, 3, 3};
    const search::roles s = search::find_roles(g, same, 3);
    CHECK(s.role[0] == s.role[1]);
    CHECK(s.role[2] == s.role[3]);
}
