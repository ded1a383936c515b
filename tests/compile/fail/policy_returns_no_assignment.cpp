// A function object that returns something else than an assignment is no policy, and the call says so.
// error: no match(ing function)? for call to
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>

struct unit_cost {};

struct one_lane {
#ifdef OPARA_TWIN
    opara::assignment operator()(const opara::frozen_graph& g, const unit_cost&) const {
        return {.lane = std::vector<opara::lane_id>(g.size()), .lanes = 1, .stage = {}};
    }
#else
    std::size_t operator()(const opara::frozen_graph&, const unit_cost&) const { return 1; }
#endif
};

int main() {
    opara::dag<int> graph;
    graph.add(1);
    const opara::scheduler schedule{one_lane{}, opara::order::topological{}};
    return schedule(graph, unit_cost{}).lanes() == 1 ? 0 : 1;
}
