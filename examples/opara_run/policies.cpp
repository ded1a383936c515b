#include <examples/opara_run/arguments.hpp>
#include <examples/opara_run/policies.hpp>
#include <opara/assign.hpp>
#include <opara/order.hpp>
#include <opara/plan/scheduler.hpp>

#include <algorithm>
#include <array>

namespace opara::run {

namespace {

constexpr std::array policies{
    named_policy{"sequential", "single+topological", "one operator after another: the plan to beat"},
    named_policy{"data_edges", "own_lane+topological", "a lane for each operator: the graph's own edges and no more"},
    named_policy{"round_robin", "round_robin+topological", "lanes in turn, knowing nothing of the graph"},
    named_policy{"rammer", "by_level+topological", "waves with barriers between them (Rammer's Wavefront)"},
    named_policy{"torchsched", "longest_path+topological",
                 "the longest path in one lane, the rest in turn (torchsched)"},
    named_policy{"nimble", "chain_cover+topological", "all the parallelism there is with the fewest waits (Nimble)"},
    named_policy{"ios", "stages+topological", "stages found by dynamic programming (IOS)"},
    named_policy{"opara", "first_free_predecessor+alternating", "Algorithms 1 and 2 of the Opara paper"},
    named_policy{"opara_published", "first_free_predecessor_in_launch_order+alternating_by_shared_memory",
                 "the same as Opara's published code does them"},
    named_policy{"earliest_finish", "earliest_finish+critical_first", "list scheduling on K lanes (HEFT)"},
    named_policy{"tensorrt_llm", "earliest_finish+critical_first",
                 "the same by guesses: 10 for what tensor cores do, 1 for the rest (TensorRT-LLM)", costs::guessed},
    named_policy{"critical_first", "first_free_predecessor+critical_first",
                 "Opara's lanes, longest remaining path first"},
    named_policy{"depth_first", "first_free_predecessor+depth_first", "Opara's lanes, one branch after another"},
};

constexpr std::array<std::string_view, 10> assignments{
    "single",      "own_lane",
    "round_robin", "longest_path",
    "by_level",    "first_free_predecessor",
    "chain_cover", "first_free_predecessor_in_launch_order",
    "stages",      "earliest_finish",
};

constexpr std::array<std::string_view, 6> orders{
    "topological", "depth_first", "critical_first", "smallest_demand", "alternating", "alternating_by_shared_memory",
};

// Durations as TensorRT-LLM's scheduler of streams takes them: constants. (Its convolutions would be "the rest"; here
// they are products like others.)
struct guessed_durations {
    const cost::table& known;
    [[nodiscard]] double duration_us(op_id v) const noexcept { return known.kernel(v).tensor_flops > 0.0 ? 10.0 : 1.0; }
};

template <class Assign>
policy with_order(std::string_view name, Assign assign) {
    const auto bind = [&](auto order) -> policy { return scheduler{assign, order}; };
    using order::demand_rule;
    if (name == "topological")
        return bind(order::topological{});
    if (name == "depth_first")
        return bind(order::depth_first{});
    if (name == "critical_first")
        return bind(order::critical_first{});
    if (name == "smallest_demand")
        return bind(order::smallest_demand{});
    if (name == "alternating")
        return bind(order::alternating{});
    if (name == "alternating_by_shared_memory")
        return bind(order::alternating{.demand = demand_rule::shared_memory_of_block});
    return {};
}

policy make_pair(std::string_view assignment, std::string_view order, const policy_options& options) {
    using order::demand_rule;
    constexpr order::alternating published{.demand = demand_rule::shared_memory_of_block};
    if (assignment == "single")
        return with_order(order, assign::single{});
    if (assignment == "own_lane")
        return with_order(order, assign::own_lane{});
    if (assignment == "longest_path")
        return with_order(order, assign::longest_path{.lanes = options.lanes});
    if (assignment == "round_robin")
        return with_order(order, assign::round_robin{.lanes = options.lanes});
    if (assignment == "by_level")
        return with_order(order, assign::by_level{});
    if (assignment == "first_free_predecessor")
        return with_order(order, assign::first_free_predecessor{});
    if (assignment == "first_free_predecessor_in_launch_order") {
        return with_order(order, assign::first_free_predecessor{published});
    }
    if (assignment == "chain_cover")
        return with_order(order, assign::chain_cover{});
    if (assignment == "stages")
        return with_order(order, assign::stages{});
    if (assignment == "earliest_finish")
        return with_order(order, assign::earliest_finish{.lanes = options.lanes});
    return {};
}

} // namespace

std::span<const named_policy> named_policies() noexcept { return policies; }
std::span<const std::string_view> assignment_names() noexcept { return assignments; }
std::span<const std::string_view> order_names() noexcept { return orders; }

policy make_policy(std::string_view name, const policy_options& options) {
    const auto named =
        std::find_if(policies.begin(), policies.end(), [&](const named_policy& p) { return p.name == name; });
    if (named != policies.end() && named->knows == costs::guessed) {
        return [lanes = options.lanes](const frozen_graph& g, const cost::table& known) {
            return scheduler{assign::earliest_finish{.lanes = lanes},
                             order::critical_first{}}(g, guessed_durations{known});
        };
    }
    const std::string_view pair = named != policies.end() ? named->pair : name;
    const std::size_t plus = pair.find('+');
    if (plus != std::string_view::npos) {
        if (policy made = make_pair(pair.substr(0, plus), pair.substr(plus + 1), options)) {
            return made;
        }
    }
    std::string known;
    for (const named_policy& p : policies) {
        known += (known.empty() ? "" : ", ") + std::string{p.name};
    }
    throw usage_error{"there is no policy '" + std::string{name} + "'; there are " + known +
                      ", and ASSIGNMENT+ORDER as --help lists them"};
}

} // namespace opara::run
