/// @file
/// Transition systems for other model checkers: one header a format.
#pragma once

#include <opara/abstraction/export/aiger.hpp>
#include <opara/abstraction/export/aldebaran.hpp>
#include <opara/abstraction/export/coordinates.hpp>
#include <opara/abstraction/export/dot.hpp>
#include <opara/abstraction/export/drn.hpp>
#include <opara/abstraction/export/hoa.hpp>
#include <opara/abstraction/export/prism.hpp>
#include <opara/abstraction/export/promela.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/smv.hpp>
#include <opara/abstraction/export/umb.hpp>
