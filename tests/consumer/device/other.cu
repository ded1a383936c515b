#include <opara/abstraction.hpp>
#include <opara/cccl.cuh>

#include <cstddef>

using namespace opara::abstraction;

std::size_t states_on_host();
opara::cccl::cell_system build_on_device();

namespace {
const uniform_grid<2> grid{box_of<2>({-1, -1}, {1, 1}), {20, 20}};
const box_network<2> pilot{network{{layer{4, {0, -1, 0, -1}, {0}, activation::tanh}}}};
const box<2> start = box_of<2>({0.1, 0.1}, {0.2, 0.2});
} // namespace

std::size_t states_on_host() { return build(grid, enclosure<systems::b1>{}, pilot, start).graph.size(); }
opara::cccl::cell_system build_on_device() { return opara::cccl::build(grid, enclosure<systems::b1>{}, pilot, start); }
