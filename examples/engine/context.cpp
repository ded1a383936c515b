#include <examples/engine/kernel.hpp>
#include <examples/engine/strided_loop.hpp>
#include <examples/engine/weights.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace opara::engine {

buffer allocate(std::size_t bytes) {
    constexpr std::align_val_t alignment{64};
    auto* memory = static_cast<std::byte*>(::operator new(std::max<std::size_t>(bytes, 1), alignment));
    buffer result{memory, [](std::byte* p) { ::operator delete(p, alignment); }};
    std::memset(memory, 0, bytes);
    return result;
}

const registration* find_kernel(std::string_view domain, std::string_view type) noexcept {
    for (const auto family :
         {convolution_kernels, pooling_kernels, normalization_kernels, unary_kernels, binary_kernels, matmul_kernels,
          softmax_kernels, reduction_kernels, movement_kernels, indexing_kernels}) {
        for (const registration& entry : family()) {
            if (entry.domain == domain && entry.type == type) {
                return &entry;
            }
        }
    }
    return nullptr;
}

bool context::has_input(std::size_t i) const noexcept { return i < inputs() && node().inputs[i] != onnx::no_value; }

bool context::has_output(std::size_t i) const noexcept { return i < outputs() && node().outputs[i] != onnx::no_value; }

const onnx::value& context::input(std::size_t i) const {
    expect(has_input(i), "input " + std::to_string(i) + " is missing");
    return net_[node().inputs[i]];
}

const onnx::value& context::output(std::size_t i) const {
    expect(has_output(i), "output " + std::to_string(i) + " is missing");
    return net_[node().outputs[i]];
}

const strides& context::in_strides(std::size_t i) const {
    static_cast<void>(input(i));
    return values_[node().inputs[i].index()].steps;
}

const strides& context::out_strides(std::size_t i) const {
    static_cast<void>(output(i));
    return values_[node().outputs[i].index()].steps;
}

const std::byte* context::in_anyhow(std::size_t i) {
    const onnx::value& value = input(i);
    storage& s = values_[node().inputs[i].index()];
    if (s.bytes == nullptr) { // a weight, wanted for the first time
        const onnx::tensor t = materialize(value);
        s.bytes = allocate(t.bytes.size());
        std::copy(t.bytes.begin(), t.bytes.end(), s.bytes.get());
    }
    return s.bytes.get();
}

std::byte* context::out_anyhow(std::size_t i) {
    static_cast<void>(output(i));
    return values_[node().outputs[i].index()].bytes.get();
}

const std::byte* context::in_bytes(std::size_t i) {
    return values_[node().inputs[i].index()].is_plain ? in_anyhow(i) : copied(i, plain_strides(in_dims(i)));
}

// The step that fills the copy owns it; the kernel behind it, which has but the address, lives as long.
const std::byte* context::copied(std::size_t i, const strides& wanted) {
    for (const reordering& r : reordered_) {
        if (r.value == node().inputs[i] && r.steps == wanted) {
            return r.copy.get();
        }
    }
    const onnx::value& value = input(i);
    const buffer copy = allocate(static_cast<std::size_t>(value.bytes()));
    if (value.type == onnx::element::f32) {
        before_.push_back(
            [copy, call = reorder_call(engine_, in_memory(i),
                                       dnnl::memory{describe(value.dims, wanted), engine_, copy.get()})] { call(); });
    } else {
        before_.push_back(with_size(value.type, [&]<class T>(std::type_identity<T>) -> kernel {
            const strided_loop<2> loop{value.dims, {wanted, in_strides(i)}};
            return [loop, copy, source = reinterpret_cast<const T*>(in_anyhow(i))] {
                T* target = reinterpret_cast<T*>(copy.get());
                loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
                    for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                        target[at[0] + k * loop.row_step(0)] = source[at[1] + k * loop.row_step(1)];
                    }
                });
            };
        }));
    }
    reordered_.push_back({node().inputs[i], wanted, copy});
    return copy.get();
}

dnnl::memory context::in_memory(std::size_t i) {
    expect_input(i, onnx::element::f32);
    // oneDNN has no pointer to const; what is an argument of kind "source" is only read.
    return {describe(in_dims(i), in_strides(i)), engine_, const_cast<std::byte*>(in_anyhow(i))};
}

dnnl::memory context::in_memory(std::size_t i, const strides& wanted) {
    if (in_strides(i) == wanted) {
        return in_memory(i);
    }
    expect_input(i, onnx::element::f32);
    return {describe(in_dims(i), wanted), engine_, const_cast<std::byte*>(copied(i, wanted))};
}

dnnl::memory context::out_memory(std::size_t i) {
    expect_output(i, onnx::element::f32);
    return {describe(out_dims(i), out_strides(i)), engine_, out_anyhow(i)};
}

dnnl::memory context::parameter(std::size_t i, const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted) {
    expect_input(i, onnx::element::f32);
    if (plain == wanted || !input(i).is_weight()) {
        const dnnl::memory row_major{plain, engine_, const_cast<std::byte*>(in_bytes(i))};
        if (plain == wanted) {
            return row_major;
        }
        dnnl::memory copy{wanted, engine_};
        before_.emplace_back(reorder_call(engine_, row_major, copy));
        return copy;
    }
    onnx::tensor t = materialize(input(i));
    return reordered(engine_, dnnl::memory{plain, engine_, t.bytes.data()}, wanted);
}

std::optional<onnx::tensor> context::weight(std::size_t i) const {
    const onnx::value& value = input(i);
    return value.is_weight() ? std::optional{materialize(value)} : std::nullopt;
}

std::vector<std::int64_t> context::integers(std::size_t i) const {
    const onnx::value& value = input(i);
    if (value.known) {
        return *value.known;
    }
    const std::optional<onnx::tensor> t = weight(i);
    if (t && t->type == onnx::element::i64) {
        return t->as<std::int64_t>();
    }
    if (t && t->type == onnx::element::i32) {
        const std::vector<std::int32_t> narrow = t->as<std::int32_t>();
        return {narrow.begin(), narrow.end()};
    }
    refuse("the integers of input " + std::to_string(i) + " ('" + value.name + "') are not known before it runs");
}

std::vector<std::int64_t> context::list(std::string_view name, std::size_t count, std::int64_t otherwise) const {
    auto result = node().attribute_or<std::vector<std::int64_t>>(name, std::vector<std::int64_t>(count, otherwise));
    expect(result.size() == count, "attribute '" + std::string{name} + "' has " + std::to_string(result.size()) +
                                       " numbers instead of " + std::to_string(count));
    return result;
}

std::size_t context::axis(std::string_view name, std::int64_t otherwise, std::size_t rank) const {
    return axis(integer(name, otherwise), rank);
}

std::size_t context::axis(std::int64_t given, std::size_t rank) const {
    const auto axes = static_cast<std::int64_t>(rank);
    expect(-axes <= given && given < axes,
           "axis " + std::to_string(given) + " of a tensor with " + std::to_string(rank) + " axes");
    return static_cast<std::size_t>(given < 0 ? given + axes : given);
}

void context::expect_input(std::size_t i, onnx::element type) const {
    const onnx::value& value = input(i);
    expect(value.type == type, "input " + std::to_string(i) + " ('" + value.name + "') is " +
                                   std::string{onnx::name_of(value.type)} + ", the kernel takes " +
                                   std::string{onnx::name_of(type)});
}

void context::expect_output(std::size_t i, onnx::element type) const {
    const onnx::value& value = output(i);
    expect(value.type == type, "output " + std::to_string(i) + " ('" + value.name + "') is " +
                                   std::string{onnx::name_of(value.type)} + ", the kernel yields " +
                                   std::string{onnx::name_of(type)});
}

void context::refuse(std::string_view reason) const { throw operator_error{who() + ": " + std::string{reason}, op_}; }

std::string context::who() const { return onnx::describe(node()); }

} // namespace opara::engine
