/// @file
/// Rows that are normalised one by one, and those of attention.
#pragma once

#include <examples/engine/cuda/context.hpp>

#include <cstdint>

namespace opara::engine::gpu {

/// The launch that normalises rows: a warp a row where they are short and lie so, else a block.
[[nodiscard]] step normalise_rows(const context& c, const row_arguments& a);

/// Whether attention over queries so wide and values of so many columns reads rows where they lie, with these steps,
/// if they begin at a multiple of 16 bytes. What it does not is brought together first.
[[nodiscard]] bool attention_reads(number real, std::int64_t width, std::int64_t columns, const strides& steps);

} // namespace opara::engine::gpu
