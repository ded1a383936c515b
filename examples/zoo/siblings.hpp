/// @file
/// Products that read the same value as one product. A detail of `fuse`.
#pragma once

#include <opara/onnx/network.hpp>

namespace opara::zoo {

/// The same network with one product in place of several siblings, where their weights and biases are stacked, and a
/// Split that yields what they yielded. Siblings are `opara.Linear`, or convolutions of one group, that read the same
/// value and differ in nothing but weights (of equal windows), biases and names, and have no residual. Each has to
/// yield a multiple of 8 channels, so that slices begin where engines read 16 bytes at once, in half precision, too.
/// Convolutions whose results a Concat joins stay alone: engines let them write there.
///
/// Nothing waits for more than before, because siblings can begin at the same time.
/// Complexity: O(operators^2) at most, O(operators + edges) where few operators read the same value.
[[nodiscard]] onnx::network merge_siblings(const onnx::network& net);

} // namespace opara::zoo
