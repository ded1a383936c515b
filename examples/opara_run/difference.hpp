/// @file
/// How far tensors are apart.
#pragma once

#include <opara/onnx/network.hpp>

#include <vector>

namespace opara::run {

/// The largest difference of two tensors over the largest magnitude of the second; infinite if they cannot be compared.
[[nodiscard]] double relative_difference(const onnx::tensor& a, const onnx::tensor& b);

/// The largest over several. @pre as many of the one as of the other
[[nodiscard]] double largest_difference(const std::vector<onnx::tensor>& a, const std::vector<onnx::tensor>& b);

} // namespace opara::run
