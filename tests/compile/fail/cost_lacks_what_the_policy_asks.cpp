// A cost model that does not know what a policy asks for is refused where the graph is planned.
// error: no match(ing function)? for call to
#include <opara/assign/single.hpp>
#include <opara/order/critical_first.hpp>
#include <opara/plan/scheduler.hpp>

struct cost {
#ifdef OPARA_TWIN
    double duration_us(opara::op_id) const { return 1.0; }
#endif
};

int main() {
    opara::dag<int> graph;
    graph.add(1);
    const opara::scheduler schedule{opara::assign::single{}, opara::order::critical_first{}};
    return schedule(graph, cost{}).lanes() == 1 ? 0 : 1;
}
