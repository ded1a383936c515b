#include <opara/plan/relays.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>

using opara::relay_shares;

namespace {

// The most relays between the node and any child.
std::size_t depth(std::size_t children, std::size_t limit) {
    const relay_shares shares{children, limit};
    if (shares.relays() == 0) {
        return 0;
    }
    const std::size_t rest = children - shares.direct();
    return 1 + depth((rest + shares.relays() - 1) / shares.relays(), limit);
}

} // namespace

TEST_CASE("few children hang on the node itself") {
    CHECK(relay_shares{0, 6}.direct() == 0);
    CHECK(relay_shares{6, 6}.direct() == 6);
    CHECK(relay_shares{6, 6}.relays() == 0);
}

TEST_CASE("no more than the limit hang on a node, and the relays are as few levels deep as can be") {
    for (const std::size_t limit : {2U, 3U, 6U}) {
        std::size_t levels = 0;
        for (std::size_t most = limit; most < 500; most *= limit, ++levels) {
            for (std::size_t children = most / limit + 1; children <= most && children < 500; ++children) {
                CAPTURE(children);
                const relay_shares shares{children, limit};
                CHECK(shares.direct() + shares.relays() == (children <= limit ? children : limit));
                CHECK(depth(children, limit) == levels);
            }
        }
    }
}
