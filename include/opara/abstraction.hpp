/// @file
/// From a continuous state space to a verdict: intervals, partitions, dynamics, controllers, transition systems, CTL,
/// replayed counterexamples, proofs by refinement, reach tubes, and the same for stochastic policies.
#pragma once

#include <opara/abstraction/adaptive_tree.hpp>
#include <opara/abstraction/always_probability.hpp>
#include <opara/abstraction/blame.hpp>
#include <opara/abstraction/build.hpp>
#include <opara/abstraction/build_process.hpp>
#include <opara/abstraction/check.hpp>
#include <opara/abstraction/coarse_controller.hpp>
#include <opara/abstraction/coarse_lottery.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/coordinates.hpp>
#include <opara/abstraction/draw.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/falsify.hpp>
#include <opara/abstraction/forms.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/functions.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/mode_networks.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/piecewise_linear.hpp>
#include <opara/abstraction/product.hpp>
#include <opara/abstraction/project.hpp>
#include <opara/abstraction/prove.hpp>
#include <opara/abstraction/quadrotor.hpp>
#include <opara/abstraction/reachability.hpp>
#include <opara/abstraction/split_cells.hpp>
#include <opara/abstraction/stochastic.hpp>
#include <opara/abstraction/systems.hpp>
#include <opara/abstraction/tube.hpp>
#include <opara/abstraction/uniform_grid.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <opara/abstraction/verify.hpp>
#include <opara/abstraction/within_probability.hpp>
