/// @file
/// Plans: made by a scheduler, validated, bounded, laid out in memory, drawn. JSON is in opara/json.hpp.
#pragma once

#include <opara/plan/bounds.hpp>
#include <opara/plan/command.hpp>
#include <opara/plan/counts.hpp>
#include <opara/plan/defect.hpp>
#include <opara/plan/dot.hpp>
#include <opara/plan/memory.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/plan/sync.hpp>
#include <opara/plan/validate.hpp>
