#include <opara/cost/devices.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/finalists.hpp>
#include <opara/sim/simulate.hpp>
#include <tests/search/fake_device.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

using namespace opara;

namespace {

const cost::device& h200 = cost::devices::h200;

bool is_among(const std::vector<search::candidate>& all, const plan& p) {
    return std::any_of(all.begin(), all.end(), [&](const search::candidate& c) { return c.what == p; });
}

} // namespace

TEST_CASE("finalists are valid plans that a device can tell apart, the sequential one first") {
    const test::blocks_of_branches net{2};
    const search::variant_table variants = net.table(h200);
    std::vector<search::improvement> searches;
    for (const std::uint64_t seed : {1U, 2U, 2U}) {
        searches.push_back(search::improve(net.graph, variants, h200, {.limit = {.steps = 300}, .seed = seed}));
    }
    search::simulated evaluate{variants, h200};
    const std::vector<search::candidate> found =
        search::find_finalists(net.graph, variants, h200, searches, evaluate, {.policies = 3, .prices = {0.0, 2.0}});
    REQUIRE(found.size() >= 6);
    CHECK(found.size() <= 1 + 2 + 3 + 4); // equal seeds found equal plans
    CHECK(found.front().name == "sequential");
    CHECK(found.front().what.lanes() == 1);
    for (const search::candidate& c : found) {
        CAPTURE(c.name);
        CHECK_NOTHROW(validate(c.what, net.graph));
        CHECK(c.us == evaluate(c.what));
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            CHECK_FALSE(search::detail::plan_as_seen{found[i].what} == search::detail::plan_as_seen{found[j].what});
        }
    }
    CHECK(is_among(found, searches[0].winner().what));
    CHECK(is_among(found, searches[1].winner().what));
    // Some plans spare room, some do not.
    std::vector<std::size_t> blocks;
    for (const search::candidate& c : found) {
        blocks.push_back(0);
        for (const command& one : c.what.commands()) {
            blocks.back() += one.what == action::launch ? variants.node(one.op, one.variant).blocks : 0U;
        }
    }
    CHECK(*std::max_element(blocks.begin(), blocks.end()) == 132 * net.graph.size());
    CHECK(*std::min_element(blocks.begin(), blocks.end()) < 132 * net.graph.size());
}

TEST_CASE("plans that differ in their lanes only are one to a device") {
    using search::detail::plan_as_seen;
    const frozen_graph chain{2, std::vector<edge>{{op_id{0}, op_id{1}}}};
    search::draft d{.sequence = {op_id{0}, op_id{1}},
                    .lane = {lane_id{0}, lane_id{0}},
                    .priority = {0, 0},
                    .variant = {variant_id{0}, variant_id{0}},
                    .order_edges = {}};
    const plan one_lane = search::express(chain, d);
    d.lane[1] = lane_id{1};
    const plan two_lanes = search::express(chain, d);
    CHECK(one_lane != two_lanes);
    CHECK(plan_as_seen{one_lane} == plan_as_seen{two_lanes});
    d.variant[1] = variant_id{1};
    CHECK_FALSE(plan_as_seen{one_lane} == plan_as_seen{search::express(chain, d)});
    d.variant[1] = variant_id{0};
    d.priority[0] = 1;
    CHECK_FALSE(plan_as_seen{one_lane} == plan_as_seen{search::express(chain, d)});
    const frozen_graph apart{2, std::vector<edge>{}};
    d.priority[0] = 0;
    CHECK_FALSE(plan_as_seen{search::express(chain, d)} == plan_as_seen{search::express(apart, d)});
}

TEST_CASE("a plan of the caller's own is a finalist, once") {
    const test::blocks_of_branches net{1};
    const search::variant_table variants = net.table(h200);
    const std::vector<search::improvement> searches{
        search::improve(net.graph, variants, h200, {.limit = {.steps = 0}})};
    search::simulated evaluate{variants, h200};
    const std::vector<variant_id> last = [&] {
        std::vector<variant_id> choice;
        for (const op_id v : net.graph.topological_order()) {
            choice.resize(std::max(choice.size(), v.index() + 1));
            choice[v.index()] = variant_id::from_index(variants.of(v).size() - 1);
        }
        return choice;
    }();
    const plan own = search::with_variants(searches[0].sequential().what, last);
    const auto count = [&](std::vector<plan> also) {
        const auto found =
            search::find_finalists(net.graph, variants, h200, searches, evaluate, {.also = std::move(also)});
        return std::pair{found.size(), std::count_if(found.begin(), found.end(), [&](const search::candidate& c) {
                             return c.name == "given" && c.what == own && c.us == evaluate(own);
                         })};
    };
    const std::size_t without = count({}).first;
    CHECK(count({}).second == 0);
    CHECK(count({own, own}) == std::pair{without + 1, std::ptrdiff_t{1}});
    CHECK(count({searches[0].sequential().what}) == std::pair{without, std::ptrdiff_t{0}}); // it is there already
}
