#include <examples/zoo/fuse.hpp>
#include <examples/zoo/normalisation.hpp>
#include <examples/zoo/patterns.hpp>
#include <examples/zoo/rewrite.hpp>
#include <examples/zoo/row_normalisation.hpp>
#include <examples/zoo/siblings.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace opara::zoo {

namespace {

using onnx::no_value;

// A convolution or matrix product and what is applied to its result, as far as it has grown.
struct product {
    std::vector<op_id> members; // the first is the product itself
    onnx::node fused;           // inputs: x, weight, bias, residual
    value_id result;            // what the last member yields
    bool normalised = false;    // has a folded normalisation
    bool residual = false;      // has taken in an addition of a tensor
};

bool fold_normalisation(rewrite& r, product& p, op_id op) {
    const auto map =
        p.normalised || p.residual || r.net()[op].inputs[0] != p.result ? std::nullopt : channel_map_of(r, op);
    auto f = map ? fold(r, p.fused, *map, 0) : std::nullopt;
    if (!f) {
        return false;
    }
    apply(r, p.fused, std::move(*f), p.fused.name);
    p.normalised = true;
    return true;
}

// A bias of one number for each column, or a tensor of the same shape.
bool take_addition(const rewrite& r, product& p, op_id op, residuals when) {
    const onnx::node& add = r.net()[op];
    const bool pair = r.is(op, "Sum") && add.inputs.size() == 2;
    if (!(r.is(op, "Add") || pair) || p.residual) {
        return false;
    }
    const value_id other = add.inputs[add.inputs[0] == p.result ? 1 : 0];
    const onnx::value& term = r.net()[other];
    const onnx::shape& dims = r.net()[p.result].dims;
    if (p.fused.type == "Linear" && p.fused.inputs[2] == no_value && term.is_weight() &&
        term.dims == onnx::shape{dims.back()}) {
        p.fused.inputs[2] = other;
        return true;
    }
    const bool in_time = when == residuals::always || r.depth(other) < r.depth(r.net()[p.members[0]].outputs[0]);
    if (when == residuals::never || !in_time || term.dims != dims) {
        return false;
    }
    p.fused.inputs[3] = other;
    p.residual = true;
    return true;
}

bool take_activation(const rewrite& r, product& p, op_id op) {
    constexpr std::array names{"Relu", "LeakyRelu", "Sigmoid", "Tanh", "Gelu", "Clip"};
    const onnx::node& n = r.net()[op];
    if (std::none_of(names.begin(), names.end(), [&](const char* name) { return r.is(op, name); }) ||
        n.inputs[0] != p.result) {
        return false;
    }
    std::vector<onnx::attribute> parameters = n.attributes;
    for (std::size_t i = 1; i < n.inputs.size(); ++i) { // the bounds of Clip since operator set 11
        if (n.inputs[i] != no_value) {
            const auto bound = r.scalar(n.inputs[i]);
            if (!bound) {
                return false;
            }
            parameters.push_back({i == 1 ? "min" : "max", *bound});
        }
    }
    p.fused.attributes.push_back({"activation", n.type});
    p.fused.attributes.insert(p.fused.attributes.end(), parameters.begin(), parameters.end());
    return true;
}

// A matrix product in the form of Linear: x w^T + b with one number of b a column.
bool is_linear_gemm(const onnx::network& net, const onnx::node& n) {
    const onnx::shape& w = net[n.inputs[1]].dims;
    const bool plain = n.attribute_or<std::int64_t>("transA", 0) == 0 &&
                       n.attribute_or<std::int64_t>("transB", 0) != 0 && n.attribute_or<double>("alpha", 1.0) == 1.0 &&
                       n.attribute_or<double>("beta", 1.0) == 1.0;
    const bool biased = n.inputs.size() > 2 && n.inputs[2] != no_value;
    return plain && (!biased || net[n.inputs[2]].dims == onnx::shape{w[0]});
}

// The product that begins at an operator, or nothing.
std::optional<product> begin_product(const rewrite& r, op_id op) {
    const onnx::node& n = r.net()[op];
    const bool convolution = r.is(op, "Conv");
    const bool gemm = r.is(op, "Gemm") && is_linear_gemm(r.net(), n);
    const bool bare_linear = r.is(op, "Linear", "opara") && n.find("activation") == nullptr &&
                             (n.inputs.size() < 4 || n.inputs[3] == no_value);
    if (!convolution && !gemm && !bare_linear) {
        return std::nullopt;
    }
    product p{.members = {op}, .fused = n, .result = n.outputs[0]};
    p.fused.type = convolution ? "FusedConv" : "Linear";
    p.fused.domain = "opara";
    p.fused.opset = 0;
    p.fused.outputs.clear();
    p.fused.inputs.resize(std::max<std::size_t>(p.fused.inputs.size(), 4), no_value);
    if (gemm) {
        p.fused.attributes.clear();
    }
    return p;
}

void grow(rewrite& r, op_id op, residuals when) {
    auto p = begin_product(r, op);
    if (!p) {
        return;
    }
    std::size_t useful = 1; // members without what does nothing at the end
    for (bool open = true; open;) {
        const auto next = r.sole_reader(p->result);
        if (!next) {
            break;
        }
        const bool nothing = r.is(*next, "Dropout") || r.is(*next, "Identity");
        const bool last = !nothing && take_activation(r, *p, *next);
        if (!nothing && !last && !fold_normalisation(r, *p, *next) && !take_addition(r, *p, *next, when)) {
            break;
        }
        p->members.push_back(*next);
        p->result = r.net()[*next].outputs[0];
        useful = nothing ? useful : p->members.size();
        open = !last;
    }
    if (useful == 1) {
        return;
    }
    while (!p->fused.inputs.empty() && p->fused.inputs.back() == no_value) {
        p->fused.inputs.pop_back();
    }
    p->members.resize(useful);
    r.replace(p->members, p->members.back(), std::move(p->fused));
}

} // namespace

onnx::network fuse(const onnx::network& net, const fusion& how) {
    rewrite r{net};
    const auto for_each = [&](auto f) {
        for (std::size_t i = 0; i < net.graph.size(); ++i) {
            const op_id op = op_id::from_index(i);
            if (r.yields_one(op) && r.producer(net[op].outputs[0])) {
                f(op);
            }
        }
    };
    for_each([&](op_id op) { replace_rms_normalisation(r, op); });
    for_each([&](op_id op) { replace_attention(r, op); });
    for_each([&](op_id op) { fold_through_concat(r, op); });
    for_each([&](op_id op) { grow(r, op, how.residual); });
    for_each([&](op_id op) {
        if ((r.is(op, "Dropout") || r.is(op, "Identity")) && !r.leaves(net[op].outputs[0])) {
            r.drop(op);
        }
    });
    // Siblings first: a product that hands on statistics has none.
    onnx::network fused = std::move(r).finish();
    if (how.merged != siblings::none) {
        fused = merge_siblings(fused, how.merged);
    }
    return how.normalised == row_normalisations::none ? fused : normalise_in_products(fused, how.normalised);
}

} // namespace opara::zoo
