// Matrix products, normalisations, softmax and attention against naive loops.
#include <opara/onnx/builder.hpp>
#include <tests/examples/engine_oracle.hpp>

namespace opara::test {
namespace {

// a [..., m, k] times b [..., k, n], numpy's way: vectors count as a row or a column, which then vanishes.
array multiply(array a, array b) {
    const bool row = a.dims.size() == 1;
    const bool column = b.dims.size() == 1;
    if (row) {
        a.dims.insert(a.dims.begin(), 1);
    }
    if (column) {
        b.dims.push_back(1);
    }
    const shape lead =
        broadcast_dims({shape(a.dims.begin(), a.dims.end() - 2), shape(b.dims.begin(), b.dims.end() - 2)});
    shape y = lead;
    y.push_back(a.dims[a.dims.size() - 2]);
    y.push_back(b.dims.back());
    array result = tabulate(element::f32, y, [&](const shape& index) {
        double sum = 0.0;
        shape left = index;
        shape right = index;
        for (std::int64_t k = 0; k < a.dims.back(); ++k) {
            left.back() = k;
            right[right.size() - 2] = k;
            sum += broadcast_at(a, left) * broadcast_at(b, right);
        }
        return sum;
    });
    if (row) {
        result.dims.erase(result.dims.end() - 2);
    }
    if (column) {
        result.dims.pop_back();
    }
    return result;
}

array transposed(const array& a) { // the last two axes
    shape dims = a.dims;
    std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
    return tabulate(a.type, dims, [&](shape index) {
        std::swap(index[index.size() - 1], index[index.size() - 2]);
        return at(a, index);
    });
}

template <class F>
array combine(array a, const array& b, F f) { // b broadcasts to a
    for_each_index(a.dims, [&](const shape& index) {
        double& e = a.x[place(a.dims, index)];
        e = f(e, broadcast_at(b, index));
    });
    return a;
}

// Normalises runs of `length` elements that lie `step` apart, as softmax does.
array softmax_runs(array a, std::size_t outer, std::size_t length, std::size_t inner, bool logarithm) {
    for (std::size_t o = 0; o < outer; ++o) {
        for (std::size_t i = 0; i < inner; ++i) {
            const auto element = [&](std::size_t k) -> double& { return a.x[(o * length + k) * inner + i]; };
            double most = -HUGE_VAL;
            for (std::size_t k = 0; k < length; ++k) {
                most = std::max(most, element(k));
            }
            double sum = 0.0;
            for (std::size_t k = 0; k < length; ++k) {
                sum += std::exp(element(k) - most);
            }
            for (std::size_t k = 0; k < length; ++k) {
                const double shifted = element(k) - most;
                element(k) = logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum;
            }
        }
    }
    return a;
}

std::size_t extents(const shape& dims, std::size_t first, std::size_t last) {
    return volume(
        shape(dims.begin() + static_cast<std::ptrdiff_t>(first), dims.begin() + static_cast<std::ptrdiff_t>(last)));
}

struct normalized {
    array y;
    array mean;
    array inverse_deviation;
};

// Rows from `axis` on; `scale` and `bias` are numbered by the element in the row.
normalized normalize_rows(const array& x, std::size_t axis, const array& scale, const array* bias, double epsilon,
                          bool centred) {
    shape statistics = x.dims;
    std::fill(statistics.begin() + static_cast<std::ptrdiff_t>(axis), statistics.end(), 1);
    const std::size_t length = extents(x.dims, axis, x.dims.size());
    normalized r{x, {element::f32, statistics, {}}, {element::f32, statistics, {}}};
    for (std::size_t row = 0; row < x.x.size() / length; ++row) {
        double sum = 0.0;
        for (std::size_t k = 0; k < length; ++k) {
            sum += x.x[row * length + k];
        }
        const double mean = centred ? sum / static_cast<double>(length) : 0.0;
        double squares = 0.0;
        for (std::size_t k = 0; k < length; ++k) {
            squares += std::pow(x.x[row * length + k] - mean, 2);
        }
        const double factor = 1.0 / std::sqrt(squares / static_cast<double>(length) + epsilon);
        for (std::size_t k = 0; k < length; ++k) {
            r.y.x[row * length + k] =
                (x.x[row * length + k] - mean) * factor * scale.x[k] + (bias == nullptr ? 0.0 : bias->x[k]);
        }
        r.mean.x.push_back(mean);
        r.inverse_deviation.x.push_back(factor);
    }
    return r;
}

} // namespace

TEST_CASE("MatMul: ranks, broadcast batches, vectors, nothing to add up") {
    testing::random_source random{31};
    const std::vector<std::pair<shape, shape>> pairs{{{3, 4}, {4, 5}},
                                                     {{1, 64}, {64, 33}},
                                                     {{4}, {4, 5}},
                                                     {{3, 4}, {4}},
                                                     {{4}, {4}},
                                                     {{2, 3, 4}, {4, 5}},
                                                     {{2, 3, 4}, {2, 4, 5}},
                                                     {{2, 3, 7, 4}, {2, 3, 4, 5}},
                                                     {{3, 4}, {2, 4, 5}},
                                                     {{2, 1, 3, 4}, {5, 4, 2}},
                                                     {{4}, {2, 4, 5}},
                                                     {{2, 3, 4}, {4}},
                                                     {{1, 3, 4}, {2, 4, 5}},
                                                     {{2, 3, 4}, {1, 4, 5}},
                                                     {{3, 0}, {0, 5}},
                                                     {{2, 3, 0}, {2, 0, 5}},
                                                     {{0, 4}, {4, 5}},
                                                     {{2, 0, 4}, {4, 5}},
                                                     {{5, 1, 3, 4}, {1, 2, 4, 3}}};
    for (const auto& pair : pairs) { // no structured binding: clang 14 cannot capture one
        const shape& left = pair.first;
        const shape& right = pair.second;
        CAPTURE(onnx::describe(left));
        CAPTURE(onnx::describe(right));
        const array a = random_floats(random, left);
        const array b = random_floats(random, right);
        expect({"MatMul", {data(a), parameter(b)}}, multiply(a, b), 1e-6);
    }
}

TEST_CASE("Gemm: transposed operands, alpha, beta and every shape of the third input") {
    testing::random_source random{32};
    for (const bool flip_a : {false, true}) {
        for (const bool flip_b : {false, true}) {
            for (const shape& third :
                 {shape{}, shape{1}, shape{5}, shape{1, 5}, shape{3, 1}, shape{3, 5}, shape{1, 1}}) {
                for (const auto& [alpha, beta] : {std::pair{1.0, 1.0}, std::pair{0.5, -2.0}}) {
                    CAPTURE(onnx::describe(third));
                    const array a = random_floats(random, flip_a ? shape{7, 3} : shape{3, 7});
                    const array b = random_floats(random, flip_b ? shape{5, 7} : shape{7, 5});
                    const array c = random_floats(random, third);
                    array y = multiply(flip_a ? transposed(a) : a, flip_b ? transposed(b) : b);
                    for (double& e : y.x) {
                        e *= alpha;
                    }
                    const std::vector<onnx::attribute> attributes{{"transA", std::int64_t{flip_a}},
                                                                  {"transB", std::int64_t{flip_b}},
                                                                  {"alpha", alpha},
                                                                  {"beta", beta}};
                    expect({"Gemm", {data(a), parameter(b)}, attributes}, y, 1e-6);
                    y = combine(y, c, [beta = beta](double e, double bias) { return e + beta * bias; });
                    expect({"Gemm", {data(a), parameter(b), parameter(c)}, attributes}, y, 1e-6);
                }
            }
        }
    }
    const array c = random_floats(random, {4});
    expect({"Gemm", {data(random_floats(random, {2, 0})), parameter(random_floats(random, {0, 4})), parameter(c)}},
           combine({element::f32, {2, 4}, std::vector<double>(8, 0.0)}, c, [](double, double b) { return b; }), 0.0);
}

TEST_CASE("Linear: bias, residual and activation") {
    testing::random_source random{33};
    for (const shape& dims : {shape{6}, shape{3, 6}, shape{2, 17, 6}, shape{2, 1, 3, 6}}) {
        for (const std::string activation : {"", "Relu", "Tanh", "Gelu"}) {
            for (const bool residual : {false, true}) {
                CAPTURE(activation);
                const array x = random_floats(random, dims);
                const array w = random_floats(random, {5, 6});
                const array bias = random_floats(random, {5});
                array y = combine(multiply(x, transposed(w)), bias, [](double e, double b) { return e + b; });
                const array other = random_floats(random, y.dims);
                for (std::size_t i = 0; i < y.x.size(); ++i) {
                    double& e = y.x[i];
                    e += residual ? other.x[i] : 0.0;
                    e = activation == "Relu"   ? std::max(e, 0.0)
                        : activation == "Tanh" ? std::tanh(e)
                        : activation == "Gelu" ? 0.5 * e * (1 + std::erf(e / std::sqrt(2.0)))
                                               : e;
                }
                expect({.type = "Linear",
                        .inputs = {data(x), parameter(w), parameter(bias), residual ? data(other) : absent()},
                        .attributes = {{"activation", activation}},
                        .domain = "opara"},
                       y, 1e-6);
            }
        }
    }
    const array x = random_floats(random, {3, 6});
    const array w = random_floats(random, {5, 6});
    expect({.type = "Linear", .inputs = {data(x), parameter(w)}, .domain = "opara"}, multiply(x, transposed(w)), 1e-6);
}

TEST_CASE("Linear of rows that are normalised") {
    testing::random_source random{35};
    for (const shape& dims : {shape{6}, shape{3, 6}, shape{2, 17, 6}}) {
        for (const bool residual : {false, true}) {
            const array x = random_floats(random, dims);
            const array w = random_floats(random, {5, 6});
            const array bias = random_floats(random, {5});
            const array scale = random_floats(random, {6});
            const array unit = normalize_rows(x, dims.size() - 1, scale, nullptr, 1e-3, false).y;
            array y = combine(multiply(unit, transposed(w)), bias, [](double e, double b) { return e + b; });
            const array other = random_floats(random, y.dims);
            for (std::size_t i = 0; i < y.x.size(); ++i) {
                y.x[i] = std::max(y.x[i] + (residual ? other.x[i] : 0.0), 0.0);
            }
            expect({.type = "Linear",
                    .inputs = {data(x), parameter(w), parameter(bias), residual ? data(other) : absent(),
                               parameter(scale)},
                    .attributes = {{"activation", std::string{"Relu"}}, {"epsilon", 1e-3}},
                    .domain = "opara"},
                   y, 1e-6);
        }
    }
}

TEST_CASE("Linear of rows of which mean and deviation are taken, and hands them on") {
    testing::random_source random{36};
    for (const shape& dims : {shape{6}, shape{3, 6}, shape{2, 17, 6}}) {
        for (const bool centred : {true, false}) {
            for (const bool shifted : {true, false}) {
                const array x = random_floats(random, dims, 2, 5);
                const array w = random_floats(random, {5, 6});
                const array bias = random_floats(random, {5});
                const array scale = random_floats(random, {6});
                const array shift = random_floats(random, {6});
                const normalized unit =
                    normalize_rows(x, dims.size() - 1, scale, shifted ? &shift : nullptr, 1e-3, centred);
                const array y =
                    combine(multiply(unit.y, transposed(w)), bias, [](double e, double b) { return e + b; });
                array statistics{element::f64, dims, {}};
                statistics.dims.back() = 2;
                for (std::size_t row = 0; row < unit.mean.x.size(); ++row) {
                    statistics.x.push_back(unit.mean.x[row]);
                    statistics.x.push_back(unit.inverse_deviation.x[row]);
                }
                question q{.type = "Linear",
                           .inputs = {data(x), parameter(w), parameter(bias), absent(), parameter(scale)},
                           .attributes = {{"epsilon", 1e-3}, {"mode", std::string{centred ? "layer" : "rms"}}},
                           .outputs = 2,
                           .domain = "opara"};
                if (shifted) {
                    q.inputs.push_back(parameter(shift));
                }
                expect(q, {y, statistics}, 2e-6);
                q.outputs = 1;
                expect(q, y, 2e-6);
            }
        }
    }
}

TEST_CASE("Linear: a residual that is normalised with the statistics of another operator") {
    testing::random_source random{37};
    for (const shape& dims : {shape{5}, shape{3, 5}, shape{2, 17, 5}}) {
        for (const bool shifted : {true, false}) {
            shape rows = dims;
            rows.back() = 6;
            const array x = random_floats(random, rows);
            const array w = random_floats(random, {5, 6});
            const array other = random_floats(random, dims);
            const array scale = random_floats(random, {5});
            const array shift = random_floats(random, {5});
            array statistics{element::f64, dims, {}};
            statistics.dims.back() = 2;
            array y = multiply(x, transposed(w));
            for (std::size_t row = 0; row < y.x.size() / 5; ++row) {
                // No statistics of these rows: what is given counts.
                statistics.x.push_back(2.0 * random.unit() - 1.0);
                statistics.x.push_back(0.5 + random.unit());
                for (std::size_t k = 0; k < 5; ++k) {
                    double& e = y.x[row * 5 + k];
                    e += (other.x[row * 5 + k] - statistics.x[row * 2]) * statistics.x[row * 2 + 1] * scale.x[k];
                    e = std::max(e + (shifted ? shift.x[k] : 0.0), 0.0);
                }
            }
            question q{.type = "Linear",
                       .inputs = {data(x), parameter(w), absent(), data(other), absent(), absent(), data(statistics),
                                  parameter(scale)},
                       .attributes = {{"activation", std::string{"Relu"}}},
                       .domain = "opara"};
            if (shifted) {
                q.inputs.push_back(parameter(shift));
            }
            expect(q, y, 1e-6);
        }
    }
}

TEST_CASE("Attention: scale and biases of every shape") {
    testing::random_source random{34};
    for (const shape& lead : {shape{2}, shape{2, 3}, shape{1, 2, 2}}) {
        for (const shape& bias_dims : {shape{0}, shape{}, shape{5}, shape{4, 5}, shape{1, 4, 5}, shape{2, 1, 5}}) {
            if (bias_dims.size() == 3 && lead.size() == 1 && bias_dims[0] != lead[0] && bias_dims[0] != 1) {
                continue;
            }
            const bool biased = bias_dims != shape{0};
            if (biased && bias_dims.size() == 3 && bias_dims[0] == 2 && lead.back() != 2) {
                continue; // does not broadcast
            }
            const auto with = [&](std::int64_t rows, std::int64_t columns) {
                shape s = lead;
                s.push_back(rows);
                s.push_back(columns);
                return s;
            };
            for (const double scale : {0.0, 0.7}) {
                const array q = random_floats(random, with(4, 8), -2, 2);
                const array k = random_floats(random, with(5, 8), -2, 2);
                const array v = random_floats(random, with(5, 3));
                array scores = multiply(q, transposed(k));
                for (double& e : scores.x) {
                    e *= scale == 0.0 ? 1 / std::sqrt(8.0) : scale;
                }
                const array bias = random_floats(random, bias_dims);
                if (biased) {
                    scores = combine(scores, bias, [](double e, double b) { return e + b; });
                }
                scores = softmax_runs(scores, scores.x.size() / 5, 5, 1, false);
                std::vector<onnx::attribute> attributes;
                if (scale != 0.0) {
                    attributes.push_back({"scale", scale});
                }
                expect({.type = "Attention",
                        .inputs = {data(q), data(k), data(v), biased ? parameter(bias) : absent()},
                        .attributes = attributes,
                        .domain = "opara"},
                       multiply(scores, v), 1e-6);
            }
        }
    }
}

TEST_CASE("Softmax and LogSoftmax: an axis since operator set 13, everything from the axis on before") {
    testing::random_source random{35};
    for (const shape& dims : {shape{7}, shape{2, 5}, shape{2, 3, 4}, shape{2, 5, 3, 2}, shape{1, 33, 1, 1}}) {
        const auto rank = static_cast<std::int64_t>(dims.size());
        const array x = random_floats(random, dims, -5, 5);
        for (std::int64_t axis = -rank; axis < rank; ++axis) {
            const auto a = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
            for (const bool logarithm : {false, true}) {
                const char* type = logarithm ? "LogSoftmax" : "Softmax";
                const double tolerance = logarithm ? 5e-6 : 1e-6; // oneDNN's logarithm is no better
                CAPTURE(axis);
                expect({.type = type, .inputs = {data(x)}, .attributes = {{"axis", axis}}, .opset = 13},
                       softmax_runs(x, extents(dims, 0, a), extents(dims, a, a + 1), extents(dims, a + 1, dims.size()),
                                    logarithm),
                       tolerance);
                expect({.type = type, .inputs = {data(x)}, .attributes = {{"axis", axis}}, .opset = 9},
                       softmax_runs(x, extents(dims, 0, a), extents(dims, a, dims.size()), 1, logarithm), tolerance);
            }
        }
        if (rank > 1) {
            expect({.type = "Softmax", .inputs = {data(x)}, .opset = 9},
                   softmax_runs(x, extents(dims, 0, 1), extents(dims, 1, dims.size()), 1, false), 1e-6);
        }
        const auto last = static_cast<std::size_t>(dims.back());
        expect({.type = "Softmax", .inputs = {data(x)}, .opset = 13},
               softmax_runs(x, x.x.size() / last, last, 1, false), 1e-6);
    }
}

TEST_CASE("softmax of numbers that would overflow, and of a masked row") {
    const array x{element::f32, {2, 3}, {1000, 999, -1000, 5, -HUGE_VAL, 5}};
    const double e = std::exp(-1.0);
    expect({"Softmax", {data(x)}}, {element::f32, {2, 3}, {1 / (1 + e), e / (1 + e), 0, 0.5, 0, 0.5}}, 1e-6);
}

TEST_CASE("BatchNormalization") {
    testing::random_source random{36};
    for (const shape& dims : {shape{3, 4}, shape{2, 5, 3}, shape{2, 17, 4, 3}, shape{1, 3, 2, 2, 3}}) {
        const array x = random_floats(random, dims);
        const shape channels{dims[1]};
        const array scale = random_floats(random, channels);
        const array shift = random_floats(random, channels);
        const array mean = random_floats(random, channels);
        const array variance = random_floats(random, channels, 0.1, 2.0);
        expect({"BatchNormalization",
                {data(x), parameter(scale), parameter(shift), parameter(mean), parameter(variance)},
                {{"epsilon", 0.01}}},
               tabulate(element::f32, dims,
                        [&](const shape& index) {
                            const shape c{index[1]};
                            return (at(x, index) - at(mean, c)) / std::sqrt(at(variance, c) + 0.01) * at(scale, c) +
                                   at(shift, c);
                        }),
               1e-5);
    }
}

TEST_CASE("LRN: odd and even windows, larger ones than there are channels") {
    testing::random_source random{37};
    for (const shape& dims : {shape{2, 5, 3, 4}, shape{1, 20, 2, 3}, shape{1, 1, 2, 2}}) {
        for (const std::int64_t size : {1, 2, 3, 4, 5, 9}) {
            CAPTURE(size);
            const array x = random_floats(random, dims, -3, 3);
            const double alpha = 0.3;
            const double beta = 0.6;
            const double bias = 1.5;
            expect({"LRN", {data(x)}, {{"size", size}, {"alpha", alpha}, {"beta", beta}, {"bias", bias}}},
                   tabulate(element::f32, dims,
                            [&](const shape& index) {
                                double sum = 0.0;
                                const std::int64_t down = (size - 1) / 2;
                                const std::int64_t up = size - 1 - down;
                                for (std::int64_t c = index[1] - down; c <= index[1] + up; ++c) {
                                    if (c >= 0 && c < dims[1]) {
                                        shape other = index;
                                        other[1] = c;
                                        sum += at(x, other) * at(x, other);
                                    }
                                }
                                return at(x, index) / std::pow(bias + alpha / static_cast<double>(size) * sum, beta);
                            }),
                   1e-5);
        }
    }
}

TEST_CASE("normalisation of rows, with and without statistics") {
    testing::random_source random{38};
    for (const shape& dims : {shape{5}, shape{3, 17}, shape{2, 3, 8}, shape{2, 2, 3, 5}}) {
        for (std::size_t axis = 0; axis < dims.size(); ++axis) {
            CAPTURE(onnx::describe(dims));
            CAPTURE(axis);
            const array x = random_floats(random, dims, -2, 3);
            const shape row(dims.begin() + static_cast<std::ptrdiff_t>(axis), dims.end());
            const array scale = random_floats(random, row);
            const array bias = random_floats(random, row);
            const std::vector<onnx::attribute> attributes{{"axis", static_cast<std::int64_t>(axis)}, {"epsilon", 1e-3}};
            const normalized layer = normalize_rows(x, axis, scale, &bias, 1e-3, true);
            const normalized plain = normalize_rows(x, axis, scale, nullptr, 1e-3, true);
            const normalized rms = normalize_rows(x, axis, scale, nullptr, 1e-3, false);
            question q{.type = "LayerNormalization",
                       .inputs = {data(x), parameter(scale), parameter(bias)},
                       .attributes = attributes,
                       .opset = 23};
            expect(q, layer.y, 1e-5);
            q.outputs = 3;
            expect(q, {layer.y, layer.mean, layer.inverse_deviation}, 1e-5);
            q.inputs.pop_back();
            expect(q, {plain.y, plain.mean, plain.inverse_deviation}, 1e-5);
            q.outputs = 1;
            expect(q, plain.y, 1e-5);
            q.type = "RMSNormalization";
            expect(q, rms.y, 1e-5);
            q.type = "SimplifiedLayerNormalization";
            q.outputs = 2;
            expect(q, {rms.y, rms.inverse_deviation}, 1e-5);
        }
        const std::size_t last = dims.size() - 1;
        const array x = random_floats(random, dims, -2, 3);
        const array residual = random_floats(random, dims, -2, 3);
        const array sum = combine(x, residual, [](double a, double b) { return a + b; });
        const array scale = random_floats(random, {dims.back()});
        const array bias = random_floats(random, {dims.back()});
        for (const bool centred : {true, false}) {
            const std::vector<onnx::attribute> attributes{{"mode", std::string{centred ? "layer" : "rms"}}};
            question q{.type = "AddNormalization",
                       .inputs = {data(x), data(residual), parameter(scale), parameter(bias)},
                       .attributes = attributes,
                       .outputs = 2,
                       .domain = "opara"};
            expect(q, {normalize_rows(sum, last, scale, &bias, 1e-5, centred).y, sum}, 1e-5);
            q.inputs.pop_back();
            q.outputs = 1;
            expect(q, normalize_rows(sum, last, scale, nullptr, 1e-5, centred).y, 1e-5);
        }
    }
}

} // namespace opara::test
