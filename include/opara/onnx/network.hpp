/// @file
/// A neural network as an operator graph in ONNX's vocabulary, with every shape known. Plain data: no protobuf.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/graph/dag.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

/// A value of a network: an input, a weight, or what an operator yields.
using value_id = id<struct value_tag>;
/// Stands for an optional input that is not given, or an output that nobody asked for.
inline constexpr value_id no_value{std::numeric_limits<std::uint32_t>::max()};

/// The type of a tensor's elements.
enum class element : std::uint8_t { f32, f16, bf16, f64, i8, u8, i32, i64, boolean };

/// Bytes of one element.
[[nodiscard]] constexpr std::size_t size_of(element type) noexcept {
    switch (type) {
    case element::f64:
    case element::i64: return 8;
    case element::f32:
    case element::i32: return 4;
    case element::f16:
    case element::bf16: return 2;
    default: return 1;
    }
}

/// The extents of a tensor, outermost first; empty for a scalar.
using shape = std::vector<std::int64_t>;

/// Number of elements of a shape. @throws error  an extent is negative, or the product does not fit 63 bits
[[nodiscard]] inline std::int64_t elements(const shape& dims) {
    std::int64_t product = 1;
    for (const std::int64_t extent : dims) {
        if (extent < 0 || (extent != 0 && product > std::numeric_limits<std::int64_t>::max() / extent)) {
            throw error{"a shape has a negative extent or more elements than a 64-bit number counts"};
        }
        product *= extent;
    }
    return product;
}

/// A tensor with its elements, row-major.
struct tensor {
    element type = element::f32;    ///< type of the elements
    shape dims{};                   ///< extents
    std::vector<std::byte> bytes{}; ///< `elements(dims) * size_of(type)` bytes

    /// A tensor of the given elements. @pre `values.size() == elements(dims)`
    template <class T>
    static tensor of(element type, shape dims, std::span<const T> values) {
        tensor t{type, std::move(dims), std::vector<std::byte>(values.size_bytes())};
        if (!values.empty()) {
            std::memcpy(t.bytes.data(), values.data(), values.size_bytes());
        }
        return t;
    }
    /// Its elements, copied. @pre `sizeof(T) == size_of(type)`
    template <class T>
    [[nodiscard]] std::vector<T> as() const {
        OPARA_ASSERT(sizeof(T) == size_of(type));
        std::vector<T> values(bytes.size() / sizeof(T));
        if (!values.empty()) {
            std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
        }
        return values;
    }

    friend bool operator==(const tensor&, const tensor&) = default;
};

/// A weight whose elements are all the same number (ONNX's ConstantOfShape).
struct constant_fill {
    double number = 0.0; ///< the number

    friend bool operator==(const constant_fill&, const constant_fill&) = default;
};

/// A weight of pseudo-random numbers, uniform in [low, high): real shapes without the download.
struct uniform_fill {
    std::uint64_t seed = 0; ///< equal seeds give equal weights, on every machine
    double low = -1.0;      ///< smallest
    double high = 1.0;      ///< bound of the largest

    friend bool operator==(const uniform_fill&, const uniform_fill&) = default;
};

/// A `uniform_fill` of which equal blocks, one after another in row-major order, are multiplied by a factor each: the
/// weights of a convolution with a normalisation folded into them (a factor for each output channel).
struct scaled_fill {
    uniform_fill fill;           ///< the elements without the factors
    std::vector<double> factors; ///< not empty; their number divides that of the elements

    friend bool operator==(const scaled_fill&, const scaled_fill&) = default;
};

/// Weights one behind another along the first axis, each in full or as a rule of its own: those of products that read
/// the same value.
struct stacked_fill {
    /// One of them.
    struct part {
        shape dims; ///< extents; those of all parts are equal but for the first
        std::variant<tensor, constant_fill, uniform_fill, scaled_fill> data; ///< the elements

        friend bool operator==(const part&, const part&) = default;
    };
    std::vector<part> parts; ///< not empty; their first extents add up to the weight's

    friend bool operator==(const stacked_fill&, const stacked_fill&) = default;
};

/// The elements of a weight, in full or as the rule that makes them. Large weights stay rules until an engine wants
/// them.
using weight = std::variant<tensor, constant_fill, uniform_fill, scaled_fill, stacked_fill>;

/// An input, a weight, or what an operator yields.
struct value {
    std::string name{};              ///< unique in its network
    element type = element::f32;     ///< type of its elements
    shape dims{};                    ///< extents, all known
    std::optional<op_id> producer{}; ///< the operator that yields it
    std::optional<weight> data{};    ///< its elements, if it is a weight
    /// Its elements as far as they are known without running anything: arithmetic on shapes ends up here.
    std::optional<std::vector<std::int64_t>> known{};

    [[nodiscard]] bool is_weight() const noexcept { return data.has_value(); } ///< a constant
    [[nodiscard]] bool is_input() const noexcept {
        return !data.has_value() && !producer.has_value();
    } ///< fed by the caller
    /// Bytes of all its elements.
    [[nodiscard]] std::int64_t bytes() const { return elements(dims) * static_cast<std::int64_t>(size_of(type)); }

    friend bool operator==(const value&, const value&) = default;
};

/// A part of a stacked weight as a weight of its own, which keeps the name.
[[nodiscard]] inline value part_of(const value& whole, const stacked_fill::part& p) {
    return {.name = whole.name,
            .type = whole.type,
            .dims = p.dims,
            .data = std::visit([](const auto& held) { return weight{held}; }, p.data)};
}

/// What an attribute may hold.
using attribute_value =
    std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>, tensor>;

/// A named parameter of an operator.
struct attribute {
    std::string name{};    ///< ONNX's name of it
    attribute_value value; ///< ONNX's float is kept as double

    friend bool operator==(const attribute&, const attribute&) = default;
};

/// An operator: ONNX's NodeProto without the protobuf.
struct node {
    std::string name{};                  ///< unique in its network, never empty
    std::string type{};                  ///< ONNX's op_type, for example "Conv"
    std::string domain{};                ///< "" for ONNX's own operators, "opara" for fused ones
    std::int64_t opset = 0;              ///< version of the operator set that its meaning follows
    std::vector<value_id> inputs{};      ///< `no_value` where an optional one is left out
    std::vector<value_id> outputs{};     ///< `no_value` where one is not asked for
    std::vector<attribute> attributes{}; ///< only those that were given

    /// The attribute of that name, or null.
    [[nodiscard]] const attribute_value* find(std::string_view wanted) const noexcept {
        for (const attribute& a : attributes) {
            if (a.name == wanted) {
                return &a.value;
            }
        }
        return nullptr;
    }
    /// The attribute of that name and type, or a default.
    /// @throws parse_error  it has another type; names the node and the attribute
    template <class T>
    [[nodiscard]] T attribute_or(std::string_view wanted, T otherwise) const {
        const attribute_value* found = find(wanted);
        if (found == nullptr) {
            return otherwise;
        }
        if (const T* held = std::get_if<T>(found)) {
            return *held;
        }
        throw parse_error{"attribute '" + std::string{wanted} + "' has the wrong type",
                          "node '" + name + "' (" + type + ")"};
    }

    friend bool operator==(const node&, const node&) = default;
};

/// A network: its operators as a graph, its values, and which of them come in and go out. A regular value.
///
/// Operators that only compute weights are folded away; every other one is a vertex, in the order of the file.
struct network {
    std::string name{};              ///< for people
    dag<node> graph;                 ///< operators; an edge wherever one reads what another yields
    std::vector<value> values;       ///< indexed by `value_id`
    std::vector<value_id> inputs{};  ///< what a caller feeds, in order
    std::vector<value_id> outputs{}; ///< what a caller reads, in order

    [[nodiscard]] const value& operator[](value_id v) const noexcept { return values[v.index()]; } ///< a value
    [[nodiscard]] value& operator[](value_id v) noexcept { return values[v.index()]; }             ///< a value
    [[nodiscard]] const node& operator[](op_id v) const noexcept { return graph[v]; }              ///< an operator

    friend bool operator==(const network&, const network&) = default;
};

/// The graph of its operators.
[[nodiscard]] inline frozen_graph freeze(const network& net) { return opara::freeze(net.graph); }

} // namespace opara::inline OPARA_ABI::onnx
