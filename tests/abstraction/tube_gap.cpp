#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/abstraction/tube.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/abstraction/walking.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace opara::abstraction;
namespace verify = opara::examples::verify;

namespace {

using test::line;
using test::walking;

constexpr double infinity = std::numeric_limits<double>::infinity();

} // namespace

TEST_CASE("pieces that jump apart are merged over a gap, and only over one that is allowed") {
    // [4.25, 5.25] is cut at 5, and what is right of it jumps ahead by 1.
    const each_cell two_speeds{[](const box<1>& b) { return b[0].lower() < 5 ? 1.0 : 2.0; }};
    tube_options<1> options{.steps = 1, .detail = tube_detail::boxes};
    const auto boxes = [&] {
        return follow(line, enclosure<walking>{}, two_speeds, {box_of<1>({4.25}, {5.25})}, options).layers[1].boxes;
    };
    const std::vector<box<1>> apart{box_of<1>({5.25}, {6.0}), box_of<1>({7.0}, {7.25})};
    const std::vector<box<1>> together{box_of<1>({5.25}, {7.25})};
    CHECK(boxes() == apart);
    options.gap = {0.75};
    CHECK(boxes() == apart);
    options.gap = {1.0};
    CHECK(boxes() == together);
    options.gap = {infinity};
    CHECK(boxes() == together);
    options.gap = {-1.0};
    CHECK_THROWS_AS((void)boxes(), domain_error);
}

TEST_CASE("over gaps of any width, boxes are merged as the published tool merges them") {
    const auto folder = test::nets_or_skip();
    if (!folder) {
        return;
    }
    const auto all = nlohmann::json::parse(opara::read_file((*folder / "artifact-tubes.json").string()));
    const auto problem = verify::b5(); // its images are exact, so nothing else differs but rounding
    for (const std::string name : {"b5_relu_3x100_d0.1", "b5_tanh_3x100_d0.1"}) {
        CAPTURE(name);
        const auto c = controller_from_json(opara::read_file((*folder / (name + ".json")).string()));
        const auto grid = uniform_grid<3>::by_width(problem.training.space, problem.training.widths);
        tube_options<3> options{.steps = problem.tube.steps, .target = problem.labels[0].set};
        options.nearness = problem.tube.nearness;
        options.gap.fill(infinity);
        const auto tube = follow(grid, enclosure<systems::b5>{problem.system}, box_network<3>{c.net, {c.scale}},
                                 split(problem.initial, problem.tube.parts), options);
        CHECK(tube.outcome == tube_outcome::reached);
        const nlohmann::json& published = all[name]["tube"];
        std::size_t compared = 0;
        for (std::size_t k = 0; k < published.size() && published[k].size() > 1; ++k) {
            CAPTURE(k);
            REQUIRE(k + 1 < tube.layers.size());
            CHECK(tube.layers[k + 1].count == published[k][0].get<std::size_t>());
            for (std::size_t i = 0; i < 3; ++i) {
                const interval& side = tube.layers[k + 1].hull[i];
                CHECK(side.lower() == doctest::Approx(published[k][1 + i].get<double>()).epsilon(1e-6));
                CHECK(side.upper() == doctest::Approx(published[k][4 + i].get<double>()).epsilon(1e-6));
            }
            ++compared;
        }
        CHECK(compared == 34);
    }
}
