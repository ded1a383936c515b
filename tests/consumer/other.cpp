#include <opara/opara.hpp>

#ifdef COMPONENT_HEADER
#    include COMPONENT_HEADER
#endif

std::size_t operators_of_other_unit();

std::size_t operators_of_other_unit() {
    opara::dag<int> graph;
    graph.add(1);
    graph.add(2);
    return opara::freeze(graph).size();
}
