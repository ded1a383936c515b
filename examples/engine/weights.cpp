#include <examples/engine/weights.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace opara::engine {
namespace {

// `element(i)` is the i-th element as a double.
template <class T, class F>
onnx::tensor make(const onnx::value& value, F element) {
    const auto count = static_cast<std::size_t>(onnx::elements(value.dims));
    onnx::tensor t{value.type, value.dims, std::vector<std::byte>(count * sizeof(T))};
    for (std::size_t i = 0; i < count; ++i) {
        const T e = static_cast<T>(element(i));
        std::memcpy(t.bytes.data() + i * sizeof(T), &e, sizeof(T));
    }
    return t;
}

template <class F>
onnx::tensor make_any(const onnx::value& value, F element) {
    switch (value.type) {
    case onnx::element::f32: return make<float>(value, element);
    case onnx::element::f64: return make<double>(value, element);
    case onnx::element::i8: return make<std::int8_t>(value, element);
    case onnx::element::u8: return make<std::uint8_t>(value, element);
    case onnx::element::i32: return make<std::int32_t>(value, element);
    case onnx::element::i64: return make<std::int64_t>(value, element);
    case onnx::element::boolean: return make<bool>(value, element);
    default: throw error{"weight '" + value.name + "': its element type has no rule"};
    }
}

// Row-major elements one behind another are stacked along the first axis.
onnx::tensor stacked(const onnx::value& value, const onnx::stacked_fill& stack) {
    onnx::tensor t{value.type, value.dims, {}};
    t.bytes.reserve(static_cast<std::size_t>(value.bytes()));
    for (const onnx::stacked_fill::part& part : stack.parts) {
        const onnx::tensor piece = materialize(part_of(value, part));
        t.bytes.insert(t.bytes.end(), piece.bytes.begin(), piece.bytes.end());
    }
    if (t.bytes.size() != static_cast<std::size_t>(value.bytes())) {
        throw error{"weight '" + value.name + "' has parts that do not add up to its shape"};
    }
    return t;
}

} // namespace

onnx::tensor materialize(const onnx::value& value) {
    if (!value.data) {
        throw error{"value '" + value.name + "' is no weight"};
    }
    if (const auto* t = std::get_if<onnx::tensor>(&*value.data)) {
        if (t->type != value.type || t->dims != value.dims ||
            t->bytes.size() != static_cast<std::size_t>(value.bytes())) {
            throw error{"weight '" + value.name + "' holds a tensor of another type or shape than it declares"};
        }
        return *t;
    }
    if (const auto* rule = std::get_if<onnx::constant_fill>(&*value.data)) {
        return make_any(value, [&](std::size_t) { return rule->number; });
    }
    const auto random = [](const onnx::uniform_fill& rule, std::size_t i) {
        return rule.low + (rule.high - rule.low) * uniform(rule.seed, i);
    };
    if (const auto* rule = std::get_if<onnx::uniform_fill>(&*value.data)) {
        return make_any(value, [&](std::size_t i) { return random(*rule, i); });
    }
    if (const auto* stack = std::get_if<onnx::stacked_fill>(&*value.data)) {
        return stacked(value, *stack);
    }
    const auto& rule = std::get<onnx::scaled_fill>(*value.data);
    const auto count = static_cast<std::size_t>(onnx::elements(value.dims));
    if (rule.factors.empty() || count % rule.factors.size() != 0) {
        throw error{"weight '" + value.name + "' does not divide into " + std::to_string(rule.factors.size()) +
                    " blocks"};
    }
    const std::size_t block = std::max<std::size_t>(count / rule.factors.size(), 1);
    return make_any(value, [&](std::size_t i) { return random(rule.fill, i) * rule.factors[i / block]; });
}

} // namespace opara::engine
