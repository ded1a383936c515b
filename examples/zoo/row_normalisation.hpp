/// @file
/// Normalisations of rows as parts of the products beside them.
#pragma once

#include <examples/zoo/fuse.hpp>
#include <opara/onnx/network.hpp>

namespace opara::zoo {

/// Puts normalisations of the last axis into the `opara.Linear` that read them, where nothing else does: a product sees
/// its rows whole, and finds their statistics on the way. Where, if all are wanted, others add the normalised rows to
/// their results, one of the products hands them the statistics; there has to be one that no path of the network gets
/// longer by. Values that stay keep their names; the statistics have the normalised value's and ".statistics".
/// Complexity: O(operators + edges).
/// @pre some are wanted
[[nodiscard]] onnx::network normalise_in_products(const onnx::network& net, row_normalisations wanted);

} // namespace opara::zoo
