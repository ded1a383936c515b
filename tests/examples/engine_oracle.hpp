/// @file
/// A second opinion on every operator: naive loops over indices in double, written from ONNX's definitions and sharing
/// nothing with the engine or with shape inference. And a way to ask the engine for its opinion in every way it has.
#pragma once

#include <opara/onnx/builder.hpp>
#include <opara/testing/random.hpp>
#include <tests/examples/engine_support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::test {

using onnx::element;
using onnx::shape;

/// A tensor of any type with its elements as doubles.
struct array {
    element type = element::f32;
    shape dims;
    std::vector<double> x;
};

inline std::size_t volume(const shape& dims) {
    std::size_t n = 1;
    for (const std::int64_t d : dims) {
        n *= static_cast<std::size_t>(d);
    }
    return n;
}

inline std::size_t place(const shape& dims, const shape& index) {
    std::size_t at = 0;
    for (std::size_t k = 0; k < dims.size(); ++k) {
        at = at * static_cast<std::size_t>(dims[k]) + static_cast<std::size_t>(index[k]);
    }
    return at;
}

inline double at(const array& a, const shape& index) { return a.x[place(a.dims, index)]; }

/// Calls `f(index)` for every index of a shape, row-major.
template <class F>
void for_each_index(const shape& dims, F f) {
    shape index(dims.size(), 0);
    for (std::size_t i = 0; i < volume(dims); ++i) {
        f(index);
        for (std::size_t k = dims.size(); k-- > 0;) {
            if (++index[k] < dims[k]) {
                break;
            }
            index[k] = 0;
        }
    }
}

/// The array whose element at each index is `f(index)`.
template <class F>
array tabulate(element type, const shape& dims, F f) {
    array a{type, dims, {}};
    for_each_index(dims, [&](const shape& index) { a.x.push_back(static_cast<double>(f(index))); });
    return a;
}

/// The element that broadcasting reads for an index of a larger shape.
inline double broadcast_at(const array& a, const shape& index) {
    shape own(index.end() - static_cast<std::ptrdiff_t>(a.dims.size()), index.end());
    for (std::size_t k = 0; k < own.size(); ++k) {
        own[k] = a.dims[k] == 1 ? 0 : own[k];
    }
    return at(a, own);
}

/// What shapes broadcast to.
inline shape broadcast_dims(const std::vector<shape>& all) {
    std::size_t rank = 0;
    for (const shape& s : all) {
        rank = std::max(rank, s.size());
    }
    shape result(rank, 1);
    for (const shape& s : all) {
        for (std::size_t k = 0; k < s.size(); ++k) {
            std::int64_t& extent = result[rank - s.size() + k];
            extent = s[k] == 1 ? extent : s[k];
        }
    }
    return result;
}

// ---- random tensors

inline std::int64_t draw(testing::random_source& random, std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::size_t>(high - low + 1)));
}

/// Numbers in [low, high) that float represents.
inline array random_floats(testing::random_source& random, const shape& dims, double low = -1.0, double high = 1.0) {
    return tabulate(element::f32, dims,
                    [&](const shape&) { return static_cast<float>(low + (high - low) * random.unit()); });
}

/// Integers in [low, high].
inline array random_integers(testing::random_source& random, const shape& dims, std::int64_t low, std::int64_t high,
                             element type = element::i64) {
    return tabulate(type, dims, [&](const shape&) { return draw(random, low, high); });
}

inline array list(const std::vector<std::int64_t>& numbers) {
    return {element::i64, {static_cast<std::int64_t>(numbers.size())}, {numbers.begin(), numbers.end()}};
}

inline array scalar(double number, element type = element::f32) { return {type, {}, {number}}; }

// ---- conversion

template <class T>
onnx::tensor to_tensor_of(const array& a) {
    onnx::tensor t{a.type, a.dims, std::vector<std::byte>(a.x.size() * sizeof(T))};
    for (std::size_t i = 0; i < a.x.size(); ++i) {
        const T e = static_cast<T>(a.x[i]);
        std::memcpy(t.bytes.data() + i * sizeof(T), &e, sizeof(T));
    }
    return t;
}

inline onnx::tensor to_tensor(const array& a) {
    switch (a.type) {
    case element::f32: return to_tensor_of<float>(a);
    case element::f64: return to_tensor_of<double>(a);
    case element::i8: return to_tensor_of<std::int8_t>(a);
    case element::u8: return to_tensor_of<std::uint8_t>(a);
    case element::i32: return to_tensor_of<std::int32_t>(a);
    case element::i64: return to_tensor_of<std::int64_t>(a);
    case element::boolean: return to_tensor_of<bool>(a);
    default: break;
    }
    FAIL("no array has this type");
    return {};
}

template <class T>
std::vector<double> doubles_of(const onnx::tensor& t) {
    std::vector<double> x;
    for (std::size_t i = 0; i * sizeof(T) < t.bytes.size(); ++i) {
        T e{};
        std::memcpy(&e, t.bytes.data() + i * sizeof(T), sizeof(T));
        x.push_back(static_cast<double>(e));
    }
    return x;
}

inline array to_array(const onnx::tensor& t) {
    switch (t.type) {
    case element::f32: return {t.type, t.dims, doubles_of<float>(t)};
    case element::f64: return {t.type, t.dims, doubles_of<double>(t)};
    case element::i8: return {t.type, t.dims, doubles_of<std::int8_t>(t)};
    case element::u8:
    case element::boolean: return {t.type, t.dims, doubles_of<std::uint8_t>(t)};
    case element::i32: return {t.type, t.dims, doubles_of<std::int32_t>(t)};
    case element::i64: return {t.type, t.dims, doubles_of<std::int64_t>(t)};
    default: break;
    }
    FAIL("no array has this type");
    return {};
}

// ---- the engine

/// How an operator gets an input.
enum class role {
    data,      ///< always computed
    parameter, ///< tried as a weight and computed
    constant   ///< always a weight: shapes depend on it
};

struct operand {
    std::optional<array> value; ///< nothing where the input is left out
    role as = role::data;
};

inline operand data(array a) { return {std::move(a), role::data}; }
inline operand parameter(array a) { return {std::move(a), role::parameter}; }
inline operand constant(array a) { return {std::move(a), role::constant}; }
inline operand absent() { return {std::nullopt, role::data}; }

/// One operator with its inputs.
struct question {
    std::string type;
    std::vector<operand> inputs;
    std::vector<onnx::attribute> attributes{};
    std::size_t outputs = 1;
    std::int64_t opset = 13;
    std::string domain{};
};

/// Whether the data comes straight from an input, or from a convolution that changes no number but the layout.
enum class route { direct, through_convolution };

struct setting {
    engine::activation_layout layout;
    route way;
    role parameters; // data or constant
};

namespace detail {

// A convolution of every channel with 1: the same numbers with their channels last. Other types than float are cast to
// it and back, which keeps the numbers of these tests, and the layout.
inline onnx::value_id through_convolution(onnx::builder& b, const std::string& name, const array& a) {
    const std::int64_t channels = a.dims[1];
    shape kernel(a.dims.size(), 1);
    kernel[0] = channels;
    const onnx::value_id x = b.input(name, element::f32, a.dims);
    const onnx::value_id w = b.constant(name + ".one", element::f32, kernel, onnx::constant_fill{1.0});
    onnx::value_id y = b.one("Conv", name + ".conv", {x, w}, {{"group", channels}});
    if (a.type != element::f32) {
        constexpr std::pair<element, std::int64_t> numbers[] = {{element::u8, 2},      {element::i8, 3},
                                                                {element::i32, 6},     {element::i64, 7},
                                                                {element::boolean, 9}, {element::f64, 11}};
        for (const auto& [type, number] : numbers) {
            if (type == a.type) {
                y = b.one("Cast", name + ".cast", {y}, {{"to", number}});
            }
        }
    }
    return y;
}

} // namespace detail

/// A network of that operator, with the tensors that its inputs want.
inline std::pair<onnx::network, std::vector<onnx::tensor>> pose(const question& q, const setting& s) {
    onnx::builder b{"question", q.opset};
    std::vector<onnx::value_id> inputs;
    std::vector<onnx::tensor> feeds;
    for (std::size_t i = 0; i < q.inputs.size(); ++i) {
        const operand& o = q.inputs[i];
        const std::string name = "input" + std::to_string(i);
        if (!o.value) {
            inputs.push_back(onnx::no_value);
        } else if (o.as == role::constant || (o.as == role::parameter && s.parameters == role::constant)) {
            inputs.push_back(b.constant(name, o.value->type, o.value->dims, to_tensor(*o.value)));
        } else if (s.way == route::through_convolution && o.value->dims.size() >= 3 && volume(o.value->dims) != 0) {
            array as_float = *o.value;
            as_float.type = element::f32;
            feeds.push_back(to_tensor(as_float));
            inputs.push_back(detail::through_convolution(b, name, *o.value));
        } else {
            feeds.push_back(to_tensor(*o.value));
            inputs.push_back(b.input(name, o.value->type, o.value->dims));
        }
    }
    for (const onnx::value_id v : b.add(q.type, "asked", inputs, q.attributes, q.outputs, q.domain)) {
        b.output(v);
    }
    return {std::move(b).finish(), std::move(feeds)};
}

/// What the engine answers.
inline std::vector<array> answer(const question& q, const setting& s) {
    const auto [net, feeds] = pose(q, s);
    engine::host_engine engine{net, {.layout = s.layout}};
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        engine.set_input(i, feeds[i]);
    }
    run_in_order(engine, net);
    const std::vector<onnx::tensor> first = all_results(engine, net);
    run_in_order(engine, net);
    CHECK(first == all_results(engine, net)); // nothing of one run is left in the next
    std::vector<array> results;
    for (const onnx::value_id v : net.outputs) {
        results.push_back(to_array(engine.read(v)));
    }
    return results;
}

/// Checks the engine's answer in every layout, route and role of the parameters.
/// @param tolerance  of the largest difference, as a part of the largest expected number (at least 1)
inline void expect(const question& q, const std::vector<array>& expected, double tolerance) {
    for (const auto layout : {engine::activation_layout::plain, engine::activation_layout::channels_last}) {
        for (const auto way : {route::direct, route::through_convolution}) {
            for (const auto parameters : {role::constant, role::data}) {
                INFO("layout ", static_cast<int>(layout), ", route ", static_cast<int>(way), ", parameters ",
                     static_cast<int>(parameters), " of ", q.type);
                const std::vector<array> got = answer(q, {layout, way, parameters});
                REQUIRE(got.size() == expected.size());
                for (std::size_t i = 0; i < got.size(); ++i) {
                    CAPTURE(i);
                    REQUIRE(got[i].dims == expected[i].dims);
                    REQUIRE(got[i].type == expected[i].type);
                    double most = 1.0;
                    for (const double e : expected[i].x) {
                        most = std::isfinite(e) ? std::max(most, std::abs(e)) : most;
                    }
                    REQUIRE(largest_difference(got[i].x, expected[i].x) <= tolerance * most);
                }
            }
        }
    }
}

/// The same for an operator of one output.
inline void expect(const question& q, const array& expected, double tolerance) {
    expect(q, std::vector<array>{expected}, tolerance);
}

} // namespace opara::test
