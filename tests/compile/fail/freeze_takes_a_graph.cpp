// What is no graph is refused at the call, and not by an error from inside the library.
// error: no matching function for call to .*freeze
#include <opara/graph/dag.hpp>
#include <opara/graph/freeze.hpp>

#include <vector>

int main() {
#ifdef OPARA_TWIN
    const opara::dag<int> graph;
#else
    const std::vector<int> graph;
#endif
    return opara::freeze(graph).size() == 0 ? 0 : 1;
}
