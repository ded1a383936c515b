/// @file
/// Fewer, larger operators with the same results: what an engine's graph compiler does before anything is scheduled.
#pragma once

#include <opara/onnx/network.hpp>

#include <cstdint>

namespace opara::zoo {

/// When an addition joins the convolution or matrix product that yields one of its terms.
enum class residuals : std::uint8_t {
    /// Where the other term takes fewer operators to compute than what the product waits for: there the product would
    /// run last anyway, and no path of the network gets longer.
    when_ready,
    always, ///< wherever the algebra allows it, even if one branch then waits for the other
    never   ///< additions stay operators
};

/// Which products that read the same value, and do the same but for their weights, become one product and a Split.
enum class siblings : std::uint8_t {
    linear_layers, ///< those without a window: queries, keys and values of attention
    all, ///< convolutions, too: fewer kernels, which plans of one lane or few are quicker with, but each branch of
         ///< a block then waits for the beginnings of all, which plans of many lanes are slower with
    none
};

/// Which normalisations of rows become part of the products beside them.
enum class row_normalisations : std::uint8_t {
    root_mean_squares, ///< RMSNormalization that only products read
    all,               ///< LayerNormalization, too, and where products add the normalised rows to their results
    none
};

/// What `fuse` may do.
struct fusion {
    residuals residual = residuals::when_ready; ///< which additions it takes in
    siblings merged = siblings::linear_layers;  ///< which products it merges
    /// which normalisations it puts into products
    row_normalisations normalised = row_normalisations::root_mean_squares;

    friend bool operator==(const fusion&, const fusion&) = default;
};

/// The same function as a network of fewer operators. Works on any network, not only the zoo's. What it knows:
///
/// - Conv, then any of BatchNormalization, Add (or Sum) of a tensor of the same shape, activation: one
/// `opara.FusedConv`;
/// - BatchNormalization of a Concat of convolutions: folded into each of them;
/// - Gemm (of a transposed weight) or `opara.Linear`, then any of Add and activation: one `opara.Linear`;
/// - the six operators of a root-mean-square normalisation: one RMSNormalization; and where only `opara.Linear` read
/// it, part of each of them; the same with LayerNormalization, and where some of them add it, if that is wanted;
/// - MatMul with transposed keys, scale, Add, Softmax, MatMul: one `opara.Attention`;
/// - linear layers that read the same value and do the same but for their weights, and convolutions, too, if that is
/// wanted: one of them and a Split;
/// - Dropout and Identity vanish, unless what they yield leaves the network.
///
/// An operator goes only if nobody else reads what it yields, and values that stay keep their names. Normalisations are
/// folded exactly: their factors multiply the weights, which stay rules if they were (`onnx::scaled_fill`), so that
/// folding costs as many steps as there are channels. Results differ by rounding only.
/// Complexity: O(operators + edges + channels), and a copy of the weights that are held in full.
[[nodiscard]] onnx::network fuse(const onnx::network& net, const fusion& how = {});

} // namespace opara::zoo
