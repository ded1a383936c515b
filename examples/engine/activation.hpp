/// @file
/// What the fused operators of domain "opara" apply to their results.
#pragma once

#include <examples/engine/kernel.hpp>

#include <limits>
#include <string>

namespace opara::engine {

/// Appends the operator's attribute `activation`, if it has one, to what a primitive does to its result.
/// @throws operator_error  there is no such activation
inline void append_activation(const context& c, dnnl::post_ops& after) {
    const std::string name = c.text("activation", "");
    const auto append = [&](dnnl::algorithm algorithm, double alpha = 0.0, double beta = 0.0) {
        after.append_eltwise(1.0F, algorithm, static_cast<float>(alpha), static_cast<float>(beta));
    };
    if (name == "Relu") {
        append(dnnl::algorithm::eltwise_relu);
    } else if (name == "LeakyRelu") {
        append(dnnl::algorithm::eltwise_relu, c.number("alpha", 0.01));
    } else if (name == "Sigmoid") {
        append(dnnl::algorithm::eltwise_logistic);
    } else if (name == "Tanh") {
        append(dnnl::algorithm::eltwise_tanh);
    } else if (name == "Gelu") {
        append(c.text("approximate", "none") == "tanh" ? dnnl::algorithm::eltwise_gelu_tanh
                                                       : dnnl::algorithm::eltwise_gelu_erf);
    } else if (name == "Clip") {
        append(dnnl::algorithm::eltwise_clip, c.number("min", std::numeric_limits<float>::lowest()),
               c.number("max", std::numeric_limits<float>::max()));
    } else {
        c.expect(name.empty(), "there is no kernel with activation '" + name + "'");
    }
}

} // namespace opara::engine
