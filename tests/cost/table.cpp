#include <opara/cost/devices.hpp>
#include <opara/cost/table.hpp>
#include <opara/cost/uniform.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace cost = opara::cost;
using opara::op_id;

namespace {

// The message and the operator of the error that a table of these kernels gives.
opara::cost_error error_of(std::vector<cost::kernel> kernels) {
    try {
        const cost::table t{std::move(kernels), cost::devices::h200};
    } catch (const opara::cost_error& e) {
        return e;
    }
    FAIL("no cost_error");
    return {"", op_id{}};
}

} // namespace

TEST_CASE("a table of the bundled operators of any graph of Boost.Graph's kind") {
    struct op {
        double us;
    };
    const auto cost_of = [](const op& o) { return cost::kernel{.duration_us = o.us}; };
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, op> numbered;
    boost::adjacency_list<boost::listS, boost::listS, boost::bidirectionalS, op> listed; // has no numbers of its own
    opara::dag<op> own;
    for (const double us : {3.0, 1.0, 2.0}) {
        add_vertex(op{us}, numbered);
        add_vertex(op{us}, listed);
        own.add({us});
    }
    const cost::table expected = cost::tabulate(own, cost_of, cost::devices::h200);
    CHECK(expected.duration_us(op_id{2}) == 2.0);
    CHECK(cost::tabulate(numbered, cost_of, cost::devices::h200) == expected);
    CHECK(cost::tabulate(listed, cost_of, cost::devices::h200) == expected);
}

TEST_CASE("a table hands out what it was given") {
    const cost::kernel a{.blocks = 132, .threads = 1024, .duration_us = 2.5, .fp32_flops = 1e9};
    const cost::kernel b{.blocks = 0};
    const cost::table t{{a, b}, cost::devices::h200};
    CHECK(t.size() == 2);
    CHECK(t.kernel(op_id{0}) == a);
    CHECK(t.duration_us(op_id{0}) == 2.5);
    CHECK(t.demand(op_id{0}) == doctest::Approx(0.5)); // two blocks of 1024 threads fit an SM
    CHECK(t.bound(op_id{0}) == opara::bound::compute);
    CHECK(t.demand(op_id{1}) == 0.0);
    CHECK(t == cost::table{{a, b}, cost::devices::h200});
    CHECK(t != cost::table{{b, b}, cost::devices::h200});
}

TEST_CASE("a cost that is none names its operator") {
    const cost::kernel good{.duration_us = 1.0};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    std::vector<cost::kernel> wrong;
    for (const double value : {nan, infinity, -infinity, -1.0}) {
        wrong.push_back({.duration_us = value});
        wrong.push_back({.duration_us = 1.0, .dram_bytes = value});
        wrong.push_back({.duration_us = 1.0, .l2_bytes = value});
        wrong.push_back({.duration_us = 1.0, .fp32_flops = value});
        wrong.push_back({.duration_us = 1.0, .tensor_flops = value});
        wrong.push_back({.duration_us = 1.0, .in_flight_bytes = value});
    }
    wrong.push_back({.threads = 0, .duration_us = 1.0});
    wrong.push_back({.blocks = 0, .duration_us = 1.0});
    for (const cost::kernel& k : wrong) {
        const opara::cost_error e = error_of({good, good, k, good});
        CHECK(e.op() == op_id{2});
        CHECK(std::string{e.what()}.find("operator 2") != std::string::npos);
    }
}

TEST_CASE("bundled operators become a table") {
    struct mine {
        double us;
    };
    opara::dag<mine> g;
    g.add({3.0});
    g.add({4.0});
    const cost::table t =
        cost::tabulate(g, [](const mine& op) { return cost::kernel{.duration_us = op.us}; }, cost::devices::h100);
    CHECK(t.duration_us(op_id{1}) == 4.0);
    const auto negative = [](const mine&) { return cost::kernel{.duration_us = -1.0}; };
    CHECK_THROWS_AS(static_cast<void>(cost::tabulate(g, negative, cost::devices::h100)), opara::cost_error);
    const std::vector<double> durations{1.0, 2.0};
    CHECK(cost::tabulate(durations, cost::devices::h100).kernel(op_id{1}) == cost::kernel{.duration_us = 2.0});
}

TEST_CASE("uniform costs are uniform") {
    constexpr cost::uniform c{.each = {.blocks = 7, .duration_us = 2.0}, .share = 0.25, .limit = opara::bound::memory};
    static_assert(c.duration_us(op_id{0}) == 2.0);
    CHECK(c.kernel(op_id{9}).blocks == 7);
    CHECK(c.demand(op_id{9}) == 0.25);
    CHECK(c.bound(op_id{9}) == opara::bound::memory);
}
