/// @file
/// The six networks of the Opara paper's evaluation as operator graphs, built from their published architectures.
#pragma once

#include <opara/onnx/network.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace opara::zoo {

/// What a network is built for. Each network reads what concerns it.
struct options {
    std::int64_t batch = 1;    ///< images, sentences or clicks at once
    std::int64_t tokens = 128; ///< length of a sentence, of the encoder's where there are two (bert_base, t5_small)
    std::int64_t decoder_tokens = 64; ///< length of the decoder's sentence (t5_small)

    friend bool operator==(const options&, const options&) = default;
};

/// The names that `build` knows: googlenet, inception_v3, nasnet_large, deepfm, bert_base, t5_small.
[[nodiscard]] std::span<const std::string_view> names() noexcept;

/// A network at the granularity a framework has: convolution, normalisation, activation, dropout and views are
/// operators of their own, in the order in which the framework's forward function calls them.
///
/// Shapes are real; weights are pseudo-random by rule (`onnx::uniform_fill`), scaled so that activations neither vanish
/// nor grow, and depend on nothing but the names of the network and the weight.
/// @throws error  the name is none of `names()`, or an extent is not positive, or a sentence is longer than the network
///     has positions; the message says what is right
[[nodiscard]] onnx::network build(std::string_view name, const options& how = {});

/// One tensor for each input of a network of this zoo, in order, the same ones every time: numbers are the ramp i/n,
/// ids of tokens, rows and positions are such that every table is read within its bounds.
/// @throws error  an input of integers feeds no table, so that nobody knows its bound
[[nodiscard]] std::vector<onnx::tensor> sample_inputs(const onnx::network& net);

/// How many numbers training would learn: the floating-point weights without running statistics and masks
/// (names that end in `.running_mean`, `.running_var`, `.mask`). A weight that is used twice counts once.
[[nodiscard]] std::int64_t parameters(const onnx::network& net);

} // namespace opara::zoo
