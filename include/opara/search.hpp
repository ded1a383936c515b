/// @file
/// Searching for plans: portfolios, variants, local search, and the choice by measurement.
#pragma once

#include <opara/search/budget.hpp>
#include <opara/search/climb.hpp>
#include <opara/search/climb_measured.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/evaluator.hpp>
#include <opara/search/finalists.hpp>
#include <opara/search/fingerprint.hpp>
#include <opara/search/fit_memory.hpp>
#include <opara/search/improve.hpp>
#include <opara/search/improve_measured.hpp>
#include <opara/search/measured.hpp>
#include <opara/search/moves.hpp>
#include <opara/search/parts.hpp>
#include <opara/search/plan_key.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/roles.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/search/variants.hpp>
