/// @file
/// Training on the cells of a partition: environments, agents, and what stands between them.
#pragma once

#include <opara/learning/abstract_environment.hpp>
#include <opara/learning/action.hpp>
#include <opara/learning/agent.hpp>
#include <opara/learning/environment.hpp>
#include <opara/learning/error.hpp>
#include <opara/learning/evaluate.hpp>
#include <opara/learning/refine.hpp>
#include <opara/learning/system_environment.hpp>
#include <opara/learning/train.hpp>
#include <opara/learning/vector_environment.hpp>
