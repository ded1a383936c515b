#include <opara/onnx/reader.hpp>
#include <tests/onnx/proto.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;
using opara::op_id;
using message = ::onnx::TensorProto;

namespace {

network back(const proto_model& m, const read_options& options = {}) { return read(m.bytes(), options); }

std::string why(const proto_model& m, const read_options& options = {}) {
    const std::string said = refusal([&] { return back(m, options); });
    CHECK_MESSAGE(!said.empty(), "the model was read");
    return said;
}

// A convolution, a view and a product, as an exporter of IR 3 writes them: initializers among the inputs, one weight
// made by ConstantOfShape, nodes without names.
proto_model small(std::int64_t ir = 3, std::int64_t opset = 9) {
    proto_model m{opset, ir};
    m.input("data_0", {1, 3, 8, 8}).integers("w__SHAPE", {4, 3, 3, 3}).integers("to", {1, -1});
    if (ir <= 3) {
        m.input("w__SHAPE", {4}, message::INT64).input("to", {2}, message::INT64);
    }
    auto& fill = m.node("ConstantOfShape", {"w__SHAPE"}, {"w"});
    auto* value = fill.add_attribute();
    value->set_name("value");
    value->set_type(::onnx::AttributeProto::TENSOR);
    value->mutable_t()->set_data_type(message::FLOAT);
    value->mutable_t()->add_dims(1);
    value->mutable_t()->add_float_data(0.02F);
    m.node("Conv", {"data_0", "w"}, {"a/conv"}, {{"pads", ints{1, 1, 1, 1}}, {"auto_pad", std::string{"NOTSET"}}});
    m.node("Relu", {"a/conv"}, {"a/relu"}, {}, "named");
    m.node("Dropout", {"a/relu"}, {"drop", "drop_mask"}, {{"ratio", 0.4F}});
    m.node("Reshape", {"drop", "to"}, {"flat"});
    m.node("Softmax", {"flat"}, {"prob_1"});
    m.output("prob_1", message::FLOAT);
    return m;
}

} // namespace

TEST_CASE("a small model, as IR 3 and later versions write it") {
    for (const std::int64_t ir : {3, 4, 8}) {
        const network net = back(small(ir));
        REQUIRE(net.graph.size() == 5);
        CHECK(net.name == "test");
        REQUIRE(net.inputs.size() == 1);
        CHECK(net[net.inputs[0]].name == "data_0");
        CHECK(net[net.outputs[0]].name == "prob_1");
        CHECK(net[net.outputs[0]].dims == shape{1, 256});
        CHECK(net[op_id{0}].name == "Conv_1"); // by its place in the file
        CHECK(net[op_id{1}].name == "named");
        CHECK(net[op_id{0}].opset == 9);
        const value& w = net[net[op_id{0}].inputs[1]];
        CHECK(w.name == "w");
        CHECK(w.dims == shape{4, 3, 3, 3});
        CHECK(std::get<constant_fill>(*w.data).number == doctest::Approx(0.02));
        CHECK(net[op_id{2}].outputs.size() == 1); // nothing reads the mask
        CHECK(freeze(net).edge_count() == 4);
        CHECK(back(small(ir)) == net);
    }
}

TEST_CASE("every kind of attribute and initializer arrives") {
    proto_model m{13};
    m.input("x", {2, 3});
    auto* t = m.graph().add_initializer();
    t->set_name("w");
    t->set_data_type(message::FLOAT);
    t->add_dims(3);
    t->add_dims(2);
    for (int i = 0; i < 6; ++i) {
        t->add_float_data(static_cast<float>(i));
    }
    m.node("Gemm", {"x", "w", ""}, {"y"}, {{"alpha", 0.5F}, {"transB", std::int64_t{0}}});
    m.output("y");
    const network net = back(m);
    const node& gemm = net[op_id{0}];
    CHECK(gemm.inputs[2] == no_value);
    CHECK(gemm.attribute_or<double>("alpha", 0) == 0.5);
    CHECK(gemm.attribute_or<std::int64_t>("transB", 7) == 0);
    CHECK(std::get<tensor>(*net[gemm.inputs[1]].data).as<float>() == std::vector<float>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("symbolic dimensions, unknown ones, and the batch") {
    proto_model m{13};
    m.input("x", {7, 7, 7});
    auto* dims = m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
    dims->mutable_dim(0)->set_dim_param("batch_size");
    dims->mutable_dim(1)->clear_value();
    m.node("Relu", {"x"}, {"y"}).set_domain("ai.onnx");
    m.output("y");
    const auto shape_with = [&](const read_options& options) {
        const network net = back(m, options);
        return net[net.outputs[0]].dims;
    };
    CHECK(shape_with({}) == shape{1, 1, 7});
    CHECK(shape_with({.dimensions = {{"batch_size", 4}}}) == shape{4, 1, 7});
    CHECK(shape_with({.unknown = 3}) == shape{3, 3, 7});
    CHECK(shape_with({.dimensions = {{"batch_size", 4}}, .unknown = 3, .batch = 16}) == shape{16, 3, 7});
    CHECK(mentions(why(m, {.dimensions = {{"sequence", 4}}}), "option 'sequence=4': no input has a dimension"));
    CHECK(mentions(why(m, {.batch = -1}), "negative extent"));
    CHECK(mentions(why(m, {.batch = std::int64_t{1} << 60}), "larger than any real tensor"));
    const network wide = back(small(), {.batch = 2});
    CHECK(wide[wide.outputs[0]].dims == shape{1, 512}); // the -1 of its Reshape takes the batch in
}

TEST_CASE("a batch that the graph's constants contradict names the node") {
    proto_model m{13};
    m.input("x", {1, 6}).integers("to", {2, 3});
    m.node("Reshape", {"x", "to"}, {"y"}, {}, "fixed");
    m.output("y");
    CHECK(back(m).graph.size() == 1);
    CHECK(mentions(why(m, {.batch = 2}), "node 'fixed' (Reshape): shape [2,6] cannot become [2,3]"));
}

TEST_CASE("unnamed nodes never take another's name") {
    proto_model m{13};
    m.input("x", {2});
    m.node("Relu", {"x"}, {"a"});
    m.node("Relu", {"a"}, {"b"}, {}, "Relu_0");
    m.node("Relu", {"b"}, {"c"});
    m.output("c");
    const network net = back(m);
    CHECK(net[op_id{0}].name == "Relu_0'");
    CHECK(net[op_id{1}].name == "Relu_0");
    CHECK(net[op_id{2}].name == "Relu_2");
}

TEST_CASE("quirks of exporters: scalars in Concat, outputs declared with a wrong extent") {
    proto_model m{11, 4};
    m.input("x", {2, 10, 8}).output("y", message::FLOAT);
    m.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(128);
    m.integers("zero", {0});
    auto* scalar = m.graph().add_initializer();
    scalar->set_name("minus");
    scalar->set_data_type(message::INT64);
    scalar->add_int64_data(-1);
    auto* index = m.graph().add_initializer();
    index->CopyFrom(*scalar);
    index->set_name("index");
    index->set_int64_data(0, 0);
    m.node("Shape", {"x"}, {"s"});
    m.node("Gather", {"s", "index"}, {"n"}, {{"axis", std::int64_t{0}}});
    m.node("Unsqueeze", {"n"}, {"list"}, {{"axes", ints{0}}});
    m.node("Concat", {"list", "minus"}, {"to"}, {{"axis", std::int64_t{0}}});
    m.node("Reshape", {"x", "to"}, {"y"});
    const network net = back(m);
    CHECK(net[net.outputs[0]].dims == shape{2, 80});
    CHECK(net.graph.size() == 5); // shape arithmetic on an input stays
}

TEST_CASE("models that are refused, each with the node and the reason") {
    CHECK(mentions(refusal([] { return read(std::vector<std::byte>{}); }), "no graph"));
    {
        proto_model m = small(2);
        CHECK(mentions(why(m), "IR version 2 is not supported"));
        m.model.set_ir_version(99);
        CHECK(mentions(why(m), "IR version 99"));
        m.model.clear_ir_version();
        CHECK(mentions(why(m), "IR version 0"));
    }
    CHECK(mentions(why(small(8, 6)), "operator set 6 is not supported (7 to 23 are)"));
    CHECK(mentions(why(small(8, 24)), "operator set 24"));
    {
        proto_model m = small();
        m.model.clear_opset_import();
        CHECK(mentions(why(m), "the version of ONNX's operator set is missing"));
    }
    {
        proto_model m = small();
        m.model.add_opset_import()->set_domain("ai.onnx");
        CHECK(mentions(why(m), "imported twice"));
        m.model.mutable_opset_import(1)->set_domain("opara");
        m.model.mutable_opset_import(1)->set_version(2);
        CHECK(mentions(why(m), "'opara' has no version 2"));
    }
    {
        proto_model m = small();
        m.graph().mutable_node(2)->set_op_type("LSTM");
        CHECK(why(m) == "node 'named' (LSTM): the operator is not supported");
        m.graph().mutable_node(2)->set_op_type("Relu");
        m.graph().mutable_node(2)->set_domain("com.microsoft");
        CHECK(why(m) == "node 'named' (com.microsoft.Relu): the operator is not supported");
    }
    {
        proto_model m = small();
        m.graph().mutable_node(2)->set_op_type("Gelu"); // of operator set 20, in a model of 9
        CHECK(mentions(why(m), "node 'named' (Gelu): the operator exists since version 20"));
    }
    {
        proto_model m = small();
        m.graph().mutable_node(1)->mutable_attribute(0)->set_name("padding");
        CHECK(why(m) == "node 'Conv_1' (Conv): attribute 'padding' is not supported in version 9 of the operator set");
    }
    {
        proto_model m = small();
        auto* a = m.graph().mutable_node(1)->mutable_attribute(0);
        a->set_type(::onnx::AttributeProto::GRAPH);
        CHECK(mentions(why(m), "node 'Conv_1' (Conv): attribute 'pads' is of a kind that is not supported"));
        a->set_type(::onnx::AttributeProto::INT);
        CHECK(mentions(why(m), "node 'Conv_1' (Conv): attribute 'pads' has the wrong type"));
        a->set_ref_attr_name("other");
        CHECK(mentions(why(m), "refers to an attribute of a function"));
    }
    {
        proto_model m = small();
        m.graph().mutable_node(3)->mutable_attribute(0)->set_f(std::numeric_limits<float>::quiet_NaN());
        CHECK(why(m) == "node 'Dropout_3' (Dropout): attribute 'ratio' is not a number");
    }
    {
        proto_model m = small();
        m.graph().mutable_node(2)->set_input(0, "nowhere");
        CHECK(why(m) == "node 'named' (Relu): nothing yields its input 'nowhere'");
    }
    {
        proto_model m = small();
        m.graph().mutable_output(0)->set_name("nowhere");
        CHECK(why(m) == "output 'nowhere': nothing yields it");
        m.graph().clear_output();
        CHECK(mentions(why(m), "it has no output"));
    }
    {
        proto_model m = small();
        m.output("prob_1");
        CHECK(mentions(why(m), "value 'prob_1' is an output already"));
    }
    {
        proto_model m = small();
        m.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(message::INT64);
        CHECK(mentions(why(m), "output 'prob_1': it is declared with another type"));
    }
}

TEST_CASE("cycles and nodes out of order") {
    proto_model m = small();
    m.graph().mutable_node(1)->set_input(0, "drop");
    CHECK(why(m) == "node 'Conv_1' (Conv): the graph has a cycle: 'Conv_1' -> 'named' -> 'Dropout_3' -> 'Conv_1'");
    m = small();
    m.graph().mutable_node(2)->set_input(0, "a/relu");
    CHECK(why(m) == "node 'named' (Relu): the graph has a cycle: 'named' -> 'named'");
    m = small();
    m.graph().mutable_node()->SwapElements(2, 3);
    CHECK(why(m) ==
          "node 'Dropout_2' (Dropout): its input 'a/relu' comes from node 'named' (Relu), which stands behind "
          "it: the nodes are not sorted");
}

TEST_CASE("names that are there twice") {
    proto_model m = small();
    m.graph().mutable_node(3)->set_name("named");
    CHECK(why(m) == "node 'named' (Dropout): the name is taken by another node");
    m = small();
    m.graph().mutable_node(3)->set_output(0, "a/relu");
    CHECK(why(m) == "node 'Dropout_3' (Dropout): its output 'a/relu' has the name of another value");
    m = small();
    m.graph().mutable_node(3)->set_output(0, "data_0");
    CHECK(mentions(why(m), "its output 'data_0' has the name of another value"));
    m = small();
    m.graph().mutable_node(3)->set_output(1, "drop"); // although nothing reads the mask
    CHECK(mentions(why(m), "its output 'drop' has the name of another value"));
    m = small(4);
    m.input("data_0", {1});
    CHECK(mentions(why(m), "input 'data_0': two inputs have this name"));
    m = small();
    m.integers("to", {1});
    CHECK(mentions(why(m), "value 'to': the name is taken by another value"));
}

TEST_CASE("inputs and initializers that cannot be read") {
    proto_model m = small();
    m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(message::STRING);
    CHECK(mentions(why(m), "input 'data_0': elements of type 8 are not supported"));
    m = small();
    m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
    CHECK(mentions(why(m), "input 'data_0': its rank is not given"));
    m = small();
    m.graph().mutable_input(0)->mutable_type()->mutable_sequence_type();
    CHECK(mentions(why(m), "input 'data_0': it is no tensor"));
    m = small();
    m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_value(
        -3);
    CHECK(mentions(why(m), "negative extent"));
    m = small();
    m.graph().mutable_initializer(0)->set_data_location(message::EXTERNAL);
    CHECK(mentions(why(m), "initializer 'w__SHAPE': its elements lie in another file"));
    m = small();
    m.graph().mutable_initializer(0)->set_dims(0, 5);
    CHECK(mentions(why(m), "initializer 'w__SHAPE': it has 32 bytes of elements where its shape [5] wants 40"));
    m = small();
    m.graph().add_sparse_initializer();
    CHECK(mentions(why(m), "sparse initializers are not supported"));
    m = small();
    m.graph().mutable_input(0)->set_name("");
    CHECK(mentions(why(m), "a value has no name"));
}

TEST_CASE("a few bytes never make gigabytes") {
    proto_model m = small();
    for (int i = 0; i < 4; ++i) {
        m.graph().mutable_initializer(0)->set_int64_data(i, 1000); // a weight of 4 TB, as a rule
    }
    CHECK(mentions(why(m), "node 'Conv_1'")); // which does not fit, but nothing was allocated
    m.graph().mutable_initializer(0)->set_int64_data(0, std::int64_t{1} << 62);
    CHECK(mentions(why(m), "node 'ConstantOfShape_0' (ConstantOfShape): shape"));
    m = small();
    m.graph().mutable_initializer(1)->set_int64_data(1, std::int64_t{1} << 62);
    CHECK(mentions(why(m), "node 'Reshape_4' (Reshape): shape [1,4,8,8] cannot become"));
}

TEST_CASE("a model cut at every byte, and with every byte changed, is read or refused, and nothing else") {
    const std::vector<std::byte> whole = small().bytes();
    const network expected = read(whole);
    std::size_t refused_count = 0, read_count = 0;
    const auto attempt = [&](std::span<const std::byte> bytes) {
        try {
            static_cast<void>(read(bytes));
            ++read_count;
        } catch (const opara::parse_error& e) {
            ++refused_count;
            CHECK(std::string{e.what()}.size() > 5);
        }
    };
    for (std::size_t size = 0; size < whole.size(); ++size) {
        attempt(std::span{whole}.first(size));
    }
    CHECK(read_count <= 1); // what remains at some cut may happen to be a model: the set of operators comes last
    for (std::size_t i = 0; i < whole.size(); ++i) {
        for (const unsigned bits : {0x01U, 0x80U, 0xFFU}) {
            std::vector<std::byte> changed = whole;
            changed[i] ^= static_cast<std::byte>(bits);
            attempt(changed);
        }
    }
    CHECK(refused_count > whole.size());
    CHECK(read(whole) == expected);
}

TEST_CASE("a file that is not there") {
    CHECK_THROWS_WITH_AS(static_cast<void>(read(std::filesystem::path{"no such file.onnx"})),
                         "cannot read no such file.onnx: No such file or directory", opara::error);
}
