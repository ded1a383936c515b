// Shapes against ONNX's own inference, which shares no code with ours: random operators here, whole files in
// models.cpp.
#include <opara/onnx/reader.hpp>
#include <tests/onnx/proto.hpp>
#include <tests/onnx/proto_oracle.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

using opara::test::ints;
using opara::test::proto_model;

namespace {

class dice {
public:
    explicit dice(std::uint32_t seed) : engine_{seed} {}
    std::int64_t operator()(std::int64_t low, std::int64_t high) { // both included
        return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint32_t>(high - low + 1));
    }
    bool coin() { return (*this)(0, 1) == 1; }
    ints dims(std::int64_t rank, std::int64_t most = 6) {
        ints d;
        for (std::int64_t i = 0; i < rank; ++i) {
            d.push_back((*this)(1, most));
        }
        return d;
    }
    ints shuffled(std::int64_t count) {
        ints order(static_cast<std::size_t>(count));
        std::iota(order.begin(), order.end(), std::int64_t{0});
        for (std::size_t i = order.size(); i > 1; --i) {
            std::swap(order[i - 1], order[static_cast<std::size_t>((*this)(0, static_cast<std::int64_t>(i) - 1))]);
        }
        return order;
    }
    // Some of the axes of a tensor, each counted from the front or from the back.
    ints axes(std::int64_t rank, std::int64_t least = 0) {
        ints some = shuffled(rank);
        some.resize(static_cast<std::size_t>((*this)(least, rank)));
        for (std::int64_t& a : some) {
            a -= coin() ? rank : 0;
        }
        return some;
    }
    std::int64_t axis(std::int64_t rank) { return (*this)(-rank, rank - 1); }
    // A shape that broadcasts with `d`, neither wider nor necessarily equal.
    ints narrower(ints d) {
        for (std::int64_t& extent : d) {
            extent = (*this)(0, 2) == 0 ? 1 : extent;
        }
        d.erase(d.begin(), d.begin() + (*this)(0, static_cast<std::int64_t>(d.size())));
        return d;
    }

private:
    std::mt19937 engine_;
};

constexpr std::int64_t newest_known_to_the_oracle = 17;

using maker = std::function<proto_model(dice&, const std::string& type)>;

proto_model windowed(dice& roll, const std::string& type) {
    proto_model m{roll(7, newest_known_to_the_oracle)};
    const std::int64_t axes = roll(1, 3);
    const bool conv = type == "Conv";
    const std::int64_t groups = conv && roll.coin() ? roll(1, 3) : 1;
    const std::int64_t channels = groups * roll(1, 3);
    ints x{roll(1, 2), channels}, kernel, strides, dilations, pads(static_cast<std::size_t>(2 * axes), 0);
    const bool dilated = conv || (type == "MaxPool" && m.model.opset_import(0).version() >= 10);
    const bool up = !conv && m.model.opset_import(0).version() >= 10 && roll.coin();
    for (std::int64_t i = 0; i < axes; ++i) {
        kernel.push_back(roll(1, 4));
        dilations.push_back(dilated && kernel.back() > 1 ? roll(1, 2) : 1);
        const std::int64_t reach = (kernel.back() - 1) * dilations.back() + 1;
        x.push_back(reach + roll(0, 12));
        // With ceil_mode and a last window that begins behind the data, old versions of ONNX count one window more
        // than anybody computes; that case has a test of its own.
        strides.push_back(up ? roll(1, kernel.back()) : roll(1, 5));
    }
    std::vector<std::pair<std::string, proto_model::parameter>> a{{"strides", strides}};
    const std::int64_t mode = roll(0, 3);
    if (mode == 0) {
        for (std::int64_t i = 0; i < 2 * axes; ++i) {
            const bool end = i >= axes;
            pads[static_cast<std::size_t>(i)] = end && up ? 0 : roll(0, kernel[static_cast<std::size_t>(i % axes)] - 1);
        }
        a.push_back({"pads", pads});
    } else if (!up && mode < 3) {
        a.push_back({"auto_pad", std::string{mode == 1 ? (roll.coin() ? "SAME_UPPER" : "SAME_LOWER") : "VALID"}});
    }
    if (dilated) {
        a.push_back({"dilations", dilations});
    }
    if (up) {
        a.push_back({"ceil_mode", std::int64_t{1}});
    }
    m.input("x", x);
    if (conv) {
        ints w{groups * roll(1, 3), channels / groups};
        w.insert(w.end(), kernel.begin(), kernel.end());
        m.input("w", w).input("b", {w[0]});
        a.push_back({"group", groups});
        if (roll.coin()) {
            a.push_back({"kernel_shape", kernel});
        }
        m.node(type, roll.coin() ? std::vector<std::string>{"x", "w"} : std::vector<std::string>{"x", "w", "b"}, {"y"},
               a);
    } else {
        a.push_back({"kernel_shape", kernel});
        if (type == "MaxPool" && roll.coin()) {
            m.node(type, {"x"}, {"y", "z"}, a);
            m.output("z");
        } else {
            m.node(type, {"x"}, {"y"}, a);
        }
    }
    return m;
}

proto_model elementwise(dice& roll, const std::string& type) {
    proto_model m{roll(12, newest_known_to_the_oracle)};
    const ints d = roll.dims(roll(0, 4));
    ints a = d, b = roll.narrower(d);
    if (roll.coin()) {
        std::swap(a, b);
    }
    m.input("a", a).input("b", b);
    if (type == "Where") {
        m.input("c", roll.narrower(d), ::onnx::TensorProto::BOOL);
        m.node(type, {"c", "a", "b"}, {"y"});
    } else if (type == "Sum" || type == "Max" || type == "Min") {
        m.input("c", roll.narrower(d));
        m.node(type, {"a", "b", "c"}, {"y"});
    } else {
        m.node(type, {"a", "b"}, {"y"});
    }
    return m;
}

proto_model unary(dice& roll, const std::string& type) {
    proto_model m{roll(13, newest_known_to_the_oracle)};
    m.input("x", roll.dims(roll(type.ends_with("oftmax") ? 1 : 0, 4)));
    m.node(type, {"x"}, {"y"});
    return m;
}

proto_model gemm(dice& roll, const std::string& type) {
    proto_model m{roll(11, newest_known_to_the_oracle)};
    const std::int64_t rows = roll(1, 9), inner = roll(1, 9), columns = roll(1, 9);
    const bool flip_a = roll.coin(), flip_b = roll.coin();
    m.input("a", flip_a ? ints{inner, rows} : ints{rows, inner});
    m.input("b", flip_b ? ints{columns, inner} : ints{inner, columns});
    m.input("c", roll.narrower({rows, columns}));
    m.node(type, {"a", "b", "c"}, {"y"}, {{"transA", std::int64_t{flip_a}}, {"transB", std::int64_t{flip_b}}});
    return m;
}

proto_model matmul(dice& roll, const std::string& type) {
    proto_model m{roll(9, newest_known_to_the_oracle)};
    const ints lead = roll.dims(roll(0, 3));
    const std::int64_t inner = roll(1, 9);
    ints a = roll.narrower(lead), b = roll.narrower(lead);
    a.insert(a.end(), {roll(1, 9), inner});
    b.insert(b.end(), {inner, roll(1, 9)});
    if (roll(0, 4) == 0) {
        a = {inner};
    }
    if (roll(0, 4) == 0) {
        b = {inner};
    }
    m.input("a", a).input("b", b);
    m.node(type, {"a", "b"}, {"y"});
    return m;
}

proto_model reduction(dice& roll, const std::string& type) {
    proto_model m{roll(7, newest_known_to_the_oracle)};
    const std::int64_t rank = roll(1, 4);
    const ints axes = roll.axes(rank, 1);
    m.input("x", roll.dims(rank));
    std::vector<std::pair<std::string, proto_model::parameter>> a{{"keepdims", roll(0, 1)}};
    if (m.model.opset_import(0).version() < 11) { // negative axes came with 11
        a.push_back({"axes", [&] {
                         ints plain = axes;
                         for (std::int64_t& i : plain) {
                             i += i < 0 ? rank : 0;
                         }
                         return plain;
                     }()});
        m.node(type, {"x"}, {"y"}, a);
    } else if (type == "ReduceSum" && m.model.opset_import(0).version() >= 13) {
        m.integers("axes", axes);
        m.node(type, {"x", "axes"}, {"y"}, a);
    } else {
        a.push_back({"axes", axes});
        m.node(type, {"x"}, {"y"}, a);
    }
    return m;
}

proto_model concat(dice& roll, const std::string& type) {
    proto_model m{roll(11, newest_known_to_the_oracle)};
    const std::int64_t rank = roll(1, 4), axis = roll.axis(rank);
    const ints d = roll.dims(rank);
    std::vector<std::string> inputs;
    for (std::int64_t i = roll(1, 4); i > 0; --i) {
        ints next = d;
        next[static_cast<std::size_t>((axis + rank) % rank)] = roll(1, 5);
        inputs.push_back("x" + std::to_string(i));
        m.input(inputs.back(), next);
    }
    m.node(type, inputs, {"y"}, {{"axis", axis}});
    return m;
}

proto_model split(dice& roll, const std::string& type) {
    proto_model m{roll(11, newest_known_to_the_oracle)};
    const std::int64_t rank = roll(1, 4), axis = roll.axis(rank);
    ints d = roll.dims(rank), sizes;
    const bool equal = roll.coin();
    std::vector<std::string> outputs;
    for (std::int64_t i = roll(1, 4); i > 0; --i) {
        sizes.push_back(equal && !sizes.empty() ? sizes[0] : roll(1, 5));
        outputs.push_back("y" + std::to_string(i));
        m.output(outputs.back());
    }
    d[static_cast<std::size_t>((axis + rank) % rank)] = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
    m.input("x", d);
    std::vector<std::pair<std::string, proto_model::parameter>> a{{"axis", axis}};
    std::vector<std::string> inputs{"x"};
    if (!equal && m.model.opset_import(0).version() >= 13) {
        m.integers("sizes", sizes);
        inputs.push_back("sizes");
    } else if (!equal) {
        a.push_back({"split", sizes});
    }
    m.node(type, inputs, outputs, a);
    return m;
}

proto_model slice(dice& roll, const std::string& type) {
    proto_model m{roll(10, newest_known_to_the_oracle)};
    const std::int64_t rank = roll(1, 4);
    const ints axes = roll.axes(rank, 1);
    m.input("x", roll.dims(rank, 9));
    ints starts, ends, steps;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        steps.push_back(roll.coin() ? roll(1, 4) : roll(-4, -1));
        const bool far = roll(0, 5) == 0;
        starts.push_back(roll(-12, 12));
        ends.push_back(far ? (steps.back() > 0 ? INT64_MAX : INT64_MIN) : roll(-12, 12));
    }
    m.integers("starts", starts).integers("ends", ends).integers("axes", axes).integers("steps", steps);
    m.node(type, {"x", "starts", "ends", "axes", "steps"}, {"y"});
    return m;
}

proto_model pad(dice& roll, const std::string& type) {
    proto_model m{roll(11, newest_known_to_the_oracle)};
    const std::int64_t rank = roll(1, 4);
    m.input("x", roll.dims(rank));
    ints pads;
    for (std::int64_t i = 0; i < 2 * rank; ++i) {
        pads.push_back(roll(0, 3));
    }
    m.integers("pads", pads);
    m.node(type, {"x", "pads"}, {"y"});
    return m;
}

proto_model view(dice& roll, const std::string& type) {
    proto_model m{roll(11, newest_known_to_the_oracle)};
    const bool inputs = m.model.opset_import(0).version() >= 13;
    const std::int64_t rank = roll(1, 4);
    ints d = roll.dims(rank);
    if (type == "Reshape") {
        ints to = roll.coin() ? d : ints{d[0], -1};
        if (to.size() > 1 || rank == 1) {
            to[0] = roll.coin() ? 0 : to[0];
        }
        m.input("x", d).integers("shape", to);
        m.node(type, {"x", "shape"}, {"y"});
    } else if (type == "Flatten") {
        m.input("x", d);
        m.node(type, {"x"}, {"y"}, {{"axis", roll(-rank, rank)}});
    } else if (type == "Transpose") {
        m.input("x", d);
        if (roll.coin()) {
            m.node(type, {"x"}, {"y"}, {{"perm", roll.shuffled(rank)}});
        } else {
            m.node(type, {"x"}, {"y"});
        }
    } else if (type == "Expand") {
        m.input("x", roll.narrower(d)).integers("shape", roll.coin() ? d : roll.narrower(d));
        if (m.graph().initializer(0).dims(0) == 0) {
            m.graph().clear_initializer();
            m.integers("shape", d);
        }
        m.node(type, {"x", "shape"}, {"y"});
    } else {
        const std::int64_t extra = roll(1, 2);
        const ints axes = [&] {
            ints some = roll.shuffled(type == "Squeeze" ? rank : rank + extra);
            some.resize(static_cast<std::size_t>(std::min(extra, rank)));
            return some;
        }();
        if (type == "Squeeze") {
            for (const std::int64_t a : axes) {
                d[static_cast<std::size_t>(a)] = 1;
            }
        }
        // As many new axes as the list has, so the list may only name places below the new rank.
        ints named = axes;
        if (type == "Unsqueeze") {
            named = roll.shuffled(rank + static_cast<std::int64_t>(axes.size()));
            named.resize(axes.size());
        }
        m.input("x", d);
        if (inputs) {
            m.integers("axes", named);
            m.node(type, {"x", "axes"}, {"y"});
        } else {
            m.node(type, {"x"}, {"y"}, {{"axes", named}});
        }
    }
    return m;
}

proto_model gather(dice& roll, const std::string& type) {
    proto_model m{roll(11, newest_known_to_the_oracle)};
    const std::int64_t rank = roll(1, 4);
    m.input("x", roll.dims(rank)).input("i", roll.dims(roll(0, 3)), ::onnx::TensorProto::INT64);
    m.node(type, {"x", "i"}, {"y"}, {{"axis", roll.axis(rank)}});
    return m;
}

// Shape arithmetic as exporters write it: the shape of one tensor, cut up and joined, reshapes another.
proto_model shape_arithmetic(dice& roll, const std::string&) {
    proto_model m{roll(13, newest_known_to_the_oracle)};
    const std::int64_t heads = roll(1, 4), width = roll(1, 5);
    m.input("x", {roll(1, 4), roll(1, 7), heads * width});
    m.integers("axis0", {0}).integers("one", {1}).integers("heads", {heads}).integers("width", {width});
    auto* scalar = m.graph().add_initializer();
    scalar->set_name("index");
    scalar->set_data_type(::onnx::TensorProto::INT64);
    scalar->add_int64_data(roll(0, 1));
    m.node("Shape", {"x"}, {"s"});
    m.node("Gather", {"s", "index"}, {"extent"}, {{"axis", std::int64_t{0}}});
    m.node("Unsqueeze", {"extent", "axis0"}, {"list"});
    m.integers("minus", {-1});
    m.node("Concat", {"list", "minus", "heads", "width"}, {"to"}, {{"axis", std::int64_t{0}}});
    m.node("Reshape", {"x", "to"}, {"y"});
    return m;
}

proto_model normalization(dice& roll, const std::string& type) {
    proto_model m{type == "LayerNormalization" ? 17 : roll(9, newest_known_to_the_oracle)};
    const ints d = roll.dims(roll(type == "LayerNormalization" ? 2 : 3, 5));
    m.input("x", d);
    if (type == "LayerNormalization") {
        const std::int64_t axis = roll.axis(static_cast<std::int64_t>(d.size()));
        m.input("scale", {d.back()});
        m.node(type, {"x", "scale"}, {"y", "mean"}, {{"axis", axis}});
        m.output("mean");
    } else if (type == "LRN") {
        m.node(type, {"x"}, {"y"}, {{"size", roll(1, 5)}});
    } else if (type == "BatchNormalization") {
        m.input("s", {d[1]}).input("b", {d[1]}).input("m", {d[1]}).input("v", {d[1]});
        m.node(type, {"x", "s", "b", "m", "v"}, {"y"});
    } else {
        m.node(type, {"x"}, {"y"});
    }
    return m;
}

const std::map<std::string, maker>& makers() {
    static const std::map<std::string, maker> all{
        {"Conv", windowed},
        {"MaxPool", windowed},
        {"AveragePool", windowed},
        {"Add", elementwise},
        {"Sub", elementwise},
        {"Mul", elementwise},
        {"Div", elementwise},
        {"Pow", elementwise},
        {"Sum", elementwise},
        {"Max", elementwise},
        {"Min", elementwise},
        {"Where", elementwise},
        {"Equal", elementwise},
        {"Less", elementwise},
        {"Greater", elementwise},
        {"Relu", unary},
        {"Sigmoid", unary},
        {"Tanh", unary},
        {"Exp", unary},
        {"Log", unary},
        {"Sqrt", unary},
        {"Abs", unary},
        {"Neg", unary},
        {"Erf", unary},
        {"LeakyRelu", unary},
        {"Clip", unary},
        {"Identity", unary},
        {"Dropout", unary},
        {"Softmax", unary},
        {"LogSoftmax", unary},
        {"Shape", unary},
        {"Gemm", gemm},
        {"MatMul", matmul},
        {"ReduceMean", reduction},
        {"ReduceSum", reduction},
        {"ReduceMax", reduction},
        {"Concat", concat},
        {"Split", split},
        {"Slice", slice},
        {"Pad", pad},
        {"Gather", gather},
        {"Reshape", view},
        {"Flatten", view},
        {"Transpose", view},
        {"Expand", view},
        {"Squeeze", view},
        {"Unsqueeze", view},
        {"shape arithmetic", shape_arithmetic},
        {"BatchNormalization", normalization},
        {"LRN", normalization},
        {"LayerNormalization", normalization},
        {"GlobalAveragePool", normalization},
        {"GlobalMaxPool", normalization},
    };
    return all;
}

} // namespace

TEST_CASE("random operators have the shapes that ONNX infers") {
    constexpr std::uint32_t models = 300;
    for (const auto& entry : makers()) {
        const std::string& type = entry.first; // no structured binding: doctest captures it in a lambda
        const maker& make = entry.second;
        std::size_t compared = 0;
        for (std::uint32_t seed = 0; seed < models; ++seed) {
            dice roll{seed};
            proto_model m = make(roll, type);
            if (m.graph().output_size() == 0 || m.graph().output(0).name() != "y1") {
                bool yields_y = false;
                for (const auto& n : m.graph().node()) {
                    yields_y = yields_y || std::find(n.output().begin(), n.output().end(), "y") != n.output().end();
                }
                if (yields_y) {
                    m.output("y");
                }
            }
            CAPTURE(type);
            CAPTURE(seed);
            CAPTURE(m.model.ShortDebugString());
            const std::size_t count = opara::test::compare_with_oracle(m.model);
            CHECK(count > 0);
            compared += count;
        }
        CAPTURE(type);
        CHECK(compared >= models);
    }
}

TEST_CASE("every operator of ONNX's own that the oracle knows is compared with it") {
    // Those that the oracle cannot infer (values decide), that are younger than it, or that it does not have.
    const std::vector<std::string> elsewhere{
        "Cast", "Constant", "ConstantOfShape", "Gelu", "RMSNormalization", "SimplifiedLayerNormalization", "Range"};
    for (const auto& rule : opara::onnx::operator_rules()) {
        const std::string type{rule.type};
        if (rule.domain.empty() && std::find(elsewhere.begin(), elsewhere.end(), type) == elsewhere.end()) {
            CAPTURE(type);
            CHECK(makers().contains(type));
        }
    }
}
