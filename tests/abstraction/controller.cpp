#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

// By the definition, one number after another.
std::vector<double> by_hand(const network& net, std::vector<double> x) {
    for (const layer& l : net.layers()) {
        std::vector<double> y;
        for (std::size_t o = 0; o < l.bias.size(); ++o) {
            double sum = l.bias[o];
            for (std::size_t i = 0; i < l.inputs; ++i) {
                sum += l.weight[o * l.inputs + i] * x[i];
            }
            y.push_back(l.function == activation::relu      ? std::max(sum, 0.0)
                        : l.function == activation::tanh    ? std::tanh(sum)
                        : l.function == activation::sigmoid ? 1 / (1 + std::exp(-sum))
                                                            : sum);
        }
        x = y;
    }
    return x;
}

network random_network(const std::vector<std::size_t>& sizes, random_source& random) {
    std::vector<layer> layers;
    for (std::size_t k = 0; k + 1 < sizes.size(); ++k) {
        layer l;
        l.inputs = sizes[k];
        l.function = static_cast<activation>(random.below(4));
        for (std::size_t i = 0; i < sizes[k] * sizes[k + 1]; ++i) {
            l.weight.push_back(random.unit() * 2 - 1);
        }
        for (std::size_t i = 0; i < sizes[k + 1]; ++i) {
            l.bias.push_back(random.unit() * 2 - 1);
        }
        layers.push_back(l);
    }
    return network{layers};
}

const layer two_to_one{.inputs = 2, .weight = {1.0, 2.0}, .bias = {0.5}};

std::string where_it_fails(const std::string& text) {
    try {
        (void)controller_from_json(text);
    } catch (const opara::parse_error& e) {
        return e.where() + (e.line() != 0 ? ":" + std::to_string(e.line()) + ":" + std::to_string(e.column()) : "");
    }
    return "nowhere";
}

const std::string good = R"({"name": "n", "system": "b1", "activation": "relu", "output_activation": "tanh",
 "output_scale": 2, "state_space": [[0], [1]], "granularity": [0.1],
 "layers": [{"weight": [[1, 0.1], [3, 4]], "bias": [0, 1]}, {"weight": [[1, 1]], "bias": [0]}]})";

std::string with(const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
}

template <class System>
std::vector<double> next_state(const System& system, const trained_controller& c, const std::vector<double>& x) {
    constexpr std::size_t n = System::dimension;
    point<n> lower;
    point<n> upper;
    point<n> widths;
    point<n> state;
    for (std::size_t i = 0; i < n; ++i) {
        lower[i] = c.lower[i];
        upper[i] = c.upper[i];
        widths[i] = c.widths[i];
        state[i] = x[i];
    }
    const auto grid = uniform_grid<n>::by_width(box_of<n>(lower, upper), widths);
    const box_network<n> pilot{c.net, head::scaled{c.scale}};
    const std::vector<box<n>> cell{grid.cell_box(grid.locate(state))};
    std::vector<double> action(1);
    pilot.act(std::span<const box<n>>{cell}, std::span<double>{action});
    state = system(state, action[0]);
    return {state.begin(), state.end()};
}

} // namespace

TEST_CASE("a batch gives what a loop by the definition gives, whatever else is in the batch") {
    random_source random{1};
    for (const auto& sizes : {std::vector<std::size_t>{2, 1}, {4, 20, 20, 1}, {6, 3, 17, 5}}) {
        const network net = random_network(sizes, random);
        for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 100U}) {
            std::vector<double> in;
            for (std::size_t i = 0; i < count * net.inputs(); ++i) {
                in.push_back(random.unit() * 4 - 2);
            }
            std::vector<double> out(count * net.outputs());
            net.evaluate(in, out);
            for (std::size_t k = 0; k < count; ++k) {
                const std::vector<double> x(in.begin() + static_cast<std::ptrdiff_t>(k * net.inputs()),
                                            in.begin() + static_cast<std::ptrdiff_t>((k + 1) * net.inputs()));
                const std::vector<double> y = by_hand(net, x);
                std::vector<double> alone(net.outputs());
                net.evaluate(x, alone);
                for (std::size_t o = 0; o < net.outputs(); ++o) {
                    REQUIRE(out[k * net.outputs() + o] == doctest::Approx(y[o]).epsilon(1e-13));
                    REQUIRE(out[k * net.outputs() + o] == alone[o]);
                }
            }
        }
    }
}

TEST_CASE("heads: a scaled output, and the first of the largest") {
    const box_network<1> scaled{network{{two_to_one}}, head::scaled{10}};
    const std::vector<box<1>> cells{box_of<1>({1.0}, {2.0}), box_of<1>({0.0}, {0.5})};
    std::vector<double> actions(2);
    scaled.act(std::span<const box<1>>{cells}, std::span<double>{actions});
    CHECK(actions == std::vector<double>{55, 15}); // lower bounds first

    const box_network<1> moved{network{{two_to_one}}, head::scaled{10, -20}};
    moved.act(std::span<const box<1>>{cells}, std::span<double>{actions});
    CHECK(actions == std::vector<double>{35, -5});

    const layer two{.inputs = 2, .weight = {1, 0, 0, 1}, .bias = {0, 0}};
    const box_network<1, head::scaled_each<2>> several{network{{two}}, {2, 1}};
    std::vector<std::array<double, 2>> pairs(2);
    several.act(std::span<const box<1>>{cells}, std::span<std::array<double, 2>>{pairs});
    CHECK(pairs == std::vector<std::array<double, 2>>{{3, 5}, {1, 2}});
    CHECK_THROWS_AS((box_network<1, head::scaled_each<2>>{network{{two_to_one}}}), controller_error);

    const layer three{.inputs = 2, .weight = {0, 0, 1, 0, 1, 0}, .bias = {0.5, 0, 0}};
    const box_network<1, head::argmax> chooses{network{{three}}};
    chooses.act(std::span<const box<1>>{cells}, std::span<double>{actions});
    CHECK(actions == std::vector<double>{1, 0});

    const each_cell middle{[](const box<1>& b) { return b[0].middle(); }};
    middle.act(std::span<const box<1>>{cells}, std::span<double>{actions});
    CHECK(actions == std::vector<double>{1.5, 0.25});
}

TEST_CASE("networks that do not fit are refused") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(network{std::vector<layer>{}}, controller_error);
    CHECK_THROWS_AS((network{{layer{.inputs = 2, .weight = {1.0}, .bias = {0.0}}}}), controller_error);
    CHECK_THROWS_AS((network{{two_to_one, two_to_one}}), controller_error);
    CHECK_THROWS_AS((network{{layer{.inputs = 1, .weight = {nan}, .bias = {0.0}}}}), controller_error);
    CHECK_THROWS_AS((network{{layer{.inputs = 1, .weight = {1.0}, .bias = {nan}}}}), controller_error);
    CHECK_THROWS_AS(box_network<2>{network{{two_to_one}}}, controller_error);
    const network two_outputs{{layer{.inputs = 2, .weight = {1, 1, 1, 1}, .bias = {0, 0}}}};
    CHECK_THROWS_AS(box_network<1>{two_outputs}, controller_error);
    CHECK_NOTHROW((box_network<1, head::argmax>{two_outputs}));
    const box_network<1> overflows{network{{layer{.inputs = 2, .weight = {1e308, 1e308}, .bias = {0}}}}};
    const std::vector<box<1>> cells{box_of<1>({10.0}, {20.0})};
    std::vector<double> actions(1);
    CHECK_THROWS_AS(overflows.act(std::span<const box<1>>{cells}, std::span<double>{actions}), controller_error);
}

TEST_CASE("a controller is read from JSON, and what is wrong is said with its place") {
    const trained_controller c = controller_from_json(good);
    CHECK(c.system == "b1");
    CHECK(c.scale == 2);
    CHECK(c.offset == 0);
    CHECK(controller_from_json(with("\"output_scale\": 2", "\"output_scale\": 2, \"output_offset\": -20")).offset ==
          -20);
    CHECK(where_it_fails(with("\"output_scale\"", "\"output_offset\": [], \"output_scale\"")) == "$.output_offset");
    CHECK(c.net.layers()[0].function == activation::relu);
    CHECK(c.net.layers()[1].function == activation::tanh);
    CHECK(c.net.layers()[0].weight == std::vector<double>{1, static_cast<double>(0.1F), 3, 4});
    CHECK(controller_from_json(with("\"system\"", "\"head\": \"argmax\", \"system\"")).head == head_kind::argmax);
    CHECK(controller_from_json(with("\"system\"", "\"head\": \"affine\", \"system\"")).head == head_kind::affine);
    CHECK(where_it_fails("[") == "JSON:1:2");
    CHECK(where_it_fails("[]") == "$");
    CHECK(where_it_fails(with("\"relu\"", "\"gelu\"")) == "$.activation");
    CHECK(where_it_fails(with("[3, 4]", "[3]")) == "$.layers[0].weight[1]");
    CHECK(where_it_fails(with("[3, 4]", "[3, \"x\"]")) == "$.layers[0].weight[1][1]");
    CHECK(where_it_fails(with("\"output_scale\"", "\"scale\"")) == "$");
    CHECK(where_it_fails(with("[[0], [1]]", "[[0]]")) == "$.state_space");
    CHECK(where_it_fails(with("[0.1]", "[0.1, 0.1]")) == "$.state_space");
    CHECK(controller_from_json(with("\"system\"", "\"head\": \"softmax\", \"system\"")).head == head_kind::softmax);
    CHECK(where_it_fails(with("\"system\"", "\"head\": \"hardmax\", \"system\"")) == "$.head");
    CHECK_THROWS_AS((void)controller_from_json(with("[[1, 1]]", "[[1, 1, 1]]")), controller_error);
    CHECK_THROWS_WITH_AS((void)controller_from_json(with("[3, 4]", "[3, -1e300]")),
                         "$.layers[0].weight[1][1]: is too large for single precision, in which controllers are",
                         opara::parse_error);
    CHECK(where_it_fails(with("[[1, 1]]", "[[1, 1e40]]")) == "$.layers[1].weight[0][1]");
    CHECK_THROWS_WITH_AS((void)controller_from_json(with("[[0], [1]]", "[[1], [0.5]]")),
                         "$.state_space[1][0]: must be above the lower corner's 1, is 0.5", opara::parse_error);
    CHECK(where_it_fails(with("[[0], [1]]", "[[0], [0]]")) == "$.state_space[1][0]");
    CHECK(where_it_fails(with("[0.1]", "[-0.1]")) == "$.granularity[0]");
    CHECK_THROWS_WITH_AS((void)controller_from_json(with("\"system\"", "\"output_scale\": 3, \"system\"")),
                         doctest::Contains("the key \"output_scale\" is there twice"), opara::parse_error);
}

TEST_CASE("a controller whose network does not give what its file says is refused with the place") {
    // relu(1 + 0.1 * 2) + relu(3 + 4 * 2 + 1) = 13.2 (0.1 in single precision), and tanh of a hundredth of it.
    const auto checked = [](const std::string& check) {
        return with("\"system\"", "\"check\": " + check + ", \"system\"");
    };
    const auto scaled = [&](const std::string& check) {
        std::string text = checked(check);
        return text.replace(text.find("[[1, 1]]"), 8, "[[0.01, 0.01]]");
    };
    const double y = std::tanh(static_cast<double>(0.01F) * (13 + 2 * static_cast<double>(0.1F)));
    const std::string right = std::to_string(y); // six digits
    CHECK(where_it_fails(scaled("[]")) == "nowhere");
    CHECK(where_it_fails(scaled(R"([{"input": [1, 2], "output": [)" + right + "]}]")) == "nowhere");
    CHECK(where_it_fails(scaled(R"([{"input": [1, 2], "output_float64": [)" + right + "]}]")) ==
          "$.check[0].output_float64[0]"); // six digits are not enough
    const std::string first = R"([{"input": [1, 2], "output": [)" + right + "]}, ";
    CHECK(where_it_fails(scaled(first + R"({"input": [2, 1], "output": [)" + right + "]}]")) ==
          "$.check[1].output[0]"); // not of this input
    CHECK(where_it_fails(scaled(first + R"({"input": [1, 2]}])")) == "$.check[1]");
    CHECK(where_it_fails(scaled(first + R"({"output": [1]}])")) == "$.check[1]");
    CHECK(where_it_fails(scaled(first + "7]")) == "$.check[1]");
    CHECK(where_it_fails(scaled(R"([{"input": [1], "output": [1]}])")) == "$.check[0].input");
    CHECK(where_it_fails(scaled(R"([{"input": [1, 2], "output": [1, 1]}])")) == "$.check[0].output");
    CHECK(where_it_fails(scaled(R"([{"input": [1, 2], "output": ["x"]}])")) == "$.check[0].output[0]");
    CHECK(where_it_fails(scaled(R"({"input": [1, 2]})")) == "$.check");
    CHECK_THROWS_WITH_AS((void)controller_from_json(checked(R"([{"input": [1, 2], "output": [0.5]}])")),
                         "$.check[0].output[0]: is 0.5, but the network gives 0.9999999999931506 for that input",
                         opara::parse_error);
}

TEST_CASE("published controllers: outputs and rollouts are those recorded with them") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    int networks = 0;
    int states = 0;
    for (const auto& entry : std::filesystem::directory_iterator{*folder}) {
        if (entry.path().extension() != ".json" || entry.path().stem() == "artifact-tubes") {
            continue;
        }
        const std::string text = opara::read_file(entry.path().string());
        const trained_controller c = controller_from_json(text);
        const auto document = nlohmann::json::parse(text);
        CAPTURE(c.name);
        ++networks;
        auto changed = document; // so little that a look at the file would not tell
        auto& bias = changed["layers"].back()["bias"][0];
        bias = bias.get<double>() + 0.001;
        CHECK(where_it_fails(changed.dump()).starts_with("$.check["));
        for (const auto& check : document["check"]) {
            const auto in = check["input"].get<std::vector<double>>();
            std::vector<double> out(1);
            c.net.evaluate(in, out);
            const auto first = [](const nlohmann::json& x) {
                return x.is_array() ? x[0].get<double>() : x.get<double>();
            };
            CHECK(out[0] == doctest::Approx(first(check["output_float64"])).epsilon(1e-12));
            CHECK(std::abs(out[0] - first(check["output"])) <= 2e-6 * std::max(1.0, std::abs(out[0])));
        }
        // The rollout lists every tenth state: ten of our steps must lead from one to the next.
        const auto& rollout = document["rollout"];
        const auto steps = rollout["steps"].get<std::vector<int>>();
        std::vector<double> x = rollout["states"][0].get<std::vector<double>>();
        for (std::size_t k = 1; k < steps.size(); ++k) {
            for (int step = steps[k - 1]; step < steps[k]; ++step) {
                x = c.system == "b1"     ? next_state(systems::b1{}, c, x)
                    : c.system == "b2"   ? next_state(systems::b2{}, c, x)
                    : c.system == "b3"   ? next_state(systems::b3{}, c, x)
                    : c.system == "b4"   ? next_state(systems::b4{}, c, x)
                    : c.system == "b5"   ? next_state(systems::b5{}, c, x)
                    : c.system == "tora" ? next_state(systems::tora{}, c, x)
                                         : next_state(systems::acc6{}, c, x);
            }
            const auto expected = rollout["states"][k].get<std::vector<double>>();
            REQUIRE(expected.size() == x.size());
            for (std::size_t i = 0; i < x.size(); ++i) {
                CHECK(std::abs(x[i] - expected[i]) <=
                      (c.system == "acc6" ? 1e-5 : 1e-6) * std::max(1.0, std::abs(x[i])));
            }
            ++states;
        }
    }
    CHECK(networks >= 22);
    CHECK(states > 100);
}
