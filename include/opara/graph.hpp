/// @file
/// Operator graphs and their algorithms. `opara/graph/boost.hpp`, which needs Boost.Graph, is included on its own.
#pragma once

#include <opara/graph/articulation.hpp>
#include <opara/graph/chain_clocks.hpp>
#include <opara/graph/concepts.hpp>
#include <opara/graph/dag.hpp>
#include <opara/graph/freeze.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/graph/levels.hpp>
#include <opara/graph/matching.hpp>
#include <opara/graph/path_cover.hpp>
#include <opara/graph/reachability.hpp>
#include <opara/graph/reduction.hpp>
