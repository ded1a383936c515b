/// @file
/// The networks of the zoo, one function each. Not for users: they call `build`.
#pragma once

#include <examples/zoo/zoo.hpp>

namespace opara::zoo {

/// Szegedy et al., "Going deeper with convolutions", CVPR 2015, with batch normalisation, as torchvision has it.
[[nodiscard]] onnx::network googlenet(const options& how);
/// Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016.
[[nodiscard]] onnx::network inception_v3(const options& how);
/// Zoph et al., "Learning transferable architectures for scalable image recognition", CVPR 2018: NASNet-A (6 @ 4032).
[[nodiscard]] onnx::network nasnet_large(const options& how);
/// Guo et al., "DeepFM: a factorization-machine based neural network for CTR prediction", IJCAI 2017, on Criteo's
/// fields.
[[nodiscard]] onnx::network deepfm(const options& how);
/// Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", NAACL 2019.
[[nodiscard]] onnx::network bert_base(const options& how);
/// Raffel et al., "Exploring the limits of transfer learning with a unified text-to-text transformer", JMLR 21, 2020.
[[nodiscard]] onnx::network t5_small(const options& how);

/// T5's bucket of every pair of a query position and a key position, row-major.
/// @param encoder  whether keys behind the query count too
enum class reading : std::uint8_t { both_ways, backwards };
[[nodiscard]] std::vector<std::int64_t> relative_buckets(std::int64_t queries, std::int64_t keys, reading direction);

} // namespace opara::zoo
