/// @file
/// Graphs, plans, devices and measured profiles as JSON (component `json`).
#pragma once

#include <opara/core/json.hpp>
#include <opara/cost/json.hpp>
#include <opara/graph/json.hpp>
#include <opara/plan/json.hpp>
