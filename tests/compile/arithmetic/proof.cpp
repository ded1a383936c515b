// A proof, for compilers that are asked for arithmetic in which it would be none. Those that tell by a macro do not
// compile it; compiled by others, it refuses to prove anything.
// error: without -ffast-math
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <cstdio>

using namespace opara::abstraction;

int main() {
    const auto grid = uniform_grid<2>::by_width(box_of<2>({-2.5, -2.5}, {2.5, 2.5}), {0.5, 0.5});
    try {
        const cell_system built =
            build(grid, enclosure<systems::b2>{}, each_cell{[](const box<2>&) { return 0.0; }},
                  box_of<2>({0.7, 0.7}, {0.9, 0.9}), {.labels = {{"safe", box_of<2>({-2, -2}, {2, 2})}}, .threads = 1});
        return built.graph.size() > 1 ? 0 : 1;
    } catch (const opara::error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 3;
    }
}
