/// @file
/// What a kernel is, what it is made from, and the table that says which operator has which.
#pragma once

#include <examples/engine/layout.hpp>
#include <examples/engine/primitive.hpp>
#include <opara/onnx/inference.hpp>
#include <opara/onnx/network.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace opara::engine {

/// Executes one operator on the buffers that it was prepared for.
using kernel = std::function<void()>;

/// Memory for a tensor, aligned for vector instructions. Shared, because a kernel is a copyable closure.
using buffer = std::shared_ptr<std::byte[]>;

/// A buffer of that many bytes, all zero.
[[nodiscard]] buffer allocate(std::size_t bytes);

/// The element type that a C++ type stands for.
template <class T>
inline constexpr onnx::element element_of = onnx::element::f32;
template <>
inline constexpr onnx::element element_of<double> = onnx::element::f64;
template <>
inline constexpr onnx::element element_of<std::int8_t> = onnx::element::i8;
template <>
inline constexpr onnx::element element_of<std::uint8_t> = onnx::element::u8;
template <>
inline constexpr onnx::element element_of<std::int32_t> = onnx::element::i32;
template <>
inline constexpr onnx::element element_of<std::int64_t> = onnx::element::i64;
template <>
inline constexpr onnx::element element_of<bool> = onnx::element::boolean;

/// Where the elements of a value are.
struct storage {
    buffer bytes;         ///< the elements; null for a weight that no kernel has asked for
    strides steps;        ///< how they lie
    bool is_plain = true; ///< whether that is row-major
};

/// Everything that a kernel is prepared from: the operator, its operands' shapes, and where their elements will be.
///
/// A kernel that asks for a plain pointer (`in`) gets one whatever the operand's layout: the context then prepares a
/// reordering that runs before the kernel. One that can follow strides asks for `in_anyhow` and `in_strides`.
class context {
public:
    context(const onnx::network& net, op_id op, std::vector<storage>& values, const dnnl::engine& engine)
        : net_{net}, op_{op}, values_{values}, engine_{engine} {}

    [[nodiscard]] const onnx::node& node() const noexcept { return net_[op_]; }   ///< the operator
    [[nodiscard]] const dnnl::engine& engine() const noexcept { return engine_; } ///< the one CPU engine

    [[nodiscard]] std::size_t inputs() const noexcept { return node().inputs.size(); } ///< number of inputs, with gaps
    [[nodiscard]] std::size_t outputs() const noexcept {
        return node().outputs.size();
    } ///< number of outputs, with gaps
    [[nodiscard]] bool has_input(std::size_t i) const noexcept;  ///< whether the `i`-th input is given
    [[nodiscard]] bool has_output(std::size_t i) const noexcept; ///< whether the `i`-th output is asked for

    [[nodiscard]] const onnx::value& input(std::size_t i) const;  ///< @throws operator_error  it is not given
    [[nodiscard]] const onnx::value& output(std::size_t i) const; ///< @throws operator_error  it is not asked for
    [[nodiscard]] const onnx::shape& in_dims(std::size_t i) const { return input(i).dims; }   ///< extents
    [[nodiscard]] const onnx::shape& out_dims(std::size_t i) const { return output(i).dims; } ///< extents
    [[nodiscard]] const strides& in_strides(std::size_t i) const;  ///< how `in_anyhow(i)` lies
    [[nodiscard]] const strides& out_strides(std::size_t i) const; ///< how `out_anyhow(i)` lies

    /// The elements of an input in whatever layout they have.
    [[nodiscard]] const std::byte* in_anyhow(std::size_t i);
    /// The elements of an output in whatever layout they are wanted.
    [[nodiscard]] std::byte* out_anyhow(std::size_t i);
    /// The elements of an input, row-major.
    [[nodiscard]] const std::byte* in_bytes(std::size_t i);
    /// The same, with their type checked.
    template <class T>
    [[nodiscard]] const T* in(std::size_t i) {
        expect_input(i, element_of<T>);
        return reinterpret_cast<const T*>(in_bytes(i));
    }
    /// The elements of an output, row-major, with their type checked. @pre the operator is registered as plain
    template <class T>
    [[nodiscard]] T* out(std::size_t i) {
        expect_output(i, element_of<T>);
        return reinterpret_cast<T*>(out_anyhow(i));
    }
    /// An input as oneDNN sees it: float, logical extents, actual strides.
    [[nodiscard]] dnnl::memory in_memory(std::size_t i);
    /// The same with strides of the caller's choice: reordered before the kernel runs, where it does not lie so.
    [[nodiscard]] dnnl::memory in_memory(std::size_t i, const strides& wanted);
    /// An output as oneDNN sees it.
    [[nodiscard]] dnnl::memory out_memory(std::size_t i);

    /// A float input as a parameter of a primitive, which wants it in a layout of its own: a weight is brought into it
    /// now, a computed value whenever the operator runs.
    /// @param plain  describes the input's elements row-major, possibly with other extents than its own
    [[nodiscard]] dnnl::memory parameter(std::size_t i, const dnnl::memory::desc& plain,
                                         const dnnl::memory::desc& wanted);

    /// The elements of an input that is a weight; nothing where it is computed.
    [[nodiscard]] std::optional<onnx::tensor> weight(std::size_t i) const;
    /// The elements of an integer input that are known already: a weight, or arithmetic on shapes.
    /// @throws operator_error  they are not known
    [[nodiscard]] std::vector<std::int64_t> integers(std::size_t i) const;

    /// A list attribute, or `count` times a default. @throws operator_error  it has another length
    [[nodiscard]] std::vector<std::int64_t> list(std::string_view name, std::size_t count,
                                                 std::int64_t otherwise) const;
    /// An integer attribute.
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const {
        return node().attribute_or<std::int64_t>(name, otherwise);
    }
    /// A float attribute.
    [[nodiscard]] double number(std::string_view name, double otherwise) const {
        return node().attribute_or<double>(name, otherwise);
    }
    /// A string attribute.
    [[nodiscard]] std::string text(std::string_view name, std::string otherwise) const {
        return node().attribute_or<std::string>(name, std::move(otherwise));
    }
    /// An axis attribute as an index. @throws operator_error  it is not in [-rank, rank)
    [[nodiscard]] std::size_t axis(std::string_view name, std::int64_t otherwise, std::size_t rank) const;
    /// An axis as an index. @throws operator_error  it is not in [-rank, rank)
    [[nodiscard]] std::size_t axis(std::int64_t given, std::size_t rank) const;

    /// @throws operator_error  the input has another element type
    void expect_input(std::size_t i, onnx::element type) const;
    /// @throws operator_error  the output has another element type
    void expect_output(std::size_t i, onnx::element type) const;
    /// @throws operator_error  unless the condition holds
    void expect(bool condition, std::string_view otherwise) const {
        if (!condition) {
            refuse(otherwise);
        }
    }
    /// @throws operator_error  always, with the operator's name, its type and the reason
    [[noreturn]] void refuse(std::string_view reason) const;
    /// Name and type of the operator, as messages give them.
    [[nodiscard]] std::string who() const;
    /// The operator's number.
    [[nodiscard]] op_id op() const noexcept { return op_; }

    /// What has to run before the kernel: the reorderings that it asked for.
    [[nodiscard]] std::vector<kernel> take_preparations() noexcept { return std::move(before_); }

private:
    const std::byte* copied(std::size_t i, const strides& wanted);

    const onnx::network& net_;
    op_id op_;
    std::vector<storage>& values_;
    const dnnl::engine& engine_;
    std::vector<kernel> before_;
    struct reordering {
        onnx::value_id value;
        strides steps;
        buffer copy;
    };
    std::vector<reordering> reordered_; // copies planned so far
};

/// How the outputs of an operator lie, given its inputs.
enum class layout_rule : std::uint8_t {
    plain,  ///< row-major
    leads,  ///< channels last, where the options allow it
    follows ///< as its first input, where that has the same number of axes
};

/// An entry of the table of kernels.
struct registration {
    std::string_view domain;     ///< of the operator
    std::string_view type;       ///< of the operator
    layout_rule rule;            ///< how its outputs lie
    kernel (*prepare)(context&); ///< makes its kernel; throws `operator_error` for what it cannot do
};

/// The entry for an operator, or null.
[[nodiscard]] const registration* find_kernel(std::string_view domain, std::string_view type) noexcept;

// The families, each in a file of its own.
[[nodiscard]] std::span<const registration> convolution_kernels() noexcept;
[[nodiscard]] std::span<const registration> pooling_kernels() noexcept;
[[nodiscard]] std::span<const registration> normalization_kernels() noexcept;
[[nodiscard]] std::span<const registration> unary_kernels() noexcept;
[[nodiscard]] std::span<const registration> binary_kernels() noexcept;
[[nodiscard]] std::span<const registration> matmul_kernels() noexcept;
[[nodiscard]] std::span<const registration> softmax_kernels() noexcept;
[[nodiscard]] std::span<const registration> reduction_kernels() noexcept;
[[nodiscard]] std::span<const registration> movement_kernels() noexcept;
[[nodiscard]] std::span<const registration> indexing_kernels() noexcept;

/// Calls `f(std::type_identity<T>{})` for the C++ type of an element type.
/// @throws operator_error  the engine does not compute with it
template <class F>
kernel with_type(const context& c, onnx::element type, F&& f) {
    switch (type) {
    case onnx::element::f32: return f(std::type_identity<float>{});
    case onnx::element::f64: return f(std::type_identity<double>{});
    case onnx::element::i8: return f(std::type_identity<std::int8_t>{});
    case onnx::element::u8: return f(std::type_identity<std::uint8_t>{});
    case onnx::element::i32: return f(std::type_identity<std::int32_t>{});
    case onnx::element::i64: return f(std::type_identity<std::int64_t>{});
    case onnx::element::boolean: return f(std::type_identity<bool>{});
    default: c.refuse("there is no kernel for elements of type " + std::string{onnx::name_of(type)});
    }
}

/// Calls `f(std::type_identity<T>{})` for an unsigned type as large as an element, for kernels that only move elements.
template <class F>
kernel with_size(onnx::element type, F&& f) {
    switch (onnx::size_of(type)) {
    case 8: return f(std::type_identity<std::uint64_t>{});
    case 4: return f(std::type_identity<std::uint32_t>{});
    case 2: return f(std::type_identity<std::uint16_t>{});
    default: return f(std::type_identity<std::uint8_t>{});
    }
}

} // namespace opara::engine
