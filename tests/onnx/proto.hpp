/// @file
/// Short ways to write small ONNX models in a test.
#pragma once

#include <google/protobuf/message_lite.h>
#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace opara::test {

using ints = std::vector<std::int64_t>;

/// An ONNX model under construction.
struct proto_model {
    using parameter = std::variant<std::int64_t, float, std::string, ints>;

    ::onnx::ModelProto model;

    explicit proto_model(std::int64_t opset = 13, std::int64_t ir = 8) {
        model.set_ir_version(ir);
        auto* set = model.add_opset_import();
        set->set_domain("");
        set->set_version(opset);
        model.mutable_graph()->set_name("test");
    }
    ::onnx::GraphProto& graph() { return *model.mutable_graph(); }

    proto_model& input(const std::string& name, const ints& dims, int type = ::onnx::TensorProto::FLOAT) {
        auto* value = graph().add_input();
        value->set_name(name);
        auto* tensor = value->mutable_type()->mutable_tensor_type();
        tensor->set_elem_type(type);
        tensor->mutable_shape();
        for (const std::int64_t d : dims) {
            tensor->mutable_shape()->add_dim()->set_dim_value(d);
        }
        return *this;
    }
    proto_model& output(const std::string& name, int type = ::onnx::TensorProto::UNDEFINED) {
        auto* value = graph().add_output();
        value->set_name(name);
        value->mutable_type()->mutable_tensor_type()->set_elem_type(type);
        return *this;
    }
    /// An int64 list as an initializer.
    proto_model& integers(const std::string& name, const ints& numbers) {
        auto* t = graph().add_initializer();
        t->set_name(name);
        t->set_data_type(::onnx::TensorProto::INT64);
        t->add_dims(static_cast<std::int64_t>(numbers.size()));
        for (const std::int64_t n : numbers) {
            t->add_int64_data(n);
        }
        return *this;
    }
    ::onnx::NodeProto& node(const std::string& type, const std::vector<std::string>& inputs,
                            const std::vector<std::string>& outputs,
                            const std::vector<std::pair<std::string, parameter>>& attributes = {},
                            const std::string& name = "") {
        auto* n = graph().add_node();
        n->set_op_type(type);
        n->set_name(name);
        for (const std::string& i : inputs) {
            n->add_input(i);
        }
        for (const std::string& o : outputs) {
            n->add_output(o);
        }
        for (const auto& [key, value] : attributes) {
            auto* a = n->add_attribute();
            a->set_name(key);
            if (const auto* i = std::get_if<std::int64_t>(&value)) {
                a->set_type(::onnx::AttributeProto::INT);
                a->set_i(*i);
            } else if (const auto* f = std::get_if<float>(&value)) {
                a->set_type(::onnx::AttributeProto::FLOAT);
                a->set_f(*f);
            } else if (const auto* s = std::get_if<std::string>(&value)) {
                a->set_type(::onnx::AttributeProto::STRING);
                a->set_s(*s);
            } else {
                a->set_type(::onnx::AttributeProto::INTS);
                for (const std::int64_t number : std::get<ints>(value)) {
                    a->add_ints(number);
                }
            }
        }
        return *n;
    }
    [[nodiscard]] std::vector<std::byte> bytes() const { return bytes_of(model); }

    static std::vector<std::byte> bytes_of(const ::google::protobuf::MessageLite& message) {
        const std::string text = message.SerializeAsString();
        const auto* first = reinterpret_cast<const std::byte*>(text.data());
        return {first, first + text.size()};
    }
};

} // namespace opara::test
