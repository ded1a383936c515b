#include <examples/engine/cuda/context.hpp>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/rows.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace opara::engine::gpu {

namespace {

bool in_vectors(const void* x) { return reinterpret_cast<std::uintptr_t>(x) % 16 == 0; }

} // namespace

bool attention_reads(number real, std::int64_t width, std::int64_t columns, const strides& steps) {
    const auto at_once = static_cast<std::int64_t>(16 / size_of_real(real));
    constexpr std::size_t most_leading = 3; // axes that the kernel walks, where none can be merged
    return attention_kernel(real, narrow(width), narrow(columns)).strided && steps.back() == 1 &&
           steps.size() <= most_leading + 2 &&
           std::all_of(steps.begin(), steps.end() - 1, [&](std::int64_t step) { return step % at_once == 0; });
}

step normalise_rows(const context& c, const row_arguments& a) {
    if (a.known == nullptr && a.length % 4 == 0 && a.length <= most_of_short_row && in_vectors(a.x) &&
        in_vectors(a.residual) && in_vectors(a.scale) && in_vectors(a.bias) && in_vectors(a.y) && in_vectors(a.sum)) {
        return {short_row_kernel(c.real_type(), a.length), dim3{static_cast<unsigned>(a.rows)}, 32, a};
    }
    return {row_kernel(c.real_type()), dim3{static_cast<unsigned>(a.rows)}, 256, a};
}

namespace {

// ---- reductions

std::vector<bool> reduced_axes(const context& c) {
    const std::size_t rank = c.in_dims(0).size();
    const std::vector<std::int64_t> axes =
        c.has_input(1) ? c.integers(1) : c.node().attribute_or<std::vector<std::int64_t>>("axes", {});
    if (axes.empty()) {
        return std::vector<bool>(rank, c.integer("noop_with_empty_axes", 0) == 0);
    }
    std::vector<bool> gone(rank, false);
    for (const std::int64_t a : axes) {
        gone[c.axis(a, rank)] = true;
    }
    return gone;
}

// The output has the input's axes, those that vanish with extent 1, and these steps.
prepared reduce(context& c, const std::vector<bool>& gone, const strides& y_steps, reduction kind) {
    onnx::shape kept = c.in_dims(0);
    onnx::shape vanishing = c.in_dims(0);
    for (std::size_t k = 0; k < gone.size(); ++k) {
        (gone[k] ? kept : vanishing)[k] = 1;
    }
    const walk results = c.walk_over(kept, {y_steps, c.in_strides(0)});
    const walk terms = c.walk_over(vanishing, {c.in_strides(0)});
    reduce_arguments a{};
    a.results = results.over;
    a.y = results.at(0, c.out(0));
    std::copy(results.steps[1].begin(), results.steps[1].end(), a.x_step);
    a.reduced = terms.over;
    a.x = terms.at(0, c.in(0));
    a.kind = kind;
    const std::int32_t axes = results.over.axes;
    // Neighbouring results that are neighbours in memory, too, are read together.
    const bool across = axes != 0 && results.over.extent[axes - 1] >= 16 && a.x_step[axes - 1] == 1;
    const dim3 grid{across ? (results.over.count + 31) / 32 : results.over.count};
    const void* kernel = c.existing(reduce_kernel(c.number_of(c.input(0)), across), c.input(0));
    return {{}, {step{kernel, grid, 256, a}}};
}

prepared reduce_axes(context& c, reduction kind) {
    const std::vector<bool> gone = reduced_axes(c);
    onnx::shape kept = c.in_dims(0);
    for (std::size_t k = 0; k < kept.size(); ++k) {
        kept[k] = gone[k] ? 1 : kept[k];
    }
    return reduce(c, gone, plain_strides(kept), kind);
}

prepared reduce_sum(context& c) { return reduce_axes(c, reduction::sum); }
prepared reduce_mean(context& c) { return reduce_axes(c, reduction::mean); }
prepared reduce_max(context& c) { return reduce_axes(c, reduction::max); }

prepared reduce_space(context& c, reduction kind) {
    std::vector<bool> gone(c.in_dims(0).size(), true);
    gone[0] = gone[1] = false;
    return reduce(c, gone, c.out_strides(0), kind);
}

prepared global_average_pool(context& c) { return reduce_space(c, reduction::mean); }
prepared global_max_pool(context& c) { return reduce_space(c, reduction::max); }

// ---- rows: everything from an axis on is normalised together

const void* row_parameter(context& c, std::size_t i, std::int64_t length) {
    if (!c.has_input(i)) {
        return nullptr;
    }
    c.expect(onnx::elements(c.in_dims(i)) == length, "scale and bias must have as many elements as a row");
    return c.reals(i);
}

void* wanted(const context& c, std::size_t output) { return c.has_output(output) ? c.out_reals(output) : nullptr; }

row_arguments rows(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const auto split = dims.begin() + static_cast<std::ptrdiff_t>(c.axis(c.integer("axis", -1), dims.size()));
    row_arguments a{};
    a.rows = narrow(onnx::elements(onnx::shape(dims.begin(), split)));
    a.length = narrow(onnx::elements(onnx::shape(split, dims.end())));
    a.x = c.reals(0);
    a.y = c.out_reals(0);
    a.epsilon = c.real("epsilon", 1e-5);
    return a;
}

prepared normalize(const context& c, const row_arguments& a) { return {{}, {normalise_rows(c, a)}}; }

prepared layer_normalization(context& c) {
    row_arguments a = rows(c);
    a.scale = row_parameter(c, 1, a.length);
    a.bias = row_parameter(c, 2, a.length);
    a.means = wanted(c, 1);
    a.factors = wanted(c, 2);
    return normalize(c, a);
}

prepared rms_normalization(context& c) {
    row_arguments a = rows(c);
    a.centered = 0;
    a.scale = row_parameter(c, 1, a.length);
    a.factors = wanted(c, 1);
    return normalize(c, a);
}

prepared add_normalization(context& c) {
    row_arguments a = rows(c);
    a.centered = c.text("mode", "layer") == "layer" ? 1 : 0;
    a.residual = c.reals(1);
    a.scale = row_parameter(c, 2, a.length);
    a.bias = row_parameter(c, 3, a.length);
    a.sum = wanted(c, 1);
    return normalize(c, a);
}

// ---- softmax. Before operator set 13 everything from the axis on is normalised together.

prepared softmax_with(context& c, bool logarithm) {
    const onnx::shape& dims = c.in_dims(0);
    const bool flattens = c.node().opset < 13;
    const std::int64_t given = c.integer("axis", flattens ? 1 : -1);
    const std::size_t axis =
        flattens && given == static_cast<std::int64_t>(dims.size()) ? dims.size() : c.axis(given, dims.size());
    const auto first = dims.begin() + static_cast<std::ptrdiff_t>(axis);
    const auto last = flattens ? dims.end() : first + 1;
    softmax_arguments a{};
    a.outer = narrow(onnx::elements(onnx::shape(dims.begin(), first)));
    a.length = narrow(onnx::elements(onnx::shape(first, last)));
    a.inner = narrow(onnx::elements(onnx::shape(last, dims.end())));
    a.x = c.reals(0);
    a.y = c.out_reals(0);
    a.logarithm = logarithm ? 1 : 0;
    return {{},
            {step{softmax_kernel(c.real_type()), blocks_for(std::int64_t{a.outer} * a.inner * 32), block_threads, a}}};
}

prepared softmax(context& c) { return softmax_with(c, false); }
prepared log_softmax(context& c) { return softmax_with(c, true); }

// ---- attention

prepared attention(context& c) {
    const onnx::shape& q = c.in_dims(0);
    const std::size_t axes = q.size();
    attention_arguments a{};
    a.width = narrow(q[axes - 1]);
    a.queries = narrow(q[axes - 2]);
    a.keys = narrow(c.in_dims(1)[axes - 2]);
    a.columns = narrow(c.in_dims(2)[axes - 1]);
    c.expect(a.width != 0 && a.keys != 0, "there is no kernel for queries without elements or without keys");
    c.expect(a.columns <= most_attention_columns, "the values have too many columns");
    a.count = narrow(onnx::elements(c.out_dims(0)) / (std::int64_t{a.queries} * a.columns));
    const attention_launch how = attention_kernel(c.real_type(), a.width, a.columns);
    a.scale = c.real("scale", 1.0 / std::sqrt(static_cast<double>(a.width)));
    // Rows are read where they lie if the kernel can; else they are brought together first.
    onnx::shape lead(q.begin(), q.end() - 2);
    std::vector<strides> steps{plain_strides(lead)};
    const auto rows_of = [&](std::size_t i) {
        c.expect_input(i, onnx::element::f32);
        const bool as_it_lies =
            attention_reads(c.real_type(), a.width, a.columns, c.in_strides(i)) && in_vectors(c.in(i));
        const strides all = as_it_lies ? c.in_strides(i) : plain_strides(c.in_dims(i));
        const void* const elements = as_it_lies ? c.in(i) : c.reals(i);
        steps.emplace_back(all.begin(), all.end() - 2);
        return attention_rows{const_cast<void*>(elements), narrow(all[axes - 2]), {}};
    };
    a.q = rows_of(0);
    a.k = rows_of(1);
    a.v = rows_of(2);
    const strides& out = c.out_strides(0);
    a.y = {c.out_reals(0), narrow(out[axes - 2]), {}};
    steps.emplace_back(out.begin(), out.end() - 2);
    steps.emplace_back(lead.size(), 0);
    if (c.has_input(3)) {
        onnx::shape scores = q;
        scores.back() = a.keys;
        a.bias = c.reals(3);
        const strides bias = broadcast_strides(c.in_dims(3), plain_strides(c.in_dims(3)), scores);
        a.bias_key = narrow(bias[axes - 1]);
        a.bias_query = narrow(bias[axes - 2]);
        steps.back().assign(bias.begin(), bias.end() - 2);
    }
    const walk w = c.walk_over(lead, steps);
    c.expect(w.over.axes <= 3, "there are too many leading axes that cannot be merged");
    for (std::int32_t i = 0; i < w.over.axes; ++i) {
        const std::int32_t to = 3 - w.over.axes + i;
        const auto from = static_cast<std::size_t>(i);
        a.lead_extent[to] = static_cast<std::int32_t>(w.over.extent[i]);
        a.q.lead[to] = w.steps[1][from];
        a.k.lead[to] = w.steps[2][from];
        a.v.lead[to] = w.steps[3][from];
        a.y.lead[to] = w.steps[4][from];
        a.bias_lead[to] = w.steps[5][from];
    }
    c.expect(how.shared_bytes <= 48U * 1024U, "queries and values are too wide");
    const dim3 grid{static_cast<unsigned>((a.queries + how.queries - 1) / how.queries), static_cast<unsigned>(a.count)};
    return {{}, {step{how.function, grid, how.threads, a, how.shared_bytes}}};
}

// ---- the factorisation machine

prepared factorization_machine(context& c) {
    factorization_arguments a{};
    a.batch = static_cast<std::uint32_t>(narrow(c.in_dims(0)[0]));
    a.fields = static_cast<std::uint32_t>(narrow(c.in_dims(0)[1]));
    a.width = static_cast<std::uint32_t>(narrow(c.in_dims(0)[2]));
    a.x = c.reals(0);
    a.y = c.out_reals(0);
    return {{}, {step{factorization_kernel(c.real_type()), dim3{a.batch}, 128, a}}};
}

constexpr std::array operators{
    registration{"", "ReduceSum", layout_rule::plain, reduce_sum},
    registration{"", "ReduceMean", layout_rule::plain, reduce_mean},
    registration{"", "ReduceMax", layout_rule::plain, reduce_max},
    registration{"", "GlobalAveragePool", layout_rule::follows, global_average_pool},
    registration{"", "GlobalMaxPool", layout_rule::follows, global_max_pool},
    registration{"", "LayerNormalization", layout_rule::plain, layer_normalization},
    registration{"", "RMSNormalization", layout_rule::plain, rms_normalization},
    registration{"", "SimplifiedLayerNormalization", layout_rule::plain, rms_normalization},
    registration{"opara", "AddNormalization", layout_rule::plain, add_normalization},
    registration{"", "Softmax", layout_rule::plain, softmax},
    registration{"", "LogSoftmax", layout_rule::plain, log_softmax},
    registration{"opara", "Attention", layout_rule::plain, attention},
    registration{"opara", "FactorizationMachine", layout_rule::plain, factorization_machine},
};

} // namespace

std::span<const registration> row_operators() noexcept { return operators; }

} // namespace opara::engine::gpu
