/// @file
/// The simulator: a plan on a GPU that is not there, and pictures of it.
#pragma once

#include <opara/sim/by_rank.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/simulate.hpp>
#include <opara/sim/svg.hpp>
#include <opara/sim/timeline.hpp>
#include <opara/sim/trace.hpp>
