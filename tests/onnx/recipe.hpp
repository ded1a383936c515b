/// @file
/// Bytes become a network and the ONNX file that says the same: real operators on real values, with attributes that
/// they have. So a fuzzer reaches every rule of inference, which it does not by changing the bytes of a file.
#pragma once

#include <opara/onnx/builder.hpp>
#include <tests/onnx/proto.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace opara::test {

/// Reads numbers out of bytes; zeros when they have run out.
class byte_source {
public:
    explicit byte_source(std::span<const std::uint8_t> bytes) : bytes_{bytes} {}
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next()) % bound; }
    /// Mostly small, sometimes where arithmetic overflows.
    std::int64_t number() {
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        constexpr std::array<std::int64_t, 12> far{most,
                                                   -most - 1,
                                                   most / 2,
                                                   std::int64_t{1} << 46,
                                                   std::int64_t{1} << 31,
                                                   std::int64_t{1} << 30,
                                                   -(std::int64_t{1} << 31),
                                                   1025,
                                                   1024,
                                                   -100,
                                                   1000,
                                                   65536};
        const int byte = next();
        return byte < 240 ? byte % 12 - 2 : far[static_cast<std::size_t>(byte - 240) % far.size()];
    }
    ints numbers(std::size_t most) {
        ints list(below(most + 1));
        for (std::int64_t& n : list) {
            n = number();
        }
        return list;
    }

private:
    int next() {
        if (bytes_.empty()) {
            return 0;
        }
        const int byte = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return byte;
    }
    std::span<const std::uint8_t> bytes_;
};

namespace detail {

inline std::string words(std::string_view text, std::size_t which) {
    std::vector<std::string> list{""};
    for (const char c : text) {
        if (c == ' ') {
            list.emplace_back();
        } else {
            list.back() += c;
        }
    }
    return list[which % list.size()];
}

inline onnx::attribute attribute_of(const std::string& name, byte_source& from) {
    constexpr std::array<const char*, 12> texts{"SAME_UPPER", "SAME_LOWER", "VALID",    "NOTSET", "Relu", "mean",
                                                "reflect",    "edge",       "constant", "layer",  "tanh", ""};
    constexpr std::string_view lists =
        " axes dilations ends kernel_shape offsets pads perm split starts strides value_ints ";
    constexpr std::string_view reals = " alpha beta bias epsilon momentum ratio scale value_float ";
    constexpr std::string_view words = " activation approximate auto_pad mode ";
    const std::string padded = " " + name + " ";
    if (from.below(32) == 31) { // of another kind than it should be
        return {name, ints{1, 2}};
    }
    if (name == "value") {
        const ints list = from.numbers(3);
        const auto count = static_cast<std::int64_t>(list.size());
        const onnx::shape dims = count == 1 && from.below(2) == 0 ? onnx::shape{} : onnx::shape{count};
        return {name, onnx::tensor::of<std::int64_t>(onnx::element::i64, dims, list)};
    }
    if (lists.find(padded) != std::string_view::npos) {
        return {name, from.numbers(6)};
    }
    if (reals.find(padded) != std::string_view::npos) {
        return {name, static_cast<double>(static_cast<float>(from.number()))};
    }
    if (words.find(padded) != std::string_view::npos) {
        return {name, texts[from.below(texts.size())]};
    }
    return {name, from.number()};
}

inline void add_attribute(::onnx::NodeProto& node, const onnx::attribute& given) {
    auto* a = node.add_attribute();
    a->set_name(given.name);
    if (const auto* i = std::get_if<std::int64_t>(&given.value)) {
        a->set_type(::onnx::AttributeProto::INT);
        a->set_i(*i);
    } else if (const auto* d = std::get_if<double>(&given.value)) {
        a->set_type(::onnx::AttributeProto::FLOAT);
        a->set_f(static_cast<float>(*d));
    } else if (const auto* text = std::get_if<std::string>(&given.value)) {
        a->set_type(::onnx::AttributeProto::STRING);
        a->set_s(*text);
    } else if (const auto* list = std::get_if<ints>(&given.value)) {
        a->set_type(::onnx::AttributeProto::INTS);
        a->mutable_ints()->Add(list->begin(), list->end());
    } else if (const auto* t = std::get_if<onnx::tensor>(&given.value)) {
        a->set_type(::onnx::AttributeProto::TENSOR);
        a->mutable_t()->set_data_type(::onnx::TensorProto::INT64);
        a->mutable_t()->mutable_dims()->Add(t->dims.begin(), t->dims.end());
        const auto numbers = t->as<std::int64_t>();
        a->mutable_t()->mutable_int64_data()->Add(numbers.begin(), numbers.end());
    }
}

} // namespace detail

/// A network that the builder made, and the file that must read as the same.
struct recipe_result {
    onnx::network built{};
    ::onnx::ModelProto file{};
    std::size_t refused = 0; ///< operators that the builder refused, and that are in neither
};

/// Which forms of an operator a recipe may use.
enum class versions {
    any,    ///< all that the library takes
    as_onnx ///< those of the operator set, up to the newest that the oracle knows
};

/// Follows a recipe.
inline recipe_result follow(std::span<const std::uint8_t> bytes, versions strict = versions::any) {
    const std::int64_t newest = strict == versions::any ? onnx::newest_opset : 17;
    byte_source from{bytes};
    const auto opset = onnx::oldest_opset +
                       static_cast<std::int64_t>(from.below(static_cast<std::size_t>(newest - onnx::oldest_opset + 1)));
    proto_model m{opset};
    auto* set = m.model.add_opset_import();
    set->set_domain("opara");
    set->set_version(1);
    onnx::builder b{"test", opset};
    recipe_result result;
    std::vector<onnx::value_id> values;
    constexpr std::array types{::onnx::TensorProto::FLOAT, ::onnx::TensorProto::FLOAT, ::onnx::TensorProto::INT64,
                               ::onnx::TensorProto::BOOL,  ::onnx::TensorProto::INT32, ::onnx::TensorProto::FLOAT16};
    const auto attempt = [&result](auto f) {
        try {
            f();
        } catch (const parse_error&) {
            ++result.refused;
        }
    };
    for (std::size_t i = 1 + from.below(4); i > 0; --i) {
        attempt([&] {
            const std::string name = "x" + std::to_string(i);
            const ints dims = from.numbers(5);
            const auto type = types[from.below(types.size())];
            values.push_back(b.input(name, *onnx::element_of(type), dims));
            m.input(name, dims, type);
        });
    }
    for (std::size_t i = from.below(4); i > 0; --i) {
        const std::string name = "w" + std::to_string(i);
        const ints list = from.numbers(6);
        values.push_back(b.integers(name, list));
        m.integers(name, list);
    }
    const auto rules = onnx::operator_rules();
    for (int k = 0; k < 64 && !from.empty(); ++k) {
        const onnx::operator_rule& rule = rules[from.below(rules.size())];
        onnx::node n{.name = "n" + std::to_string(k),
                     .type = std::string{rule.type},
                     .domain = std::string{rule.domain},
                     .opset = rule.domain.empty() ? opset : 1};
        const std::size_t most = rule.most_inputs == onnx::any_number ? 4 : rule.most_inputs;
        for (std::size_t i = rule.least_inputs + from.below(most - rule.least_inputs + 1); i > 0; --i) {
            // Back from the newest, so that chains grow; now and then an input is left out.
            const std::size_t place = from.below(values.size() + 1);
            n.inputs.push_back(place == values.size() ? onnx::no_value : values[values.size() - 1 - place]);
        }
        std::vector<std::string> outputs;
        const std::size_t yields = 1 + from.below(rule.most_outputs == onnx::any_number ? 3 : rule.most_outputs);
        for (std::size_t i = 0; i < yields; ++i) {
            outputs.push_back("y" + std::to_string(k) + "_" + std::to_string(i));
        }
        for (std::size_t i = from.below(4); i > 0; --i) {
            n.attributes.push_back(detail::attribute_of(detail::words(rule.attributes, from.below(16)), from));
        }
        // The library takes the axes as input and as attribute, and counted from the back, in any version; ONNX does
        // not.
        const bool by_input = opset >= (n.type == "ReduceMax" || n.type == "ReduceMean" ? 18 : 13);
        const bool has_axes = n.type.starts_with("Reduce") || n.type.ends_with("squeeze") || n.type == "Squeeze";
        if (strict == versions::as_onnx && has_axes &&
            (by_input ? n.find("axes") != nullptr : n.inputs.size() > 1 || opset < 11)) {
            continue;
        }
        attempt([&] {
            std::vector<std::string> inputs;
            for (const onnx::value_id v : n.inputs) {
                inputs.push_back(v == onnx::no_value ? "" : b[v].name);
            }
            const std::vector<onnx::value_id> made = b.add(n, outputs); // refuses before the file gets the node
            auto& node = m.node(n.type, inputs, outputs, {}, n.name);
            node.set_domain(n.domain);
            for (const onnx::attribute& a : n.attributes) {
                detail::add_attribute(node, a);
            }
            for (const onnx::value_id v : made) {
                values.push_back(v);
                b.output(v);
                m.output(b[v].name);
            }
        });
    }
    result.built = std::move(b).finish();
    result.file = std::move(m.model);
    return result;
}

} // namespace opara::test
