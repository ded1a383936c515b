/// @file
/// Every assignment and every order that the library has, to loop over.
#pragma once

#include <opara/assign.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>

#include <string>

namespace opara::test {

/// Calls `f(name, policy)` with each assignment policy; where it has options that change what it does, with several.
template <class F>
void for_each_assignment(F&& f) {
    f("single", assign::single{});
    f("own_lane", assign::own_lane{});
    f("round_robin", assign::round_robin{3});
    f("longest_path", assign::longest_path{3});
    f("by_level", assign::by_level{});
    f("by_level without barriers", assign::by_level{.barrier = assign::level_barrier::none});
    f("first_free_predecessor", assign::first_free_predecessor{});
    f("first_free_predecessor in Alg. 2's order", assign::first_free_predecessor{order::alternating{}});
    f("chain_cover", assign::chain_cover{});
    f("chain_cover without reuse", assign::chain_cover{.reuse = assign::lane_reuse::never});
    f("stages", assign::stages{.part_size = 8});
    f("earliest_finish", assign::earliest_finish{.lanes = 3});
}

/// Calls `f(name, policy)` with each order policy.
template <class F>
void for_each_order(F&& f) {
    f("topological", order::topological{});
    f("depth_first", order::depth_first{});
    f("critical_first", order::critical_first{});
    f("smallest_demand", order::smallest_demand{});
    f("alternating", order::alternating{});
    f("alternating by grids", order::alternating{order::demand_rule::share_of_device});
    f("alternating by shared memory", order::alternating{order::demand_rule::shared_memory_of_block});
}

} // namespace opara::test
