#include <opara/abstraction/build.hpp>
#include <opara/abstraction/mode_networks.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

// A network with random weights that sees `inputs` numbers and chooses among `choices` modes.
network random_chooser(std::size_t inputs, std::size_t choices, random_source& random) {
    std::vector<layer> layers;
    for (const std::size_t outputs : {std::size_t{8}, choices}) {
        layer l{inputs, {}, {}, layers.empty() ? activation::relu : activation::identity};
        for (std::size_t k = 0; k < inputs * outputs; ++k) {
            l.weight.push_back(2 * random.unit() - 1);
        }
        for (std::size_t k = 0; k < outputs; ++k) {
            l.bias.push_back(random.unit() - 0.5);
        }
        layers.push_back(l);
        inputs = outputs;
    }
    return network{layers};
}

std::vector<network> random_choosers(std::size_t inputs, std::size_t modes, std::uint64_t seed) {
    random_source random{seed};
    std::vector<network> networks;
    for (std::size_t m = 0; m < modes; ++m) {
        networks.push_back(random_chooser(inputs, modes, random));
    }
    return networks;
}

template <std::size_t N>
std::vector<mode_switch> decide(const mode_networks<N>& pilot, const std::vector<box<N>>& boxes) {
    std::vector<mode_switch> actions(boxes.size());
    pilot.act(std::span<const box<N>>{boxes}, std::span<mode_switch>{actions});
    return actions;
}

} // namespace

TEST_CASE("each cell asks the network of its mode, whatever else is in the batch") {
    const mode_networks<4>::normalisation scaling{{0, 0, 20}, {16000, 5000, 40}};
    for (const std::size_t inputs : {6U, 3U}) {
        const std::vector<network> nets = random_choosers(inputs, 9, 31 + inputs);
        const mode_networks<4> pilot{nets, scaling};
        random_source random{5};
        std::vector<box<4>> boxes;
        for (int k = 0; k < 200; ++k) {
            const auto mode = static_cast<double>(random.below(9));
            const double h = std::floor(random.unit() * 9000);
            const double t = std::floor(random.unit() * 40);
            boxes.push_back(box_of<4>({h, -4, t, mode - 0.5}, {h + 2, 6, t + 1, mode + 0.5}));
        }
        const std::vector<mode_switch> found = decide(pilot, boxes);
        std::vector<int> taken(9);
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            const box<4>& b = boxes[k];
            const auto mode = static_cast<std::size_t>(b[3].middle());
            std::vector<double> in{b[0].lower() / 16000, b[1].lower() / 5000, (b[2].lower() - 20) / 40,
                                   b[0].upper() / 16000, b[1].upper() / 5000, (b[2].upper() - 20) / 40};
            if (inputs == 3) {
                in = {b[0].middle() / 16000, b[1].middle() / 5000, (b[2].middle() - 20) / 40};
            }
            std::vector<double> out(9);
            nets[mode].evaluate(in, out);
            const auto best = static_cast<std::size_t>(std::max_element(out.begin(), out.end()) - out.begin());
            REQUIRE(found[k] == mode_switch{mode, best});
            REQUIRE(decide(pilot, {b}) == std::vector{found[k]});
            ++taken[best];
        }
        CHECK(std::count_if(taken.begin(), taken.end(), [](int n) { return n > 0; }) >= 3); // not one for all
    }
}

TEST_CASE("networks and cells that do not fit are refused") {
    CHECK_THROWS_AS(mode_networks<4>{std::vector<network>{}}, controller_error);
    CHECK_THROWS_AS(mode_networks<4>{random_choosers(4, 9, 1)}, controller_error); // neither 3 nor 6 numbers
    std::vector<network> short_of_one = random_choosers(6, 9, 1);
    short_of_one.pop_back();
    CHECK_THROWS_AS(mode_networks<4>{short_of_one}, controller_error); // nine outputs, eight modes
    const mode_networks<2> pilot{random_choosers(2, 3, 1)};
    CHECK_NOTHROW(decide(pilot, {box_of<2>({0, 1.5}, {1, 2.5})}));
    CHECK_THROWS_AS(decide(pilot, {box_of<2>({0, 2.5}, {1, 3.5})}), controller_error);   // no such mode
    CHECK_THROWS_AS(decide(pilot, {box_of<2>({0, -1.5}, {1, -0.5})}), controller_error); // nor such a one
    CHECK_THROWS_AS(decide(pilot, {box_of<2>({0, 0.5}, {1, 2.5})}), controller_error);   // two modes in a cell
    CHECK_THROWS_WITH_AS(decide(pilot, {box_of<2>({0, 1e-9}, {1, 2})}),                  // two halves
                         doctest::Contains("no network for cells from 1e-09 to 2 in"), controller_error);
    const network overflows{{layer{.inputs = 2, .weight = {1e308, 1e308}, .bias = {0}}}};
    CHECK_THROWS_AS(decide(mode_networks<2>{{overflows}}, {box_of<2>({10, -0.5}, {20, 0.5})}), controller_error);
}

TEST_CASE("every run of a collision avoidance under random networks is one of its abstraction") {
    const auto grid = uniform_grid<4>::by_width(box_of<4>({-300, -60, -0.5, -0.5}, {300, 60, 40.5, 8.5}), {2, 1, 1, 1});
    for (const auto response : {systems::pilot_response::middle, systems::pilot_response::any}) {
        const mode_networks<4> pilot{random_choosers(6, 9, 8), {{0, 0, 20}, {100, 50, 40}}};
        const auto initial = box_of<4>({-133, -20, 25, 0}, {-131, -19, 25, 0});
        const auto built = build_bounded(grid, enclosure<systems::vertical_cas>{{.response = response}}, pilot, initial,
                                         5, {.labels = {{"near", box_of<4>({-100, -60, 0, 0}, {100, 60, 40, 8})}}});
        const cell_system& part = built.part;
        REQUIRE(part.cells.size() > 20);
        const auto state_of = [&](const point<4>& x) {
            const std::uint64_t cell = grid.locate(x);
            return state_id::from_index(
                static_cast<std::size_t>(std::find(part.cells.begin(), part.cells.end(), cell) - part.cells.begin()));
        };
        random_source random{9};
        for (int run = 0; run < 300; ++run) {
            point<4> x = test::point_of(initial, random);
            for (int step = 0; step < 5 && grid.locate(x) != grid.outside(); ++step) {
                systems::vertical_cas system{.response = response,
                                             .share = test::point_of(interval{-1.0, 1.0}, random)};
                const mode_switch u = decide(pilot, {grid.cell_box(grid.locate(x))})[0];
                const point<4> y = system(x, u);
                const auto next = part.graph.successors(state_of(x));
                REQUIRE(std::find(next.begin(), next.end(), state_of(y)) != next.end());
                x = y;
            }
        }
    }
}
