/// @file
/// Trained controllers and partitions as JSON, both ways. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/abstraction/cells_json.hpp>
#include <opara/abstraction/controller_json.hpp>
