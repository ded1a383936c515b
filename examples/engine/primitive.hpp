/// @file
/// A oneDNN primitive with its arguments bound.
#pragma once

#include <examples/engine/layout.hpp>

#include <oneapi/dnnl/dnnl.hpp>

#include <utility>
#include <vector>

namespace opara::engine {

/// Attributes that every primitive of the engine is made with: its scratch memory is ours.
[[nodiscard]] inline dnnl::primitive_attr private_scratch() {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attributes;
}

/// Description of a float tensor with the given strides. A scalar is described as one element.
[[nodiscard]] inline dnnl::memory::desc describe(const onnx::shape& dims, const strides& steps) {
    if (dims.empty()) {
        return {dnnl::memory::dims{1}, dnnl::memory::data_type::f32, dnnl::memory::dims{1}};
    }
    return {dims, dnnl::memory::data_type::f32, steps};
}

/// Description of a row-major float tensor.
[[nodiscard]] inline dnnl::memory::desc describe(const onnx::shape& dims) {
    return describe(dims, plain_strides(dims));
}

/// Description that lets oneDNN choose how a float tensor lies.
[[nodiscard]] inline dnnl::memory::desc describe_any(const onnx::shape& dims) {
    return {dims, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any};
}

/// A primitive, its arguments, its scratch memory and its stream: everything that a call needs, owned by one operator,
/// so that calls of different operators share nothing.
class primitive_call {
public:
    /// @param description  of the primitive, made with `private_scratch`
    /// @param arguments  kind (DNNL_ARG_...) and memory
    template <class PrimitiveDescription>
    primitive_call(const dnnl::engine& engine, const PrimitiveDescription& description,
                   std::vector<std::pair<int, dnnl::memory>> arguments)
        : primitive_{description.get()}, stream_{engine}, memories_{std::move(arguments)} {
        memories_.emplace_back(DNNL_ARG_SCRATCHPAD, dnnl::memory{description.scratchpad_desc(), engine});
        arguments_.reserve(memories_.size());
        for (const auto& [kind, memory] : memories_) {
            arguments_.push_back({kind, memory.get()});
        }
    }

    /// Computes. @throws dnnl::error
    void operator()() const {
        dnnl::error::wrap_c_api(dnnl_primitive_execute(primitive_.get(), stream_.get(),
                                                       static_cast<int>(arguments_.size()), arguments_.data()),
                                "oneDNN could not execute a primitive");
    }

private:
    dnnl::primitive primitive_;
    dnnl::stream stream_;
    std::vector<std::pair<int, dnnl::memory>> memories_; // owns what arguments_ points at
    std::vector<dnnl_exec_arg_t> arguments_;
};

/// A call that copies from one layout to another.
[[nodiscard]] inline primitive_call reorder_call(const dnnl::engine& engine, const dnnl::memory& from,
                                                 const dnnl::memory& to) {
    const dnnl::reorder::primitive_desc description{engine, from.get_desc(), engine, to.get_desc(), private_scratch()};
    return {engine, description, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}};
}

/// A copy of a memory in another layout, made now; the memory itself where it lies so already.
[[nodiscard]] inline dnnl::memory reordered(const dnnl::engine& engine, const dnnl::memory& from,
                                            const dnnl::memory::desc& wanted) {
    if (from.get_desc() == wanted) {
        return from;
    }
    dnnl::memory to{wanted, engine};
    reorder_call(engine, from, to)();
    return to;
}

} // namespace opara::engine
