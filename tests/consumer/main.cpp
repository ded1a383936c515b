// The program of every consumer: two translation units that include the whole library.
#include <opara/opara.hpp>

#ifdef COMPONENT_HEADER
#    include COMPONENT_HEADER
#endif

std::size_t operators_of_other_unit();

int main() {
    opara::dag<int> graph;
    const auto first = graph.add(1);
    const auto second = graph.add(2);
    graph.connect(first, second);
    return opara::freeze(graph).size() == operators_of_other_unit() ? 0 : 1;
}
