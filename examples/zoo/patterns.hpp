/// @file
/// Groups of operators that stand for one. Details of `fuse`.
#pragma once

#include <examples/zoo/rewrite.hpp>

namespace opara::zoo {

/// Replaces x / sqrt(mean(x^2) + epsilon) * scale, over the last axis, where `op` is its multiplication by the scale.
void replace_rms_normalisation(rewrite& r, op_id op);

/// Replaces softmax(q k^T * scale + bias) v where `op` is its softmax.
void replace_attention(rewrite& r, op_id op);

} // namespace opara::zoo
