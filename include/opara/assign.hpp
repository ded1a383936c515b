/// @file
/// All assignment policies.
#pragma once

#include <opara/assign/by_level.hpp>
#include <opara/assign/chain_cover.hpp>
#include <opara/assign/concepts.hpp>
#include <opara/assign/earliest_finish.hpp>
#include <opara/assign/first_free_predecessor.hpp>
#include <opara/assign/longest_path.hpp>
#include <opara/assign/own_lane.hpp>
#include <opara/assign/round_robin.hpp>
#include <opara/assign/single.hpp>
#include <opara/assign/stages.hpp>
