/// @file
/// Graphs, plans, devices, measured profiles and stored plans as JSON (component `json`).
#pragma once

#include <opara/core/json.hpp>
#include <opara/cost/json.hpp>
#include <opara/graph/json.hpp>
#include <opara/plan/json.hpp>
#include <opara/search/json.hpp>
