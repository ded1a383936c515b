// The whole way from a trained controller to a verdict, on published controllers.

#include <opara/abstraction/json.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/verify.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

template <std::size_t N>
uniform_grid<N> grid_of(const trained_controller& c, double width) {
    point<N> lower;
    point<N> upper;
    point<N> widths;
    for (std::size_t i = 0; i < N; ++i) {
        lower[i] = c.lower[i];
        upper[i] = c.upper[i];
        widths[i] = width != 0 ? width : c.widths[i];
    }
    return uniform_grid<N>::by_width(box_of<N>(lower, upper), widths);
}

trained_controller load(const std::filesystem::path& folder, const char* name) {
    return controller_from_json(opara::read_file((folder / name).string()));
}

const box<2> b1_start = box_of<2>({0.8, 0.5}, {0.9, 0.6});
const build_options<2> b1_labels{
    .labels = {{"goal", box_of<2>({0, 0.05}, {0.2, 0.3})}, {"safe", box_of<2>({-1.5, -1.5}, {1.5, 1.5})}}};

} // namespace

TEST_CASE("B1 is safe under its published controllers, on the grids on which they were trained") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    for (const char* const name : {"b1_relu_2x20_d0.02.json", "b1_tanh_2x20_d0.02.json"}) {
        CAPTURE(name);
        const trained_controller c = load(*folder, name);
        const auto built =
            build(grid_of<2>(c, 0), enclosure<systems::b1>{}, box_network<2>{c.net, {c.scale}}, b1_start, b1_labels);
        CHECK(check(built, parse_formula("AG safe")).what == conclusion::proved);
        CHECK(check(built, parse_formula("A[safe U goal] | AG safe")).what == conclusion::proved);
    }
}

TEST_CASE("B1 and B2 reach their targets on finer grids, and so do a thousand concrete runs") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    const trained_controller c = load(*folder, "b1_tanh_2x20_d0.02.json");
    const box_network<2> pilot{c.net, {c.scale}};
    const auto fine = grid_of<2>(c, 0.002);
    const auto built = build(fine, enclosure<systems::b1>{}, pilot, b1_start, b1_labels);
    CHECK(check(built, parse_formula("AF goal")).what == conclusion::proved);
    random_source random{5};
    for (int k = 0; k < 1'000; ++k) {
        point<2> x = test::point_of(b1_start, random);
        int steps = 0;
        while (!b1_labels.labels[0].set.contains(x) && ++steps < 1'000) {
            const std::vector<box<2>> cell{fine.cell_box(fine.locate(x))};
            std::vector<double> u(1);
            pilot.act(std::span<const box<2>>{cell}, std::span<double>{u});
            x = systems::b1{}(x, u[0]);
        }
        REQUIRE(steps < 1'000);
    }
    // On the grid of the training the cells are wider than a step, and the abstraction can dawdle: no proof.
    const auto coarse = build(grid_of<2>(c, 0), enclosure<systems::b1>{}, pilot, b1_start, b1_labels);
    const auto v = check(coarse, parse_formula("AF goal"));
    CHECK(v.what == conclusion::not_proved);
    REQUIRE(v.abstraction.counterexample);
    CHECK(v.abstraction.counterexample->repeat);

    const trained_controller d = load(*folder, "b2_tanh_2x20_d0.1.json");
    const auto second =
        build(grid_of<2>(d, 0.01), enclosure<systems::b2>{}, box_network<2>{d.net, {d.scale}},
              box_of<2>({0.7, 0.7}, {0.9, 0.9}), {.labels = {{"goal", box_of<2>({-0.3, -0.35}, {0.1, 0.5})}}});
    CHECK(check(second, parse_formula("AF goal")).what == conclusion::proved);
}

TEST_CASE("the controller that never reaches its target is never verified") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    const trained_controller c = load(*folder, "acc6_tanh_3x20_d1_negative.json");
    const box<6> start = box_of<6>({90, 32, 0, 10, 30, 0}, {91, 32.05, 0, 11, 30.05, 0});
    const interval any = interval::whole();
    const box<6> goal{{any, interval{22.81, 22.87}, any, any, interval{29.88, 30.02}, any}};
    const auto built = build_bounded(grid_of<6>(c, 0), enclosure<systems::acc6>{}, box_network<6>{c.net, {c.scale}},
                                     start, 2, {.labels = {{"goal", goal}}});
    CHECK(built.unexplored);
    CHECK(check(built, parse_formula("AF goal")).what != bounded_conclusion::proved);
}
