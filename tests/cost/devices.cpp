#include <opara/cost/devices.hpp>

#include <doctest/doctest.h>

namespace cost = opara::cost;

TEST_CASE("every device is found by its name and by no other") {
    for (const auto name : cost::devices::names()) {
        const cost::device* d = cost::devices::find(name);
        REQUIRE(d != nullptr);
        CHECK(d->name == name);
    }
    CHECK(cost::devices::find("") == nullptr);
    CHECK(cost::devices::find("H200") == nullptr);
}

TEST_CASE("the data of a device agree with each other") {
    for (const auto name : cost::devices::names()) {
        CAPTURE(name);
        const cost::device& d = *cost::devices::find(name);
        CHECK(d.shared_bytes_per_block + d.shared_bytes_reserved <= d.shared_bytes_per_sm);
        CHECK(d.shared_bytes_default < d.shared_bytes_per_sm);
        CHECK(d.dram_gb_per_s < d.l2_gb_per_s);
        CHECK(d.dram_gb_per_s * d.l2_bytes_per_dram_byte < d.l2_gb_per_s); // a copy is bound by DRAM, not by L2
        CHECK(d.l2_gb_per_s_per_sm * d.sms > d.l2_gb_per_s);
        CHECK(d.fp32_tflops < d.tensor_tflops);
        CHECK(d.tf32_tflops < d.tensor_tflops);
        CHECK(d.graph.edge_to_empty_us <= d.graph.edge_us);
        CHECK(d.graph.programmatic_edge_us <= d.graph.edge_us);
        CHECK(d.graph.front_end_us < d.graph.fork_step_us);
        CHECK(d.graph.edge_us + d.graph.fork_step_us * d.graph.fork_limit > d.graph.wide_fork_us);
        CHECK(d.graph.channel_join_us > d.graph.edge_us);
    }
    CHECK(cost::devices::h100 != cost::devices::h200);
}
