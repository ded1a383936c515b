/// @file
/// What one needs to test a policy, a cost model or a backend of one's own: random graphs and kernels, archetypes of
/// every concept, and a backend that records. Needs no test framework.
#pragma once

#include <opara/testing/archetypes.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_graph.hpp>
#include <opara/testing/random_kernels.hpp>
#include <opara/testing/recorder.hpp>
