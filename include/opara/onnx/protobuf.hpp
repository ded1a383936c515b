/// @file
/// ONNX's protobuf messages become this library's plain data: tensors, attributes, types. Includes ONNX's header.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/file.hpp>
#include <opara/onnx/inference.hpp>
#include <opara/onnx/network.hpp>

#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

namespace proto = ::ONNX_NAMESPACE; ///< ONNX's own namespace, which a build of ONNX may rename

namespace detail {

static_assert(std::endian::native == std::endian::little, "ONNX stores tensors in little-endian order");

// What `read` makes of the bytes of a file; a complaint about them names the file.
template <class Read>
auto read_from(const std::filesystem::path& file, Read read) {
    const std::string text = read_file(file.string());
    try {
        return read(std::as_bytes(std::span{text}));
    } catch (const parse_error& e) {
        throw parse_error{e.what(), file.string()};
    }
}

// Parses the whole of `bytes`. Sub-messages may nest 100 deep (protobuf's default), so the stack is safe.
template <class Message>
Message parse(std::span<const std::byte> bytes, const std::string& where, const char* what) {
    Message message;
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw parse_error{"more than 2 GiB, which protobuf cannot hold", where};
    }
    if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw parse_error{std::string{"truncated, corrupted or not "} + what, where};
    }
    return message;
}

// Copies numbers that protobuf keeps in a wider type. @throws parse_error  one does not fit
template <class To, class Field>
void copy_numbers(const Field& field, std::vector<std::byte>& to, const std::string& where) {
    to.resize(static_cast<std::size_t>(field.size()) * sizeof(To));
    std::byte* next = to.data();
    for (const auto number : field) {
        const To narrow = static_cast<To>(number);
        if constexpr (!std::is_floating_point_v<To>) {
            if (static_cast<std::int64_t>(narrow) != static_cast<std::int64_t>(number)) {
                throw parse_error{"an element does not fit the tensor's type", where};
            }
        }
        std::memcpy(next, &narrow, sizeof(To));
        next += sizeof(To);
    }
}

inline element type_of(std::int32_t number, const std::string& where) {
    const auto type = element_of(number);
    if (!type) {
        throw parse_error{"elements of type " + std::to_string(number) + " are not supported", where};
    }
    return *type;
}

// The tensor, whose memory is at most that of the message: nothing is allocated on the word of its shape.
inline tensor tensor_of(const proto::TensorProto& t, const std::string& where) {
    if (t.data_location() == proto::TensorProto::EXTERNAL || t.external_data_size() != 0) {
        throw parse_error{"its elements lie in another file, which is not supported", where};
    }
    if (t.has_segment()) {
        throw parse_error{"a tensor in segments is not supported", where};
    }
    tensor result{type_of(t.data_type(), where), {t.dims().begin(), t.dims().end()}, {}};
    check_extents(result.dims, where);
    const int lists = (t.float_data_size() != 0) + (t.int32_data_size() != 0) + (t.int64_data_size() != 0) +
                      (t.double_data_size() != 0) + (t.uint64_data_size() != 0) + (t.string_data_size() != 0);
    if (lists + (t.has_raw_data() && !t.raw_data().empty() ? 1 : 0) > 1) {
        throw parse_error{"its elements are given in two ways", where};
    }
    if (lists == 0) {
        const auto* raw = reinterpret_cast<const std::byte*>(t.raw_data().data());
        result.bytes.assign(raw, raw + t.raw_data().size());
    } else {
        switch (result.type) {
        case element::f32: copy_numbers<float>(t.float_data(), result.bytes, where); break;
        case element::f64: copy_numbers<double>(t.double_data(), result.bytes, where); break;
        case element::i64: copy_numbers<std::int64_t>(t.int64_data(), result.bytes, where); break;
        case element::i32: copy_numbers<std::int32_t>(t.int32_data(), result.bytes, where); break;
        case element::i8: copy_numbers<std::int8_t>(t.int32_data(), result.bytes, where); break;
        case element::u8:
        case element::boolean: copy_numbers<std::uint8_t>(t.int32_data(), result.bytes, where); break;
        case element::f16:
        case element::bf16: copy_numbers<std::uint16_t>(t.int32_data(), result.bytes, where); break;
        }
    }
    const auto wanted = static_cast<std::size_t>(elements(result.dims)) * size_of(result.type);
    if (result.bytes.size() != wanted) {
        throw parse_error{"it has " + std::to_string(result.bytes.size()) + " bytes of elements where its shape " +
                              describe(result.dims) + " wants " + std::to_string(wanted),
                          where};
    }
    return result;
}

// @throws parse_error  it is NaN, or of a kind that no supported operator has
inline attribute attribute_of(const proto::AttributeProto& a, const std::string& where) {
    const auto refuse = [&](const char* why) { throw parse_error{"attribute '" + a.name() + "' " + why, where}; };
    const auto number = [&](float f) {
        if (std::isnan(f) && !a.name().starts_with("value")) { // a Constant may be NaN, a parameter may not
            refuse("is not a number");
        }
        return static_cast<double>(f);
    };
    if (!a.ref_attr_name().empty()) {
        refuse("refers to an attribute of a function, which is not supported");
    }
    switch (a.type()) {
    case proto::AttributeProto::FLOAT: return {a.name(), number(a.f())};
    case proto::AttributeProto::INT: return {a.name(), static_cast<std::int64_t>(a.i())};
    case proto::AttributeProto::STRING: return {a.name(), a.s()};
    case proto::AttributeProto::INTS: return {a.name(), std::vector<std::int64_t>(a.ints().begin(), a.ints().end())};
    case proto::AttributeProto::TENSOR: return {a.name(), tensor_of(a.t(), where + ", attribute '" + a.name() + "'")};
    case proto::AttributeProto::FLOATS: {
        std::vector<double> list;
        for (const float f : a.floats()) {
            list.push_back(number(f));
        }
        return {a.name(), std::move(list)};
    }
    default: refuse("is of a kind that is not supported");
    }
    return {};
}

} // namespace detail

/// Reads a TensorProto, the form in which ONNX stores test data.
/// @throws parse_error  truncated or corrupted, of an unsupported type, without its elements
[[nodiscard]] inline tensor read_tensor(std::span<const std::byte> bytes) {
    return detail::tensor_of(detail::parse<proto::TensorProto>(bytes, "tensor", "an ONNX tensor"), "tensor");
}

/// Reads a file with a TensorProto.
/// @throws error  the file cannot be read
/// @throws parse_error  as the other, naming the file
[[nodiscard]] inline tensor read_tensor(const std::filesystem::path& file) {
    return detail::read_from(file, [](std::span<const std::byte> bytes) { return read_tensor(bytes); });
}

} // namespace opara::inline OPARA_ABI::onnx
