#include <opara/core/random.hpp>

#include <doctest/doctest.h>

using opara::random_source;

TEST_CASE("a source goes on where another stands") {
    random_source first{7};
    static_cast<void>(first.next());
    random_source second{first.state()};
    CHECK(second == first);
    CHECK(second.next() == first.next());
    CHECK(second != random_source{7});
}
