/// @file
/// Rows that are normalised one by one.
#pragma once

#include <examples/engine/cuda/context.hpp>

namespace opara::engine::gpu {

/// The launch that normalises rows: a warp a row where they are short and lie so, else a block.
[[nodiscard]] step normalise_rows(const context& c, const row_arguments& a);

} // namespace opara::engine::gpu
