#include <examples/engine/cuda/context.hpp>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/weights.hpp>
#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <limits>

namespace opara::engine::gpu {

const registration* find_operator(std::string_view domain, std::string_view type) noexcept {
    for (const auto family : {elementwise_operators, movement_operators, product_operators, row_operators,
                              window_operators, indexing_operators}) {
        for (const registration& entry : family()) {
            if (entry.domain == domain && entry.type == type) {
                return &entry;
            }
        }
    }
    return nullptr;
}

std::int32_t narrow(std::int64_t x) {
    if (x < std::numeric_limits<std::int32_t>::min() || x > std::numeric_limits<std::int32_t>::max()) {
        throw error{"a number is too large for the device kernels, which count in 32 bits"};
    }
    return static_cast<std::int32_t>(x);
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

bool context::in_is_plain(std::size_t i) const {
    static_cast<void>(input(i));
    return values_[node().inputs[i].index()].is_plain;
}

const std::byte* context::in(std::size_t i) {
    const onnx::value& value = input(i);
    storage& s = values_[node().inputs[i].index()];
    if (s.bytes == nullptr) { // a weight, wanted for the first time
        onnx::tensor t = materialize(value);
        if (value.type == onnx::element::f32) {
            t.bytes = to_reals(real_, t.bytes);
        }
        memories_.constants.emplace_back(t.bytes.data(), t.bytes.size());
        s.bytes = memories_.constants.back().get();
    }
    return s.bytes;
}

std::byte* context::out(std::size_t i) const {
    static_cast<void>(output(i));
    return values_[node().outputs[i].index()].bytes;
}

const std::byte* context::in_plain(std::size_t i) {
    if (in_is_plain(i)) {
        return in(i);
    }
    const onnx::value& value = input(i);
    std::byte* const copy = scratch(static_cast<std::size_t>(onnx::elements(value.dims)) * size_of(value));
    const walk w = walk_over(value.dims, {plain_strides(value.dims), in_strides(i)});
    copy_arguments<1> a{};
    a.parts = 1;
    a.part[0] = {w.over, w.at(0, copy), w.at(1, in(i)), 0};
    const auto size = static_cast<unsigned>(size_of(value));
    first({existing(copy_kernel(size, 1), value), blocks_for(w.over.count), block_threads, a});
    return copy;
}

std::optional<std::int64_t> pitch_of_rows(const onnx::shape& dims, const strides& steps, number real) {
    const std::int64_t count = onnx::elements(dims);
    if (dims.empty() || count == 0) {
        return std::nullopt;
    }
    const auto seen = reshaped(dims, steps, {count / dims.back(), dims.back()});
    const bool fits = seen && (*seen)[1] == 1 && (*seen)[0] % static_cast<std::int64_t>(16 / size_of_real(real)) == 0;
    return fits ? std::optional{(*seen)[0]} : std::nullopt;
}

dense_rows context::rows(std::size_t i) {
    expect_input(i, onnx::element::f32);
    const std::optional<std::int64_t> pitch = pitch_of_rows(in_dims(i), in_strides(i), real_);
    if (pitch && reinterpret_cast<std::uintptr_t>(in(i)) % 16 == 0) {
        return {in(i), *pitch};
    }
    return {reals(i), in_dims(i).back()};
}

namespace {

image image_of(const context& c, const onnx::shape& dims, const strides& steps, std::byte* elements) {
    c.expect(dims.size() == 3 || dims.size() == 4, "there are only kernels for one or two spatial axes");
    const bool flat = dims.size() == 3;
    return {elements, narrow(steps[0]), narrow(steps[1]), flat ? 0 : narrow(steps[2]), narrow(steps[flat ? 2 : 3])};
}

} // namespace

image context::in_image(std::size_t i) {
    expect_input(i, onnx::element::f32);
    // Sources are only read; one structure serves both.
    return image_of(*this, in_dims(i), in_strides(i), const_cast<std::byte*>(in(i)));
}

image context::out_image(std::size_t i) const {
    expect_output(i, onnx::element::f32);
    return image_of(*this, out_dims(i), out_strides(i), out(i));
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
        const std::vector<std::int32_t> narrow_ones = t->as<std::int32_t>();
        return {narrow_ones.begin(), narrow_ones.end()};
    }
    refuse("the integers of input " + std::to_string(i) + " ('" + value.name + "') are not known before it runs");
}

std::byte* context::scratch(std::size_t bytes, bool zero) {
    auto& list = zero ? memories_.constants : memories_.scratch;
    list.emplace_back(bytes);
    if (zero) {
        cuda::check(cudaMemset(list.back().get(), 0, std::max<std::size_t>(bytes, 1)), "cudaMemset");
    }
    return list.back().get();
}

walk context::walk_over(const onnx::shape& extents, const std::vector<strides>& steps) const {
    struct axis {
        std::int64_t extent = 1;
        std::vector<std::int64_t> step;
    };
    std::vector<axis> axes;
    for (std::size_t k = 0; k < extents.size(); ++k) {
        if (extents[k] != 1) {
            axis a{extents[k], {}};
            for (const strides& s : steps) {
                a.step.push_back(s[k]);
            }
            axes.push_back(std::move(a));
        }
    }
    std::stable_sort(axes.begin(), axes.end(), [](const axis& a, const axis& b) { return a.step[0] > b.step[0]; });
    std::vector<axis> merged;
    for (axis& a : axes) {
        const auto even = [&] {
            for (std::size_t t = 0; t < steps.size(); ++t) {
                if (merged.back().step[t] != a.step[t] * a.extent) {
                    return false;
                }
            }
            return true;
        };
        if (!merged.empty() && even()) {
            a.extent *= merged.back().extent;
            merged.back() = std::move(a);
        } else {
            merged.push_back(std::move(a));
        }
    }
    expect(merged.size() <= static_cast<std::size_t>(most_axes), "a tensor has too many axes that cannot be merged");
    walk w;
    w.over.count = static_cast<std::uint32_t>(narrow(onnx::elements(extents)));
    w.over.axes = static_cast<std::int32_t>(merged.size());
    w.steps.resize(steps.size());
    for (std::size_t k = 0; k < merged.size(); ++k) {
        w.over.extent[k] = static_cast<std::uint32_t>(narrow(merged[k].extent));
        for (std::size_t t = 0; t < steps.size(); ++t) {
            w.steps[t][k] = narrow(merged[k].step[t]);
        }
    }
    return w;
}

std::vector<std::int64_t> context::list(std::string_view name, std::size_t count, std::int64_t otherwise) const {
    auto result = node().attribute_or<std::vector<std::int64_t>>(name, std::vector<std::int64_t>(count, otherwise));
    expect(result.size() == count, "attribute '" + std::string{name} + "' has " + std::to_string(result.size()) +
                                       " numbers instead of " + std::to_string(count));
    return result;
}

std::size_t context::axis(std::int64_t given, std::size_t rank) const {
    const auto axes = static_cast<std::int64_t>(rank);
    expect(-axes <= given && given < axes,
           "axis " + std::to_string(given) + " of a tensor with " + std::to_string(rank) + " axes");
    return static_cast<std::size_t>(given < 0 ? given + axes : given);
}

finish context::activation_of() const {
    const std::string name = text("activation", "");
    if (name.empty()) {
        return {};
    }
    if (name == "Relu") {
        return {activation::relu, 0.0F, 0.0F};
    }
    if (name == "LeakyRelu") {
        return {activation::leaky_relu, real("alpha", 0.01), 0.0F};
    }
    if (name == "Sigmoid") {
        return {activation::sigmoid, 0.0F, 0.0F};
    }
    if (name == "Tanh") {
        return {activation::tanh, 0.0F, 0.0F};
    }
    if (name == "Gelu") {
        return {text("approximate", "none") == "tanh" ? activation::gelu_tanh : activation::gelu, 0.0F, 0.0F};
    }
    if (name == "Clip") {
        return {activation::clip, real("min", static_cast<double>(std::numeric_limits<float>::lowest())),
                real("max", static_cast<double>(std::numeric_limits<float>::max()))};
    }
    refuse("there is no kernel with activation '" + name + "'");
}

number context::number_of(const onnx::value& v) const {
    switch (v.type) {
    case onnx::element::f32: return real_;
    case onnx::element::f64: return number::f64;
    case onnx::element::i8: return number::i8;
    case onnx::element::u8: return number::u8;
    case onnx::element::i32: return number::i32;
    case onnx::element::i64: return number::i64;
    case onnx::element::boolean: return number::boolean;
    default: refuse("there is no kernel for elements of type " + std::string{onnx::name_of(v.type)});
    }
}

const void* context::existing(const void* kernel, const onnx::value& of) const {
    if (kernel == nullptr) {
        refuse("there is no kernel for elements of type " + std::string{onnx::name_of(of.type)});
    }
    return kernel;
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

void context::refuse(std::string_view reason) const {
    throw operator_error{onnx::describe(node()) + ": " + std::string{reason}, op_};
}

} // namespace opara::engine::gpu
