/// @file
/// Rules of inference: constants and ranges. (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/inference.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx::detail {

// The one number of a tensor with one element of any type that can be a fill.
inline double number_of(const inference& at, const tensor& t) {
    switch (t.type) {
    case element::f32: return static_cast<double>(t.as<float>().front());
    case element::f64: return t.as<double>().front();
    case element::i64: return static_cast<double>(t.as<std::int64_t>().front());
    case element::i32: return static_cast<double>(t.as<std::int32_t>().front());
    case element::i8: return static_cast<double>(t.as<std::int8_t>().front());
    case element::u8:
    case element::boolean: return static_cast<double>(t.as<std::uint8_t>().front());
    default: at.fail("a constant of type " + std::string{name_of(t.type)} + " is not supported here");
    }
}

inline void constant(inference& at) {
    at.require(at.self().attributes.size() == 1, "exactly one of its attributes must be given");
    const auto yield = [&at](tensor t) {
        at.yield(0, t.type, t.dims);
        at.out(0).folded = std::move(t);
    };
    const std::string& name = at.self().attributes.front().name;
    if (name == "value") {
        yield(at.attribute<tensor>(name));
    } else if (name == "value_int") {
        const auto number = at.attribute<std::int64_t>(name);
        yield(tensor::of<std::int64_t>(element::i64, {}, {&number, 1}));
    } else if (name == "value_ints") {
        const auto list = at.attribute<std::vector<std::int64_t>>(name);
        yield(tensor::of<std::int64_t>(element::i64, {static_cast<std::int64_t>(list.size())}, list));
    } else {
        const bool scalar = name == "value_float";
        const auto given =
            scalar ? std::vector<double>{at.attribute<double>(name)} : at.attribute<std::vector<double>>(name);
        std::vector<float> floats;
        floats.reserve(given.size());
        for (const double real : given) {
            floats.push_back(static_cast<float>(real));
        }
        yield(tensor::of<float>(element::f32, scalar ? shape{} : shape{static_cast<std::int64_t>(floats.size())},
                                floats));
    }
}

inline void constant_of_shape(inference& at) {
    at.require(at.rank(0) == 1, "the shape is not a list");
    const std::vector<std::int64_t> dims = at.contents(0);
    element type = element::f32;
    double number = 0.0;
    if (at.self().find("value") != nullptr) {
        const tensor value = at.attribute<tensor>("value");
        at.require(elements(value.dims) == 1, "attribute 'value' must have one element");
        type = value.type;
        number = number_of(at, value);
    }
    at.yield(0, type, dims);
    at.out(0).folded = constant_fill{number};
    constexpr double exact = 9007199254740992.0; // 2^53: beyond it a double is no longer every integer
    if (elements(dims) <= known_limit && is_integral(type) && number >= -exact && number <= exact) {
        at.tell(0,
                std::vector<std::int64_t>(static_cast<std::size_t>(elements(dims)), static_cast<std::int64_t>(number)));
    }
}

inline void range(inference& at) {
    at.same_type(1);
    at.same_type(2);
    at.require(is_integral(at.in(0).type), "a range of floating-point numbers is not supported");
    for (std::size_t i = 0; i < 3; ++i) {
        at.require(elements(at.dims(i)) == 1, "start, limit and delta must be scalars");
    }
    const std::int64_t start = at.contents(0)[0];
    const std::int64_t limit = at.contents(1)[0];
    const std::int64_t delta = at.contents(2)[0];
    for (const std::int64_t number : {start, limit, delta}) {
        at.require(number <= element_limit && number >= -element_limit, "a bound of the range is absurd");
    }
    at.require(delta != 0, "delta is 0");
    const std::int64_t span = delta > 0 ? limit - start : start - limit;
    const std::int64_t step = delta > 0 ? delta : -delta;
    const std::int64_t count = span <= 0 ? 0 : (span + step - 1) / step;
    at.yield(0, at.in(0).type, {count});
    if (count <= known_limit) {
        std::vector<std::int64_t> contents;
        for (std::int64_t i = 0; i < count; ++i) {
            contents.push_back(start + i * delta);
        }
        at.tell(0, std::move(contents));
    }
}

} // namespace opara::inline OPARA_ABI::onnx::detail
