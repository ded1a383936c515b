#include <opara/abstraction/json.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

trained_controller any_controller(random_source& random) {
    constexpr activation functions[] = {activation::identity, activation::relu, activation::sigmoid, activation::tanh};
    constexpr head_kind heads[] = {head_kind::scaled, head_kind::argmax, head_kind::affine, head_kind::softmax};
    const std::size_t dimensions = random.between(1, 4);
    const activation hidden = functions[random.below(4)];
    std::vector<layer> layers(random.between(1, 4));
    std::size_t width = 2 * dimensions;
    for (layer& l : layers) {
        l.inputs = width;
        width = random.between(1, 7);
        l.function = &l == &layers.back() ? functions[random.below(4)] : hidden;
        for (std::size_t k = 0; k < (l.inputs + 1) * width; ++k) {
            const double x = std::ldexp(2 * random.unit() - 1, static_cast<int>(random.below(250)) - 140);
            (k < width ? l.bias : l.weight).push_back(static_cast<double>(static_cast<float>(x)));
        }
    }
    trained_controller c{
        "a \"name\"\n", "b1", network{layers}, heads[random.below(4)], random.unit(), -random.unit(), {}, {}, {}};
    for (std::size_t i = 0; i < dimensions; ++i) {
        c.lower.push_back(-random.unit());
        c.upper.push_back(random.unit());
        c.widths.push_back(0.1 * random.unit());
    }
    for (std::size_t k = random.below(4); k-- > 0;) {
        c.cuts.push_back({random.next(), random.below(dimensions), 2 * random.unit() - 1});
    }
    for (std::size_t k = 0; c.head == head_kind::softmax && random.chance(0.5) && k < c.net.outputs(); ++k) {
        c.actions.push_back(2 * random.unit() - 1);
    }
    if (c.actions.size() != c.net.outputs()) {
        c.actions.clear();
    }
    return c;
}

} // namespace

TEST_CASE("a controller that is written is read back to the last bit") {
    random_source random{31};
    for (int k = 0; k < 500; ++k) {
        const trained_controller c = any_controller(random);
        REQUIRE(controller_from_json(controller_to_json(c)) == c);
    }
}

TEST_CASE("zeros keep their signs") {
    const trained_controller c{"n",
                               "s",
                               network{{layer{2, {-0.0, 0.0}, {-0.0}, activation::tanh}}},
                               head_kind::scaled,
                               -0.0,
                               -0.0,
                               {-0.0},
                               {1},
                               {0.5},
                               {{1, 0, -0.0}}};
    const trained_controller back = controller_from_json(controller_to_json(c));
    CHECK(back == c);
    const layer& l = back.net.layers().front();
    CHECK(std::signbit(l.weight[0]));
    CHECK_FALSE(std::signbit(l.weight[1]));
    CHECK(std::signbit(l.bias[0]));
    CHECK(std::signbit(back.scale));
    CHECK(std::signbit(back.offset));
    CHECK(std::signbit(back.lower[0]));
    CHECK(std::signbit(back.cuts[0].at));
}

TEST_CASE("infinite numbers are not written") {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    trained_controller c{
        "n",   "s",           network{{layer{2, {0.5, 0.5}, {0}, activation::tanh}}}, head_kind::scaled, 1, 0, {0}, {1},
        {0.5}, {{1, 0, 0.75}}};
    const auto refuses = [&](double& number, double wrong, const char* why) {
        const double right = std::exchange(number, wrong);
        CHECK_THROWS_WITH_AS(static_cast<void>(controller_to_json(c)), why, controller_error);
        number = right;
    };
    const trained_controller good = c;
    refuses(c.scale, infinite,
            "the scale of a controller cannot be written: it is inf, and JSON has finite numbers only");
    refuses(c.scale, std::nan(""),
            "the scale of a controller cannot be written: it is nan, and JSON has finite numbers only");
    refuses(c.offset, -infinite,
            "the offset of a controller cannot be written: it is -inf, and JSON has finite numbers only");
    refuses(c.lower[0], -infinite,
            "a bound of the grid of a controller cannot be written: it is -inf, and JSON has finite numbers only");
    refuses(c.upper[0], infinite,
            "a bound of the grid of a controller cannot be written: it is inf, and JSON has finite numbers only");
    refuses(c.widths[0], infinite,
            "a cell's width of a controller cannot be written: it is inf, and JSON has finite numbers only");
    refuses(c.cuts[0].at, infinite,
            "the place of a cut of a controller cannot be written: it is inf, and JSON has finite numbers only");
    CHECK(controller_from_json(controller_to_json(c)) == good);
}

TEST_CASE("what the format cannot say is not written") {
    trained_controller c{"n", "s", network{{layer{1, {0.1}, {0}, activation::tanh}}}, head_kind::scaled, 1, 0, {},
                         {},  {}};
    CHECK_THROWS_WITH_AS(static_cast<void>(controller_to_json(c)),
                         "the number 0.1 of a controller cannot be written: it has more digits than the format, which "
                         "is in single precision",
                         controller_error);
    const layer one{1, {0.5}, {0}, activation::tanh};
    const layer other{1, {0.5}, {0}, activation::relu};
    c.net = network{{one, other, one}};
    CHECK_THROWS_WITH_AS(static_cast<void>(controller_to_json(c)),
                         "a controller whose hidden layers have different activations cannot be written",
                         controller_error);
}

TEST_CASE("actions are one an output, and of a policy that draws") {
    trained_controller c{
        "n", "s",   network{{layer{2, {1, 0, 0, 1}, {0, 0}, activation::identity}}}, head_kind::softmax, 1, 0, {0},
        {1}, {0.25}};
    c.actions = {-0.1, 0.1};
    const std::string text = controller_to_json(c);
    CHECK(controller_from_json(text).actions == c.actions);
    const std::string actions = "\"actions\": [-0.1, 0.1]";
    const std::size_t at = text.find(actions);
    REQUIRE(at != std::string::npos);
    const auto refuses = [&](const std::string& instead, const std::string& head, const std::string& message) {
        std::string wrong = std::string{text}.replace(at, actions.size(), "\"actions\": " + instead);
        wrong.replace(wrong.find("softmax"), 7, head);
        CHECK_THROWS_WITH_AS(static_cast<void>(controller_from_json(wrong)), message.c_str(), opara::parse_error);
    };
    refuses("[1]", "softmax", "$.actions: must have 2 numbers, one for each output, has 1");
    refuses("[1, \"x\"]", "softmax", "$.actions[1]: must be a number, is \"x\"");
    refuses("3", "softmax", "$.actions: must be an array, is number");
    refuses("[1, 2]", "argmax", "$.actions: mean something to the head \"softmax\" only");
}

TEST_CASE("cuts that are none are refused with their place") {
    const trained_controller c{
        "n",   "s",           network{{layer{2, {0.5, 0.5}, {0}, activation::tanh}}}, head_kind::scaled, 1, 0, {0}, {1},
        {0.5}, {{1, 0, 0.75}}};
    const std::string text = controller_to_json(c);
    const std::string cuts = "\"cuts\": [[1,0,0.75]]";
    const std::size_t at = text.find(cuts);
    REQUIRE(at != std::string::npos);
    const auto refuses = [&](const std::string& instead, const char* why) {
        const std::string wrong = std::string{text}.replace(at, cuts.size(), "\"cuts\": " + instead);
        CAPTURE(wrong);
        CHECK_THROWS_WITH_AS(static_cast<void>(controller_from_json(wrong)), why, opara::parse_error);
    };
    refuses("7", "$.cuts: must be an array, is number");
    refuses("[[1,0]]", "$.cuts[0]: must be a cell, a dimension and a coordinate");
    refuses("[[1,1,0.75]]", "$.cuts[0][1]: must be a whole number from 0 to 0, is 1");
    refuses("[[1,0,\"x\"]]", "$.cuts[0][2]: must be a number, is \"x\"");
}
