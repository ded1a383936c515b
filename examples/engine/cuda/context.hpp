/// @file
/// What an operator's launches are made from, and the table that says which operator has which.
#pragma once

#include <examples/engine/cuda/arguments.hpp>
#include <examples/engine/cuda/memory.hpp>
#include <examples/engine/cuda/reals.hpp>
#include <examples/engine/cuda/step.hpp>
#include <examples/engine/layout.hpp>
#include <opara/onnx/network.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opara::engine::gpu {

/// Where the elements of a value are on the device.
struct storage {
    std::byte* bytes = nullptr; ///< the first element; null for a weight that no operator has asked for
    strides steps;              ///< how they lie
    bool is_plain = true;       ///< whether that is row-major without gaps
};

/// All device memory of an engine.
struct memories {
    std::list<memory> constants; ///< weights and tables
    std::list<memory> scratch;   ///< what operators keep between their launches
    memory faults;               ///< one word: 1 + the first operator that met data it cannot compute with
};

/// A matrix, real, whose rows are dense.
struct dense_rows {
    const void* elements = nullptr;
    std::int64_t pitch = 0; ///< from row to row
};

/// From row to row of a tensor, a row for each place of all axes but the last, where rows are dense and step evenly by
/// multiples of 16 bytes; otherwise nothing.
[[nodiscard]] std::optional<std::int64_t> pitch_of_rows(const onnx::shape& dims, const strides& steps, number real);

/// An iteration space with the steps of several tensors through it.
struct walk {
    space over;
    std::vector<std::array<std::int32_t, most_axes>> steps; ///< of each tensor

    /// The `i`-th tensor as an operand.
    [[nodiscard]] operand at(std::size_t i, const void* elements) const {
        operand o{const_cast<void*>(elements), {}};
        std::copy(steps[i].begin(), steps[i].end(), o.step);
        return o;
    }
};

/// What came of an operator: launches that go first, and the last one in one or several variants. Nothing where nothing
/// is to be done.
struct prepared {
    std::vector<step> before;
    std::vector<step> last; ///< by variant
};

/// Everything that an operator is prepared from.
class context {
public:
    /// @param real  how float tensors lie: f32, f16 or bf16
    context(const onnx::network& net, op_id op, std::vector<storage>& values, memories& all, number real)
        : net_{net}, op_{op}, values_{values}, memories_{all}, real_{real} {}

    [[nodiscard]] const onnx::network& net() const noexcept { return net_; }    ///< the network
    [[nodiscard]] const onnx::node& node() const noexcept { return net_[op_]; } ///< the operator
    [[nodiscard]] op_id op() const noexcept { return op_; }                     ///< its number

    [[nodiscard]] std::size_t inputs() const noexcept { return node().inputs.size(); }   ///< with gaps
    [[nodiscard]] std::size_t outputs() const noexcept { return node().outputs.size(); } ///< with gaps
    [[nodiscard]] bool has_input(std::size_t i) const noexcept;                          ///< whether it is given
    [[nodiscard]] bool has_output(std::size_t i) const noexcept;                         ///< whether it is asked for
    [[nodiscard]] const onnx::value& input(std::size_t i) const;  ///< @throws operator_error  it is not given
    [[nodiscard]] const onnx::value& output(std::size_t i) const; ///< @throws operator_error  it is not asked for
    [[nodiscard]] const onnx::shape& in_dims(std::size_t i) const { return input(i).dims; }   ///< extents
    [[nodiscard]] const onnx::shape& out_dims(std::size_t i) const { return output(i).dims; } ///< extents
    [[nodiscard]] const strides& in_strides(std::size_t i) const;                             ///< how `in(i)` lies
    [[nodiscard]] const strides& out_strides(std::size_t i) const;                            ///< how `out(i)` lies
    [[nodiscard]] bool in_is_plain(std::size_t i) const;                                      ///< row-major, no gaps

    /// How real numbers lie: the float tensors of the network.
    [[nodiscard]] number real_type() const noexcept { return real_; }
    /// Bytes of one.
    [[nodiscard]] std::size_t real_bytes() const noexcept { return size_of_real(real_); }
    /// Bytes of an element of a value, as it lies.
    [[nodiscard]] std::size_t size_of(const onnx::value& v) const noexcept {
        return v.type == onnx::element::f32 ? real_bytes() : onnx::size_of(v.type);
    }

    /// The elements of an input, as they lie.
    [[nodiscard]] const std::byte* in(std::size_t i);
    /// The elements of an output, as they are to lie.
    [[nodiscard]] std::byte* out(std::size_t i) const;
    /// The elements of an input row-major: copied before the operator where they do not lie so.
    [[nodiscard]] const std::byte* in_plain(std::size_t i);
    /// The same, real.
    [[nodiscard]] const void* reals(std::size_t i) {
        expect_input(i, onnx::element::f32);
        return in_plain(i);
    }
    /// An input as rows, real: where they lie if they have a pitch and begin at a multiple of 16 bytes, or row-major.
    [[nodiscard]] dense_rows rows(std::size_t i);
    /// The elements of an output, real. @pre the operator is registered as plain
    [[nodiscard]] void* out_reals(std::size_t i) const {
        expect_output(i, onnx::element::f32);
        return out(i);
    }
    /// An input of two spatial axes, or one, real, as it lies.
    [[nodiscard]] image in_image(std::size_t i);
    /// An output, likewise.
    [[nodiscard]] image out_image(std::size_t i) const;

    /// The elements of an input that is a weight; nothing where it is computed.
    [[nodiscard]] std::optional<onnx::tensor> weight(std::size_t i) const;
    /// The elements of an integer input that are known already. @throws operator_error  they are not
    [[nodiscard]] std::vector<std::int64_t> integers(std::size_t i) const;
    /// Something that the kernel reads and that never changes.
    template <class T>
    [[nodiscard]] const T* constant(std::span<const T> content) {
        memories_.constants.emplace_back(content.data(), content.size_bytes());
        return reinterpret_cast<const T*>(memories_.constants.back().get());
    }
    /// The same of floats, which the kernel reads as real numbers.
    [[nodiscard]] const void* real_constant(std::span<const float> content) {
        const std::vector<std::byte> all = to_reals(real_, std::as_bytes(content));
        return constant(std::span<const std::byte>{all});
    }
    /// Memory between the operator's launches. @param zero  holds zeros that no launch overwrites
    [[nodiscard]] std::byte* scratch(std::size_t bytes, bool zero = false);
    /// Where a kernel says that its data cannot be computed with.
    [[nodiscard]] std::uint32_t* fault() const noexcept {
        return reinterpret_cast<std::uint32_t*>(memories_.faults.get());
    }
    /// Has something run before the operator.
    void first(step s) { before_.push_back(std::move(s)); }

    /// The axes of a space, merged where every tensor steps evenly, in the order of the first tensor's memory.
    /// @throws operator_error  too many remain, or too many elements
    [[nodiscard]] walk walk_over(const onnx::shape& extents, const std::vector<strides>& steps) const;

    /// A list attribute, or `count` times a default. @throws operator_error  it has another length
    [[nodiscard]] std::vector<std::int64_t> list(std::string_view name, std::size_t count,
                                                 std::int64_t otherwise) const;
    /// An integer attribute.
    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const {
        return node().attribute_or<std::int64_t>(name, otherwise);
    }
    /// A float attribute.
    [[nodiscard]] float real(std::string_view name, double otherwise) const {
        return static_cast<float>(node().attribute_or<double>(name, otherwise));
    }
    /// A string attribute.
    [[nodiscard]] std::string text(std::string_view name, std::string otherwise) const {
        return node().attribute_or<std::string>(name, std::move(otherwise));
    }
    /// An axis as an index. @throws operator_error  it is not in [-rank, rank)
    [[nodiscard]] std::size_t axis(std::int64_t given, std::size_t rank) const;
    /// What the operator's attribute `activation` says. @throws operator_error  there is no such activation
    [[nodiscard]] finish activation_of() const;

    /// The type of a value as kernels know it. @throws operator_error  they do not
    [[nodiscard]] number number_of(const onnx::value& v) const;
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
    /// The kernel. @throws operator_error  it is null: there is none for that type
    [[nodiscard]] const void* existing(const void* kernel, const onnx::value& of) const;
    /// @throws operator_error  always, with the operator's name, its type and the reason
    [[noreturn]] void refuse(std::string_view reason) const;

    /// The launches that go first.
    [[nodiscard]] std::vector<step> take_first() noexcept { return std::move(before_); }

private:
    const onnx::network& net_;
    op_id op_;
    std::vector<storage>& values_;
    memories& memories_;
    number real_;
    std::vector<step> before_;
};

/// 32 bits of a number of 64. @throws error  it does not fit
[[nodiscard]] std::int32_t narrow(std::int64_t x);
/// Blocks of so many threads for so many elements.
[[nodiscard]] inline dim3 blocks_for(std::int64_t elements, std::int64_t threads = 256) {
    return dim3{static_cast<unsigned>((elements + threads - 1) / threads)};
}

/// How the outputs of an operator lie, given its inputs. Those that lead and those that follow read tensors however
/// they lie; others read some of their inputs row-major only.
enum class layout_rule : std::uint8_t {
    plain,   ///< row-major
    leads,   ///< channels last
    follows, ///< as its first input, where that has the same number of axes
    view,    ///< the first output is the first input row-major: nothing is launched where that lies so already
    alias    ///< the first output is the first input, however it lies
};

/// An entry of the table.
struct registration {
    std::string_view domain;
    std::string_view type;
    layout_rule rule;
    prepared (*prepare)(context&);
};

/// The entry of an operator, or null.
[[nodiscard]] const registration* find_operator(std::string_view domain, std::string_view type) noexcept;

// The families, each in a file of its own.
[[nodiscard]] std::span<const registration> elementwise_operators() noexcept;
[[nodiscard]] std::span<const registration> movement_operators() noexcept;
[[nodiscard]] std::span<const registration> product_operators() noexcept;
[[nodiscard]] std::span<const registration> row_operators() noexcept;
[[nodiscard]] std::span<const registration> window_operators() noexcept;
[[nodiscard]] std::span<const registration> indexing_operators() noexcept;

} // namespace opara::engine::gpu
