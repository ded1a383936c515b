/// @file
/// Costs: what policies and the simulator may ask of operators, the models that answer, and the devices.
#pragma once

#include <opara/cost/classify.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/critical_path.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/estimate.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/measured.hpp>
#include <opara/cost/occupancy.hpp>
#include <opara/cost/roofline.hpp>
#include <opara/cost/table.hpp>
#include <opara/cost/uniform.hpp>
#include <opara/cost/work.hpp>
