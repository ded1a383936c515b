/// @file
/// Short ways to ask the builder one question.
#pragma once

#include <opara/onnx/builder.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::test {

using onnx::attribute;
using onnx::element;
using onnx::shape;

/// One operator on inputs of given shapes.
struct question {
    std::string type;
    std::vector<shape> inputs;
    std::vector<attribute> attributes{};
    std::int64_t opset = 13;
    std::size_t outputs = 1;
    std::string domain{};
    element elements = element::f32;
};

/// The shapes of its outputs. @throws parse_error  as `builder::add`
inline std::vector<shape> shapes_of(const question& q) {
    onnx::builder b{"question", q.opset};
    std::vector<onnx::value_id> inputs;
    for (const shape& s : q.inputs) {
        inputs.push_back(b.input("in" + std::to_string(inputs.size()), q.elements, s));
    }
    std::vector<shape> result;
    for (const onnx::value_id v : b.add(q.type, "node", inputs, q.attributes, q.outputs, q.domain)) {
        result.push_back(b[v].dims);
    }
    return result;
}

/// The shape of its only output.
inline shape shape_of(const question& q) { return shapes_of(q).at(0); }

/// The reason for which an operator is refused; empty where it is not.
template <class F>
std::string refusal(F&& f) {
    try {
        static_cast<void>(f());
    } catch (const parse_error& e) {
        return e.what();
    }
    return {};
}
inline std::string refusal(const question& q) {
    return refusal([&] { return shapes_of(q); });
}

/// Whether a text holds another. With doctest's CAPTURE of the text at the place of the failure.
inline bool mentions(const std::string& text, const std::string& part) {
    return !text.empty() && text.find(part) != std::string::npos;
}

/// Checks that a question is refused for the given reason, and that the refusal names the node.
inline void refused(const question& q, const std::string& reason) {
    const std::string said = refusal(q);
    CAPTURE(said);
    CAPTURE(reason);
    CHECK(mentions(said, reason));
    CHECK(mentions(said, "node 'node' ("));
}

} // namespace opara::test
