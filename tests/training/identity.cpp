#include <examples/drl/training/identity.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace opara::examples::drl;

namespace {

identity some() {
    return {.system = "b1",
            .agent = "ddpg",
            .grid = "[0, 1] by 0.1",
            .observe = "raw",
            .recipe = "noise=0.1 discount=0.99 hidden=20,20 activation=tanh",
            .seed = 3};
}
std::string difference(const identity& there, const identity& here) {
    return difference_between(parts_of(there), parts_of(here));
}

} // namespace

TEST_CASE("nothing differs from itself") { CHECK(difference(some(), some()).empty()); }

TEST_CASE("only what differs is named") {
    identity other = some();
    other.recipe = "noise=0.1 discount=0.9 hidden=30 activation=tanh";
    CHECK(difference(some(), other) == "discount is 0.99 there and 0.9 here; hidden is 20,20 there and 30 here");
    other = some();
    other.grid = "[0, 1] by 0.2";
    other.environments = 8;
    CHECK(difference(some(), other) ==
          "grid is [0, 1] by 0.1 there and [0, 1] by 0.2 here; environments is 1 there and 8 here");
    other = some();
    other.recipe += " head=affine";
    CHECK(difference(some(), other) == "head is not set there and affine here");
    CHECK(difference(other, some()) == "head is affine there and not set here");
}

TEST_CASE("each part can differ") {
    const identity a = some();
    for (std::string identity::* const part :
         {&identity::system, &identity::agent, &identity::grid, &identity::observe, &identity::recipe}) {
        identity b = a;
        b.*part += "x";
        CHECK_FALSE(difference(a, b).empty());
        CHECK_FALSE(difference(b, a).empty());
    }
    identity b = a;
    ++b.seed;
    CHECK(difference(a, b) == "seed is 3 there and 4 here");
}
