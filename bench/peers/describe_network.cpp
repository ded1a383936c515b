// Writes a network of the zoo as JSON, for programs that build it in another framework:
//   describe_network NAME [BATCH]
//
// {"name", "values": [{"name", "type", "dims", "kind": "input" | "weight" | "result", "data"?}],
//  "operators": [{"name", "type", "inputs", "outputs", "attributes"}], "inputs", "outputs"}
//
// Inputs and outputs are numbers of values, -1 where one is left out. "data" holds the elements of integers (tables of
// places, shapes, an input to look up) and single numbers; other weights are for the reader to draw, their shapes are
// what matters.
#include <examples/zoo/zoo.hpp>
#include <opara/onnx/network.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace opara;
using json = nlohmann::ordered_json;

std::string name_of(onnx::element type) {
    switch (type) {
    case onnx::element::f32: return "float32";
    case onnx::element::f16: return "float16";
    case onnx::element::bf16: return "bfloat16";
    case onnx::element::f64: return "float64";
    case onnx::element::i8: return "int8";
    case onnx::element::u8: return "uint8";
    case onnx::element::i32: return "int32";
    case onnx::element::i64: return "int64";
    case onnx::element::boolean: return "bool";
    }
    return "";
}

json integers_of(const onnx::tensor& t) {
    if (t.type == onnx::element::i64) {
        return t.as<std::int64_t>();
    }
    return t.as<std::int32_t>();
}

bool is_index(onnx::element type) { return type == onnx::element::i64 || type == onnx::element::i32; }

json attribute_of(const onnx::attribute_value& value) {
    return std::visit(
        [](const auto& held) -> json {
            if constexpr (requires { held.bytes; }) {
                throw error{"a tensor is an attribute, which nothing in the zoo has"};
            } else {
                return held;
            }
        },
        value);
}

json numbers(const std::vector<onnx::value_id>& values) {
    json list = json::array();
    for (const onnx::value_id v : values) {
        list.push_back(v == onnx::no_value ? -1 : static_cast<std::int64_t>(v.value));
    }
    return list;
}

json describe(const onnx::network& net) {
    json values = json::array();
    for (const onnx::value& v : net.values) {
        json entry{{"name", v.name}, {"type", name_of(v.type)}, {"dims", v.dims}};
        entry["kind"] = v.is_weight() ? "weight" : v.is_input() ? "input" : "result";
        if (const auto* held = v.is_weight() ? std::get_if<onnx::tensor>(&*v.data) : nullptr) {
            if (is_index(v.type)) {
                entry["data"] = integers_of(*held);
            } else if (v.type == onnx::element::f32 && onnx::elements(v.dims) == 1) {
                entry["data"] = held->as<float>(); // an exponent, a factor: no number to draw
            }
        } else if (const auto* fill = v.is_weight() ? std::get_if<onnx::constant_fill>(&*v.data) : nullptr;
                   fill != nullptr && onnx::elements(v.dims) == 1) {
            entry["data"] = std::vector<double>{fill->number};
        }
        values.push_back(std::move(entry));
    }
    const std::vector<onnx::tensor> samples = zoo::sample_inputs(net);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (is_index(samples[i].type)) {
            values[net.inputs[i].index()]["data"] = integers_of(samples[i]);
        }
    }
    json operators = json::array();
    for (const onnx::node& n : net.graph.operators()) {
        json attributes = json::object();
        for (const onnx::attribute& a : n.attributes) {
            attributes[a.name] = attribute_of(a.value);
        }
        operators.push_back({{"name", n.name},
                             {"type", n.type},
                             {"inputs", numbers(n.inputs)},
                             {"outputs", numbers(n.outputs)},
                             {"attributes", std::move(attributes)}});
    }
    return {{"name", net.name},
            {"values", std::move(values)},
            {"operators", std::move(operators)},
            {"inputs", numbers(net.inputs)},
            {"outputs", numbers(net.outputs)}};
}

} // namespace

int main(int argc, char** argv) {
    std::int64_t batch = 1;
    const std::string_view text = argc == 3 ? argv[2] : "1";
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), batch);
    if (argc < 2 || argc > 3 || failure != std::errc{} || end != text.data() + text.size() || batch < 1) {
        std::cerr << "usage: " << argv[0] << " NAME [BATCH]\n";
        return 2;
    }
    try {
        std::cout << describe(zoo::build(argv[1], {.batch = batch})).dump() << '\n';
        return EXIT_SUCCESS;
    } catch (const std::exception& e) {
        std::cerr << argv[0] << ": " << e.what() << '\n';
        return EXIT_FAILURE;
    }
}
