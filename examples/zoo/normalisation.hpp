/// @file
/// Batch normalisations as factors and summands of the channels. Details of `fuse`.
#pragma once

#include <examples/zoo/rewrite.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace opara::zoo {

/// What a batch normalisation does to the numbers of each channel: x * factor + summand.
struct channel_map {
    std::vector<double> factors;  ///< scale / sqrt(variance + epsilon)
    std::vector<double> summands; ///< shift - mean * factor
};

/// The map of an operator, or nothing: it is no BatchNormalization, or its statistics are no weights of f32.
[[nodiscard]] std::optional<channel_map> channel_map_of(const rewrite& r, op_id op);

/// The bias and weights of a product with a map of its channels folded in.
struct folded {
    onnx::weight weights;      ///< of the same shape as before; a rule stays a rule
    std::vector<float> biases; ///< a number for each channel that the product yields
};

/// Folds the channels from `first` on into a product, as many as it yields.
/// @param n  inputs: x, weights [channels, ...], bias or `no_value`
/// @return nothing where weights or bias are not known, or a factor is not finite
[[nodiscard]] std::optional<folded> fold(const rewrite& r, const onnx::node& n, const channel_map& map,
                                         std::size_t first);

/// Makes the folded weights those of the node. @param name  for the weights
void apply(rewrite& r, onnx::node& n, folded f, const std::string& name);

/// Folds the normalisation `op` of a Concat into the convolutions that yield what is concatenated, if each of them is
/// read by the Concat alone: channels are normalised one by one, so it does not matter when they meet.
void fold_through_concat(rewrite& r, op_id op);

} // namespace opara::zoo
