/// @file
/// Products that read the same value as one product. A detail of `fuse`.
#pragma once

#include <examples/zoo/fuse.hpp>
#include <opara/onnx/network.hpp>

namespace opara::zoo {

/// The same network with one product in place of several siblings, in which their weights and biases are stacked, and a
/// Split that yields what they yielded. Siblings are `opara.Linear`, or convolutions of one group, that read the same
/// value and differ in nothing but weights (of equal windows), biases and names, and have no residual. Each has to
/// yield a multiple of 8 channels, so that slices begin where engines read 16 bytes at once, in half precision, too.
/// Of convolutions whose results a Concat joins, which engines let write there, only one that it takes first can join
/// them; it is the last of the slices. So the slices before it and what is joined can lie one behind the other, and
/// share it.
///
/// Siblings can begin at the same time, so nothing waits for more operators than before, only for larger ones.
/// @param which  linear layers only, or convolutions, too
/// Complexity: O(operators^2) at most, O(operators + edges) where few operators read the same value.
[[nodiscard]] onnx::network merge_siblings(const onnx::network& net, siblings which);

} // namespace opara::zoo
