#include <examples/zoo/patterns.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace opara::zoo {

namespace {

using onnx::no_value;

// The operator of that type that yields a value which only `reader` reads.
std::optional<op_id> private_producer(const rewrite& r, value_id v, op_id reader, std::string_view type) {
    const auto op = r.producer(v);
    return op && r.is(*op, type) && r.sole_reader(v) == reader ? op : std::nullopt;
}

// The input of an operator that is not the given one.
value_id other_input(const onnx::node& n, value_id one) { return n.inputs[n.inputs[0] == one ? 1 : 0]; }

bool is_mean_of_rows(const rewrite& r, op_id op) {
    const onnx::node& n = r.net()[op];
    auto axes = n.attribute_or<onnx::shape>("axes", {});
    if (n.inputs.size() > 1 && n.inputs[1] != no_value && r.net()[n.inputs[1]].known) {
        axes = *r.net()[n.inputs[1]].known;
    }
    const auto rank = static_cast<std::int64_t>(r.net()[n.inputs[0]].dims.size());
    return axes.size() == 1 && (axes[0] == -1 || axes[0] == rank - 1) &&
           n.attribute_or<std::int64_t>("keepdims", 1) != 0;
}

// The one permutation of a transpose that turns the last two axes.
bool turns_matrices(const onnx::node& n, std::size_t rank) {
    auto order = n.attribute_or<onnx::shape>("perm", {});
    if (order.size() != rank || rank < 3) {
        return false;
    }
    std::swap(order[rank - 1], order[rank - 2]);
    for (std::size_t i = 0; i < rank; ++i) {
        if (order[i] != static_cast<std::int64_t>(i)) {
            return false;
        }
    }
    return true;
}

} // namespace

void replace_rms_normalisation(rewrite& r, op_id op) {
    const onnx::network& net = r.net();
    if (!r.is(op, "Mul")) {
        return;
    }
    for (const value_id unit : net[op].inputs) {
        const auto division = private_producer(r, unit, op, "Div");
        if (!division) {
            continue;
        }
        const value_id scale = other_input(net[op], unit);
        const value_id x = net[*division].inputs[0];
        const auto root = private_producer(r, net[*division].inputs[1], *division, "Sqrt");
        const auto shifted = root ? private_producer(r, net[*root].inputs[0], *root, "Add") : std::nullopt;
        if (!shifted || net[scale].dims != onnx::shape{net[x].dims.back()}) {
            continue;
        }
        for (const value_id mean : net[*shifted].inputs) {
            const auto averaged = private_producer(r, mean, *shifted, "ReduceMean");
            const auto epsilon = averaged ? r.scalar(other_input(net[*shifted], mean)) : std::nullopt;
            const auto square =
                averaged ? private_producer(r, net[*averaged].inputs[0], *averaged, "Pow") : std::nullopt;
            if (!epsilon || !square || net[*square].inputs[0] != x || r.scalar(net[*square].inputs[1]) != 2.0 ||
                !is_mean_of_rows(r, *averaged)) {
                continue;
            }
            onnx::node fused;
            fused.name = net[op].name;
            fused.type = "RMSNormalization";
            fused.inputs = {x, scale};
            fused.attributes = {{"axis", std::int64_t{-1}}, {"epsilon", *epsilon}};
            r.replace({*square, *averaged, *shifted, *root, *division, op}, op, std::move(fused));
            return;
        }
    }
}

void replace_attention(rewrite& r, op_id op) {
    const onnx::network& net = r.net();
    if (!r.is(op, "Softmax")) {
        return;
    }
    const onnx::shape scores_dims = net[net[op].inputs[0]].dims;
    const auto axis = net[op].attribute_or<std::int64_t>("axis", net[op].opset >= 13 ? -1 : 1);
    if (axis != -1 && axis != std::ssize(scores_dims) - 1) {
        return;
    }
    std::vector<op_id> members{op};
    onnx::node fused;
    fused.type = "Attention";
    fused.domain = "opara";
    fused.inputs.resize(4, no_value);

    // Up from the softmax: a bias, a factor, the scores.
    value_id at = net[op].inputs[0];
    op_id reader = op;
    double scale = 1.0;
    const auto climb = [&](op_id member, value_id next) {
        members.push_back(member);
        reader = member;
        at = next;
    };
    if (const auto sum = private_producer(r, at, reader, "Add")) {
        // Which term is the bias shows by what yields the other.
        for (const value_id term : net[*sum].inputs) {
            const auto from = r.producer(term);
            if (from && (r.is(*from, "MatMul") || r.is(*from, "Mul") || r.is(*from, "Div")) &&
                r.sole_reader(term) == *sum && net[term].dims == scores_dims) {
                fused.inputs[3] = other_input(net[*sum], term);
                climb(*sum, term);
                break;
            }
        }
        if (fused.inputs[3] == no_value) {
            return;
        }
    }
    for (const char* type : {"Mul", "Div"}) {
        if (const auto factor = private_producer(r, at, reader, type)) {
            const bool division = std::string_view{type} == "Div";
            const auto left = division ? std::nullopt : r.scalar(net[*factor].inputs[0]);
            const auto number = left ? left : r.scalar(net[*factor].inputs[1]);
            if (!number || *number == 0.0) {
                return;
            }
            scale = division ? 1.0 / *number : *number;
            climb(*factor, net[*factor].inputs[left ? 1 : 0]);
            break;
        }
    }
    const auto scores = private_producer(r, at, reader, "MatMul");
    if (!scores) {
        return;
    }
    members.push_back(*scores);
    const auto turned = private_producer(r, net[*scores].inputs[1], *scores, "Transpose");
    if (!turned || !turns_matrices(net[*turned], scores_dims.size())) {
        return;
    }
    members.push_back(*turned);
    fused.inputs[0] = net[*scores].inputs[0];
    fused.inputs[1] = net[*turned].inputs[0];

    // Down from the softmax: dropout, the values.
    at = net[op].outputs[0];
    auto next = r.sole_reader(at);
    while (next && r.is(*next, "Dropout")) {
        members.push_back(*next);
        at = net[*next].outputs[0];
        next = r.sole_reader(at);
    }
    if (!next || !r.is(*next, "MatMul") || net[*next].inputs[0] != at) {
        return;
    }
    fused.inputs[2] = net[*next].inputs[1];
    const auto lead = [&](value_id v) {
        const onnx::shape& dims = net[v].dims;
        return onnx::shape(dims.begin(), dims.end() - std::min<std::ptrdiff_t>(2, std::ssize(dims)));
    };
    const onnx::shape wanted(scores_dims.begin(), scores_dims.end() - 2);
    if (lead(fused.inputs[0]) != wanted || lead(fused.inputs[1]) != wanted || lead(fused.inputs[2]) != wanted) {
        return; // batches that broadcast
    }
    members.push_back(*next);
    fused.name = net[*next].name;
    fused.attributes = {{"scale", scale}};
    if (fused.inputs[3] == no_value) {
        fused.inputs.pop_back();
    }
    r.replace(members, *next, std::move(fused));
}

} // namespace opara::zoo
