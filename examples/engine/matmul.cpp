#include <examples/engine/activation.hpp>
#include <examples/engine/kernel.hpp>
#include <examples/engine/row_normalization.hpp>
#include <examples/engine/strided_loop.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

namespace opara::engine {
namespace {

// A product of no terms. oneDNN takes tensors without elements as "nothing to do" and would leave the result as it was.
kernel zeros(context& c) {
    return [y = c.out<float>(0), n = onnx::elements(c.out_dims(0))] { std::fill_n(y, n, 0.0F); };
}

primitive_call product(const dnnl::engine& engine, const dnnl::memory& left, const dnnl::memory& right,
                       const dnnl::memory& result, const dnnl::primitive_attr& attributes = private_scratch()) {
    const dnnl::matmul::primitive_desc description{
        dnnl::matmul::desc{left.get_desc(), right.get_desc(), result.get_desc()}, attributes, engine};
    return {engine, description, {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_DST, result}}};
}

dnnl::memory over(const context& c, const dnnl::memory::desc& d, const float* elements) {
    return {d, c.engine(), const_cast<float*>(elements)};
}

kernel in_turn(std::vector<kernel> steps) {
    return [steps = std::move(steps)] {
        for (const kernel& step : steps) {
            step();
        }
    };
}

// ---- MatMul

// The axes before the last two, with ones in front so that there are `count`.
onnx::shape leading(const onnx::shape& matrices, std::size_t count) {
    onnx::shape lead(matrices.begin(), matrices.end() - 2);
    lead.insert(lead.begin(), count - lead.size(), 1);
    return lead;
}

kernel matmul(context& c) {
    onnx::shape a = c.in_dims(0);
    onnx::shape b = c.in_dims(1);
    if (a.size() == 1) {
        a.insert(a.begin(), 1);
    }
    if (b.size() == 1) {
        b.push_back(1);
    }
    const std::int64_t rows = a[a.size() - 2];
    const std::int64_t depth = a.back();
    const std::int64_t columns = b.back();
    if (depth == 0) {
        return zeros(c);
    }
    const std::size_t count = std::max(a.size(), b.size()) - 2;
    onnx::shape lead_a = leading(a, count);
    onnx::shape lead_b = leading(b, count);
    if (onnx::elements(lead_b) == 1) { // one matrix on the right: all rows on the left are multiplied at once
        const std::int64_t all_rows = onnx::elements(lead_a) * rows;
        const onnx::shape matrix{depth, columns};
        const dnnl::memory left = over(c, describe({all_rows, depth}), c.in<float>(0));
        const dnnl::memory result = over(c, describe({all_rows, columns}), c.out<float>(0));
        // Only weights are worth another layout: it is made once.
        const dnnl::memory::desc wanted = c.input(1).is_weight() ? describe_any(matrix) : describe(matrix);
        const dnnl::matmul::primitive_desc description{dnnl::matmul::desc{left.get_desc(), wanted, result.get_desc()},
                                                       private_scratch(), c.engine()};
        const dnnl::memory right = c.parameter(1, describe(matrix), description.weights_desc());
        return primitive_call{
            c.engine(), description, {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_DST, result}}};
    }
    if (lead_a == lead_b) { // the usual batch: one axis is enough
        lead_a = lead_b = {onnx::elements(lead_a)};
    }
    onnx::shape lead = lead_a;
    for (std::size_t k = 0; k < lead.size(); ++k) {
        lead[k] = lead_a[k] == 1 ? lead_b[k] : lead_a[k];
    }
    const auto matrices = [](onnx::shape dims, std::int64_t m, std::int64_t n) {
        dims.push_back(m);
        dims.push_back(n);
        return describe(dims);
    };
    return product(c.engine(), over(c, matrices(lead_a, rows, depth), c.in<float>(0)),
                   over(c, matrices(lead_b, depth, columns), c.in<float>(1)),
                   over(c, matrices(lead, rows, columns), c.out<float>(0)));
}

// ---- Gemm

kernel gemm(context& c) {
    const bool flip_a = c.integer("transA", 0) != 0;
    const bool flip_b = c.integer("transB", 0) != 0;
    const std::int64_t rows = c.out_dims(0)[0];
    const std::int64_t columns = c.out_dims(0)[1];
    const std::int64_t depth = c.in_dims(0)[flip_a ? 0 : 1];
    std::vector<kernel> steps;
    if (depth == 0) {
        steps.push_back(zeros(c));
    } else {
        dnnl::primitive_attr attributes = private_scratch();
        attributes.set_output_scales(0, {static_cast<float>(c.number("alpha", 1.0))});
        const dnnl::memory left =
            over(c, describe({rows, depth}, flip_a ? strides{1, rows} : strides{depth, 1}), c.in<float>(0));
        const dnnl::memory::desc plain = describe({depth, columns}, flip_b ? strides{1, depth} : strides{columns, 1});
        const dnnl::memory result = over(c, describe({rows, columns}), c.out<float>(0));
        const dnnl::memory::desc wanted = c.input(1).is_weight() ? describe_any({depth, columns}) : plain;
        const dnnl::matmul::primitive_desc description{dnnl::matmul::desc{left.get_desc(), wanted, result.get_desc()},
                                                       attributes, c.engine()};
        steps.push_back(primitive_call{c.engine(),
                                       description,
                                       {{DNNL_ARG_SRC, left},
                                        {DNNL_ARG_WEIGHTS, c.parameter(1, plain, description.weights_desc())},
                                        {DNNL_ARG_DST, result}}});
    }
    if (c.has_input(2)) {
        const onnx::shape& dims = c.out_dims(0);
        const strided_loop<2> loop{
            dims, {plain_strides(dims), broadcast_strides(c.in_dims(2), plain_strides(c.in_dims(2)), dims)}};
        steps.push_back(
            [loop, beta = static_cast<float>(c.number("beta", 1.0)), y = c.out<float>(0), bias = c.in<float>(2)] {
                loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
                    for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                        y[at[0] + k * loop.row_step(0)] += beta * bias[at[1] + k * loop.row_step(1)];
                    }
                });
            });
    }
    return in_turn(std::move(steps));
}

// ---- Linear: activation(x w^T + bias + residual), rows of x and of the residual possibly normalised

kernel normalized_rows(context& c, std::int64_t rows, std::int64_t length, float* y) {
    const bool layer = c.node().attribute_or<std::string>("mode", "rms") == "layer";
    return row_normalization{.center = layer ? centering::mean : centering::none,
                             .epsilon = static_cast<float>(c.number("epsilon", 1e-5)),
                             .count = rows,
                             .length = length,
                             .x = c.in<float>(0),
                             .scale = c.in<float>(4),
                             .bias = c.has_input(5) ? c.in<float>(5) : nullptr,
                             .y = y,
                             .statistics = c.has_output(1) ? c.out<double>(1) : nullptr};
}

kernel residual_rows(context& c, std::int64_t rows, std::int64_t length) {
    if (c.has_input(6)) {
        return known_row_normalization{.count = rows,
                                       .length = length,
                                       .statistics = c.in<double>(6),
                                       .x = c.in<float>(3),
                                       .scale = c.in<float>(7),
                                       .bias = c.has_input(8) ? c.in<float>(8) : nullptr,
                                       .y = c.out<float>(0)};
    }
    return [y = c.out<float>(0), residual = c.in<float>(3), n = rows * length] { std::copy_n(residual, n, y); };
}

kernel linear(context& c) {
    const std::int64_t depth = c.in_dims(0).back();
    const std::int64_t columns = c.in_dims(1)[0];
    const std::int64_t rows = onnx::elements(c.out_dims(0)) / columns;
    c.expect(depth != 0, "there is no kernel for rows without elements");
    dnnl::primitive_attr attributes = private_scratch();
    dnnl::post_ops after;
    if (c.has_input(3)) {
        after.append_sum();
    }
    append_activation(c, after);
    attributes.set_post_ops(after);
    const float* x = c.in<float>(0);
    std::vector<kernel> steps;
    if (c.has_input(4)) {
        // Steps are copied, and shall write where the product reads.
        const auto unit = std::make_shared<std::vector<float>>(static_cast<std::size_t>(rows * depth));
        steps.push_back([unit, normalize = normalized_rows(c, rows, depth, unit->data())] { normalize(); });
        x = unit->data();
    }
    const dnnl::memory left = over(c, describe({rows, depth}), x);
    const dnnl::memory result = over(c, describe({rows, columns}), c.out<float>(0));
    const dnnl::memory::desc plain = describe({depth, columns}, strides{1, depth});
    const dnnl::memory::desc wanted = c.input(1).is_weight() ? describe_any({depth, columns}) : plain;
    const dnnl::memory::desc bias = c.has_input(2) ? describe({1, columns}) : dnnl::memory::desc{};
    const dnnl::matmul::primitive_desc description{dnnl::matmul::desc{left.get_desc(), wanted, bias, result.get_desc()},
                                                   attributes, c.engine()};
    std::vector<std::pair<int, dnnl::memory>> arguments{
        {DNNL_ARG_SRC, left},
        {DNNL_ARG_WEIGHTS, c.parameter(1, plain, description.weights_desc())},
        {DNNL_ARG_DST, result}};
    if (c.has_input(2)) {
        arguments.emplace_back(DNNL_ARG_BIAS, c.parameter(2, bias, bias));
    }
    const primitive_call call{c.engine(), description, std::move(arguments)};
    if (!c.has_input(3) && steps.empty()) {
        return call;
    }
    if (c.has_input(3)) { // is put where the result goes, and the product is added to it
        steps.push_back(residual_rows(c, rows, columns));
    }
    steps.push_back(call);
    return in_turn(std::move(steps));
}

// ---- Attention: softmax(scale q k^T + bias) v

kernel attention(context& c) {
    const onnx::shape& q = c.in_dims(0);
    const std::size_t axes = q.size();
    const std::int64_t width = q[axes - 1];
    const std::int64_t queries = q[axes - 2];
    const std::int64_t keys = c.in_dims(1)[axes - 2];
    const std::int64_t columns = c.in_dims(2)[axes - 1];
    const std::int64_t count = onnx::elements(c.out_dims(0)) / (queries * columns);
    c.expect(width != 0 && keys != 0, "there is no kernel for queries without elements or without keys");

    onnx::shape scores_dims = q;
    scores_dims.back() = keys;
    const dnnl::memory scores{describe({count, queries, keys}), c.engine()};
    auto* score = static_cast<float*>(scores.get_data_handle());

    dnnl::primitive_attr scaled = private_scratch();
    scaled.set_output_scales(0, {static_cast<float>(c.number("scale", 1.0 / std::sqrt(static_cast<double>(width))))});
    std::vector<kernel> steps;
    steps.push_back(product(c.engine(), over(c, describe({count, queries, width}), c.in<float>(0)),
                            over(c, describe({count, width, keys}, strides{width * keys, 1, width}), c.in<float>(1)),
                            scores, scaled));
    if (c.has_input(3)) {
        const strided_loop<2> loop{
            scores_dims,
            {plain_strides(scores_dims), broadcast_strides(c.in_dims(3), plain_strides(c.in_dims(3)), scores_dims)}};
        steps.push_back([loop, score, bias = c.in<float>(3)] {
            loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
                for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                    score[at[0] + k * loop.row_step(0)] += bias[at[1] + k * loop.row_step(1)];
                }
            });
        });
    }
    const dnnl::softmax_forward::primitive_desc softmax{
        dnnl::softmax_forward::desc{dnnl::prop_kind::forward_inference, scores.get_desc(), 2}, private_scratch(),
        c.engine()};
    steps.push_back(primitive_call{c.engine(), softmax, {{DNNL_ARG_SRC, scores}, {DNNL_ARG_DST, scores}}});
    steps.push_back(product(c.engine(), scores, over(c, describe({count, keys, columns}), c.in<float>(2)),
                            over(c, describe({count, queries, columns}), c.out<float>(0))));
    return [steps, scores] { // the calls know only the address of the scores
        for (const kernel& step : steps) {
            step();
        }
    };
}

constexpr std::array kernels{
    registration{"", "MatMul", layout_rule::plain, matmul},
    registration{"", "Gemm", layout_rule::plain, gemm},
    registration{"opara", "Linear", layout_rule::plain, linear},
    registration{"opara", "Attention", layout_rule::plain, attention},
};

} // namespace

std::span<const registration> matmul_kernels() noexcept { return kernels; }

} // namespace opara::engine
