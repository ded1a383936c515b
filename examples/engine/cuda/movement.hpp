/// @file
/// Which part of a tensor a Split or a Slice yields.
#pragma once

#include <examples/engine/cuda/context.hpp>

#include <cstdint>
#include <vector>

namespace opara::engine::gpu {

/// Elements of a tensor that are a tensor themselves.
struct section {
    std::int64_t offset; ///< of the first one, in elements of the whole
    strides steps;       ///< between them
};

/// Whether an operator is a Split or a Slice.
[[nodiscard]] bool is_cut(const onnx::node& node) noexcept;

/// What the outputs of a Split or a Slice are of its first input, as that lies. @pre `is_cut(c.node())`
/// @throws operator_error  sizes, or where it begins or ends, are not known before it runs
[[nodiscard]] std::vector<section> sections_of(const context& c);

} // namespace opara::engine::gpu
