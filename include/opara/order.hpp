/// @file
/// All order policies.
#pragma once

#include <opara/order/alternating.hpp>
#include <opara/order/concepts.hpp>
#include <opara/order/critical_first.hpp>
#include <opara/order/depth_first.hpp>
#include <opara/order/fixed.hpp>
#include <opara/order/ready_list.hpp>
#include <opara/order/smallest_demand.hpp>
#include <opara/order/topological.hpp>
