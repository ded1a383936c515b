/// @file
/// Operator scheduling in one include: graphs, costs, policies, plans and the simulator. What needs more than the
/// standard library has umbrellas of its own: json.hpp, host.hpp, onnx.hpp, testing.hpp. So has search.hpp.
#pragma once

#include <opara/assign.hpp>
#include <opara/cost.hpp>
#include <opara/graph.hpp>
#include <opara/order.hpp>
#include <opara/plan.hpp>
#include <opara/sim.hpp>
#include <opara/version.hpp>
