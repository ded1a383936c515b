/// @file
/// The types of elements: ONNX's numbers and words for them, and integers of any width as 64-bit numbers.
#pragma once

#include <opara/onnx/network.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

/// Whether arithmetic on shapes may pass through elements of that type.
[[nodiscard]] constexpr bool is_integral(element type) noexcept {
    return type == element::i64 || type == element::i32 || type == element::i8 || type == element::u8 ||
           type == element::boolean;
}

/// ONNX's word for a type.
[[nodiscard]] constexpr std::string_view name_of(element type) noexcept {
    switch (type) {
    case element::f32: return "float";
    case element::f16: return "float16";
    case element::bf16: return "bfloat16";
    case element::f64: return "double";
    case element::i8: return "int8";
    case element::u8: return "uint8";
    case element::i32: return "int32";
    case element::i64: return "int64";
    case element::boolean: return "bool";
    }
    return "?";
}

/// The type that ONNX gives that number (TensorProto.DataType), if this library knows it.
[[nodiscard]] constexpr std::optional<element> element_of(std::int64_t number) noexcept {
    switch (number) {
    case 1: return element::f32;
    case 2: return element::u8;
    case 3: return element::i8;
    case 6: return element::i32;
    case 7: return element::i64;
    case 9: return element::boolean;
    case 10: return element::f16;
    case 11: return element::f64;
    case 16: return element::bf16;
    default: return std::nullopt;
    }
}

namespace detail {
template <class T>
std::vector<std::int64_t> widened(const tensor& t) {
    const std::vector<T> narrow = t.as<T>();
    return {narrow.begin(), narrow.end()};
}
template <class T>
tensor narrowed(element type, shape dims, const std::vector<std::int64_t>& wide) {
    std::vector<T> narrow;
    narrow.reserve(wide.size());
    for (const std::int64_t number : wide) {
        narrow.push_back(static_cast<T>(number));
    }
    return tensor::of<T>(type, std::move(dims), narrow);
}
} // namespace detail

/// The elements of a tensor as 64-bit numbers. @pre `is_integral(t.type)`
[[nodiscard]] inline std::vector<std::int64_t> integers_of(const tensor& t) {
    OPARA_ASSERT(is_integral(t.type));
    switch (t.type) {
    case element::i64: return t.as<std::int64_t>();
    case element::i32: return detail::widened<std::int32_t>(t);
    case element::i8: return detail::widened<std::int8_t>(t);
    default: return detail::widened<std::uint8_t>(t);
    }
}

/// The tensor of those elements. @pre `is_integral(type)`, each fits it, and there are `elements(dims)` of them
[[nodiscard]] inline tensor integral_tensor(element type, shape dims, const std::vector<std::int64_t>& numbers) {
    OPARA_ASSERT(is_integral(type));
    switch (type) {
    case element::i64: return detail::narrowed<std::int64_t>(type, std::move(dims), numbers);
    case element::i32: return detail::narrowed<std::int32_t>(type, std::move(dims), numbers);
    case element::i8: return detail::narrowed<std::int8_t>(type, std::move(dims), numbers);
    default: return detail::narrowed<std::uint8_t>(type, std::move(dims), numbers);
    }
}

/// A shape for people: "[1,3,224,224]".
[[nodiscard]] inline std::string describe(const shape& dims) {
    std::string text = "[";
    for (std::size_t i = 0; i < dims.size(); ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(dims[i]);
    }
    return text + "]";
}

} // namespace opara::inline OPARA_ABI::onnx
