/// @file
/// Medians of measured times: those of `core/statistics.hpp` under the names of this folder.
#pragma once

#include <opara/core/statistics.hpp>

namespace opara::inline OPARA_ABI::cuda {

using estimate = median_estimate; ///< of times in microseconds
using opara::median_of;
using opara::paired_ratio;

} // namespace opara::inline OPARA_ABI::cuda
