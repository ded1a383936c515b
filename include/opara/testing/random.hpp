/// @file
/// Pseudo-random numbers for tests: those of `core/random.hpp`.
#pragma once

#include <opara/core/random.hpp>

namespace opara::inline OPARA_ABI::testing {

using opara::random_source; ///< a test that failed with seed 7 must fail with seed 7 everywhere

} // namespace opara::inline OPARA_ABI::testing
