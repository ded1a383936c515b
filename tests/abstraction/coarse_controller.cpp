#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/coarse_controller.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

// Gives the middle of the cell, and counts what it was asked. The counter is shared by copies.
struct middles {
    std::shared_ptr<std::size_t> asked = std::make_shared<std::size_t>(0);

    void act(std::span<const box<2>> boxes, std::span<double> actions) const {
        *asked += boxes.size();
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            actions[k] = 10 * boxes[k][0].middle() + boxes[k][1].middle();
        }
    }
};

const uniform_grid<2> coarse{box_of<2>({0.0, -1.0}, {1.0, 1.0}), {5, 4}};

double action_for(const coarse_controller<uniform_grid<2>, middles>& c, const box<2>& b) {
    double u = 0;
    c.act(std::span<const box<2>>{&b, 1}, std::span<double>{&u, 1});
    return u;
}

} // namespace

static_assert(controller<coarse_controller<uniform_grid<2>, box_network<2>>, 2, double>);
static_assert(controller<coarse_controller<adaptive_tree<2>, middles>, 2, double>);

TEST_CASE("every finer cell gets the action of the decision cell around it, which is asked about once") {
    const middles pilot;
    const coarse_controller<uniform_grid<2>, middles> held{coarse, pilot};
    adaptive_tree<2> fine{coarse};
    random_source random{1};
    for (int k = 0; k < 200; ++k) {
        fine.bisect(random.below(static_cast<std::size_t>(fine.size())), random.below(2));
    }
    std::vector<box<2>> boxes;
    for (std::uint64_t cell = 0; cell < fine.size(); ++cell) {
        boxes.push_back(fine.cell_box(cell));
    }
    for (int again = 0; again < 3; ++again) {
        std::vector<double> actions(boxes.size());
        held.act(std::span<const box<2>>{boxes}, std::span<double>{actions});
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            const box<2> decision = coarse.cell_box(coarse.locate(boxes[k].middle()));
            REQUIRE(actions[k] == 10 * decision[0].middle() + decision[1].middle());
            REQUIRE(held.decision_cell(boxes[k]) == coarse.locate(boxes[k].middle()));
        }
        CHECK(*pilot.asked == coarse.size());
    }
    const auto copy = held;
    CHECK(action_for(copy, boxes[7]) == action_for(held, boxes[7]));
    CHECK(*pilot.asked == coarse.size()); // copies remember, too
}

TEST_CASE("a cell that straddles decisions is refused") {
    const coarse_controller<uniform_grid<2>, middles> held{coarse, middles{}};
    const auto refuses = [&](const box<2>& b, std::size_t dimension, const std::string& why) {
        try {
            action_for(held, b);
            FAIL("not refused");
        } catch (const domain_error& e) {
            CHECK(e.dimension() == dimension);
            CHECK_MESSAGE(std::string{e.what()}.find(why) != std::string::npos, e.what());
        }
    };
    refuses(box_of<2>({0.1, 0.0}, {0.3, 0.5}), 0, "straddles the face of a decision cell that ends at 0.2");
    refuses(box_of<2>({0.2, 0.25}, {0.3, 0.75}), 1, "straddles the face of a decision cell that ends at 0.5");
    refuses(box_of<2>({0.2, 0.5}, {0.3, 1.5}), 1, "straddles");
    refuses(box_of<2>({2.0, 0.5}, {3.0, 0.6}), 0, "is not inside the domain of the decisions");
    refuses({{{interval{-std::numeric_limits<double>::infinity(), 0.1}, interval{0.0, 0.1}}}}, 0, "is not inside");
    CHECK(action_for(held, box_of<2>({0.8, 0.5}, {1.0, 1.0})) == doctest::Approx(9.75)); // the last cell
}

TEST_CASE("the same system with any number of threads, and the coarse one's on the coarse grid") {
    const auto domain = box_of<2>({-2.5, -2.5}, {2.5, 2.5});
    const auto decisions = uniform_grid<2>::by_width(domain, {0.1, 0.1});
    const auto pilot = each_cell{[](const box<2>& b) { return -b[0].middle() - b[1].middle(); }};
    const enclosure<systems::b2> dynamics;
    const auto start = box_of<2>({0.7, 0.7}, {0.9, 0.9});
    const coarse_controller held{decisions, pilot};
    CHECK(build(decisions, dynamics, held, start) == build(decisions, dynamics, pilot, start));
    const auto fine = uniform_grid<2>::by_width(domain, {0.0125, 0.0125});
    const auto one = build(fine, dynamics, held, start, {.threads = 1});
    CHECK(build(fine, dynamics, held, start, {.threads = 3}) == one);
    CHECK(build(fine, dynamics, coarse_controller{decisions, pilot}, start, {.threads = 2}) == one);
}
