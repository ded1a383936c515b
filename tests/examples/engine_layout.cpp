// Strides under other extents, against the places of all elements.
#include <examples/engine/layout.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace opara;
using engine::strides;
using onnx::shape;

namespace {

// Where each element lies, in row-major order.
std::vector<std::int64_t> places(const shape& dims, const strides& steps) {
    std::vector<std::int64_t> all{0};
    for (std::size_t k = 0; k < dims.size(); ++k) {
        std::vector<std::int64_t> next;
        for (const std::int64_t place : all) {
            for (std::int64_t i = 0; i < dims[k]; ++i) {
                next.push_back(place + i * steps[k]);
            }
        }
        all = std::move(next);
    }
    return all;
}

// The only steps that can yield these places: those of the first neighbours.
strides steps_of(const shape& dims, const std::vector<std::int64_t>& all) {
    strides steps(dims.size(), 0);
    std::int64_t inside = 1;
    for (std::size_t k = dims.size(); k-- > 0;) {
        steps[k] = dims[k] == 1 ? 0 : all[static_cast<std::size_t>(inside)] - all[0];
        inside *= dims[k];
    }
    return steps;
}

// Factors of `count`, some of them 1.
shape random_factors(testing::random_source& random, std::int64_t count) {
    shape dims;
    while (count != 1 || random.below(3) == 0) {
        std::int64_t factor = 1 + static_cast<std::int64_t>(random.below(6));
        factor = count % factor == 0 ? factor : 1;
        dims.push_back(factor);
        count /= factor;
    }
    return dims;
}

} // namespace

TEST_CASE("strides under other extents, wherever there are any") {
    testing::random_source random{51};
    std::size_t found = 0;
    std::size_t others = 0;
    for (int round = 0; round < 5000; ++round) {
        const shape dims = random_factors(random, 120);
        strides steps(dims.size());
        std::int64_t step = 1;
        for (std::size_t k = dims.size(); k-- > 0;) { // dense, with a gap here and there, an axis twice
            steps[k] = random.below(8) == 0 ? 1 : step;
            step = steps[k] * dims[k] + (random.below(4) == 0 ? 3 : 0);
        }
        const shape target = random_factors(random, 120);
        const std::vector<std::int64_t> all = places(dims, steps);
        const auto seen = engine::reshaped(dims, steps, target);
        const bool exist = places(target, steps_of(target, all)) == all;
        REQUIRE(seen.has_value() == exist);
        if (seen) {
            REQUIRE(places(target, *seen) == all);
        }
        ++(seen ? found : others);
    }
    CHECK(found > 500);
    CHECK(others > 500);
}

TEST_CASE("a slice of rows is heads of rows, and an image in pixels has no rows") {
    CHECK(engine::reshaped({1, 128, 768}, {294912, 2304, 1}, {1, 128, 12, 64}) == strides{294912, 2304, 64, 1});
    CHECK(engine::reshaped({2, 8, 6, 7}, {336, 1, 56, 8}, {2, 8, 42}) == strides{336, 1, 8});
    CHECK_FALSE(engine::reshaped({2, 8, 6, 7}, {336, 1, 56, 8}, {2, 336}).has_value());
}
