// Convolutions and pools against naive loops.
#include <opara/onnx/builder.hpp>
#include <tests/examples/engine_oracle.hpp>

namespace opara::test {
namespace {

struct window {
    shape kernel, strides, dilations, before, after;
};

// How many places a window has along one axis, counted one by one.
std::int64_t places(std::int64_t extent, const window& w, std::size_t k, bool up) {
    const std::int64_t reach = (w.kernel[k] - 1) * w.dilations[k];
    std::int64_t count = 0;
    for (std::int64_t first = -w.before[k]; first + reach < extent + w.after[k]; first += w.strides[k]) {
        ++count;
    }
    // With ceil_mode one more, if it does not fit but begins before the padding at the end.
    const std::int64_t next = -w.before[k] + count * w.strides[k];
    const bool exact = next - w.strides[k] + reach == extent + w.after[k] - 1;
    return count + (up && !exact && next < extent ? 1 : 0);
}

shape output_dims(const shape& x, std::int64_t channels, const window& w, bool up = false) {
    shape y{x[0], channels};
    for (std::size_t k = 0; k < w.kernel.size(); ++k) {
        y.push_back(places(x[k + 2], w, k, up));
    }
    return y;
}

// Calls f(tap, index) for every tap of the window at a place of the output; the index may lie outside the input.
template <class F>
void for_each_tap(const window& w, const shape& y, F f) {
    for_each_index(w.kernel, [&](const shape& tap) {
        shape index = y;
        for (std::size_t k = 0; k < tap.size(); ++k) {
            index[k + 2] = y[k + 2] * w.strides[k] + tap[k] * w.dilations[k] - w.before[k];
        }
        f(tap, index);
    });
}

bool inside(const shape& dims, const shape& index, const window& w, bool padded) {
    for (std::size_t k = 0; k + 2 < dims.size(); ++k) {
        const std::int64_t low = padded ? -w.before[k] : 0;
        const std::int64_t high = dims[k + 2] + (padded ? w.after[k] : 0);
        if (index[k + 2] < low || index[k + 2] >= high) {
            return false;
        }
    }
    return true;
}

array convolve(const array& x, const array& weights, const std::vector<double>& bias, std::int64_t groups,
               const window& w) {
    const std::int64_t depth = weights.dims[1];
    const std::int64_t per_group = weights.dims[0] / groups;
    return tabulate(element::f32, output_dims(x.dims, weights.dims[0], w), [&](const shape& y) {
        double sum = bias.empty() ? 0.0 : bias[static_cast<std::size_t>(y[1])];
        for_each_tap(w, y, [&](const shape& tap, shape index) {
            if (!inside(x.dims, index, w, false)) {
                return;
            }
            for (std::int64_t c = 0; c < depth; ++c) {
                shape weight{y[1], c};
                weight.insert(weight.end(), tap.begin(), tap.end());
                index[1] = y[1] / per_group * depth + c;
                sum += at(x, index) * at(weights, weight);
            }
        });
        return sum;
    });
}

shape random_shape(testing::random_source& random, std::size_t rank, std::int64_t low, std::int64_t high) {
    shape s;
    for (std::size_t k = 0; k < rank; ++k) {
        s.push_back(draw(random, low, high));
    }
    return s;
}

// A window that fits an image of those spatial extents.
window random_window(testing::random_source& random, const shape& x, bool dilated) {
    const std::size_t axes = x.size() - 2;
    window w{random_shape(random, axes, 1, 4), random_shape(random, axes, 1, 3), shape(axes, 1), {}, {}};
    if (dilated) {
        w.dilations = random_shape(random, axes, 1, 2);
    }
    for (std::size_t k = 0; k < axes; ++k) {
        const std::int64_t most = w.kernel[k] - 1;
        w.before.push_back(draw(random, 0, most));
        w.after.push_back(draw(random, 0, most));
        while ((w.kernel[k] - 1) * w.dilations[k] + 1 > x[k + 2] + w.before[k] + w.after[k]) {
            --w.kernel[k];
            w.before[k] = std::min(w.before[k], w.kernel[k] - 1);
            w.after[k] = std::min(w.after[k], w.kernel[k] - 1);
        }
    }
    return w;
}

std::vector<onnx::attribute> attributes_of(const window& w) {
    shape pads = w.before;
    pads.insert(pads.end(), w.after.begin(), w.after.end());
    return {{"kernel_shape", w.kernel}, {"strides", w.strides}, {"dilations", w.dilations}, {"pads", pads}};
}

double activate(const std::string& name, double x) {
    if (name == "Relu") {
        return std::max(x, 0.0);
    }
    if (name == "LeakyRelu") {
        return x < 0 ? 0.25 * x : x;
    }
    if (name == "Sigmoid") {
        return 1 / (1 + std::exp(-x));
    }
    if (name == "Tanh") {
        return std::tanh(x);
    }
    if (name == "Gelu") {
        return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    }
    if (name == "Clip") {
        return std::min(std::max(x, -0.5), 0.75);
    }
    return x;
}

} // namespace

TEST_CASE("Conv: ranks, groups, strides, dilations and uneven pads") {
    testing::random_source random{1};
    for (int round = 0; round < 30; ++round) {
        CAPTURE(round);
        const std::size_t axes = 1 + random.below(3);
        const std::int64_t groups = draw(random, 1, 3);
        const std::int64_t depth = draw(random, 1, 5);
        const std::int64_t channels = groups * draw(random, 1, 6);
        shape dims{draw(random, 1, 2), groups * depth};
        for (std::size_t k = 0; k < axes; ++k) {
            dims.push_back(draw(random, 3, 9));
        }
        const window w = random_window(random, dims, true);
        shape weight_dims{channels, depth};
        weight_dims.insert(weight_dims.end(), w.kernel.begin(), w.kernel.end());
        const array x = random_floats(random, dims);
        const array weights = random_floats(random, weight_dims);
        const array bias = random_floats(random, {channels});
        auto attributes = attributes_of(w);
        attributes.push_back({"group", groups});
        const bool biased = random.chance(0.5);
        expect({"Conv", {data(x), parameter(weights), biased ? parameter(bias) : absent()}, attributes},
               convolve(x, weights, biased ? bias.x : std::vector<double>{}, groups, w), 1e-5);
    }
}

TEST_CASE("Conv: depthwise, with as many channels as a vector holds and with some more") {
    testing::random_source random{2};
    for (const std::int64_t channels : {16, 32, 44}) {
        for (const std::int64_t multiplier : {1, 2}) {
            CAPTURE(channels);
            const array x = random_floats(random, {2, channels, 9, 7});
            const array weights = random_floats(random, {channels * multiplier, 1, 5, 3});
            const window w{{5, 3}, {2, 1}, {1, 1}, {2, 1}, {2, 1}};
            auto attributes = attributes_of(w);
            attributes.push_back({"group", channels});
            expect({"Conv", {data(x), parameter(weights)}, attributes}, convolve(x, weights, {}, channels, w), 1e-5);
        }
    }
}

TEST_CASE("Conv: auto_pad") {
    testing::random_source random{3};
    const array x = random_floats(random, {1, 3, 8, 7});
    const array weights = random_floats(random, {4, 3, 4, 3});
    const auto ask = [&](const char* mode, const window& w) {
        CAPTURE(mode);
        expect({"Conv",
                {data(x), parameter(weights)},
                {{"auto_pad", std::string{mode}}, {"strides", w.strides}, {"kernel_shape", w.kernel}}},
               convolve(x, weights, {}, 1, w), 1e-5);
    };
    ask("VALID", {{4, 3}, {2, 2}, {1, 1}, {0, 0}, {0, 0}});
    // Eight rows in steps of 2 make 4 places of 4 taps: 2 rows of padding. Seven columns make 4 of 3: 2 columns.
    ask("SAME_UPPER", {{4, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}});
    // In steps of 1: 3 rows of padding, 2 columns. The odd row goes to the end, or to the begin.
    ask("SAME_UPPER", {{4, 3}, {1, 1}, {1, 1}, {1, 1}, {2, 1}});
    ask("SAME_LOWER", {{4, 3}, {1, 1}, {1, 1}, {2, 1}, {1, 1}});
}

TEST_CASE("FusedConv: bias, residual and every activation") {
    testing::random_source random{4};
    for (const std::string activation : {"", "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Gelu", "Clip"}) {
        for (const bool residual : {false, true}) {
            for (const std::int64_t channels : {5, 32}) {
                CAPTURE(activation);
                CAPTURE(residual);
                const array x = random_floats(random, {2, 6, 7, 5});
                const array weights = random_floats(random, {channels, 6, 3, 3}, -0.3, 0.3);
                const array bias = random_floats(random, {channels});
                const window w{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}};
                array y = convolve(x, weights, bias.x, 1, w);
                const array other = random_floats(random, y.dims);
                for (std::size_t i = 0; i < y.x.size(); ++i) {
                    y.x[i] = activate(activation, y.x[i] + (residual ? other.x[i] : 0.0));
                }
                auto attributes = attributes_of(w);
                attributes.push_back({"activation", activation});
                if (activation == "LeakyRelu") {
                    attributes.push_back({"alpha", 0.25});
                }
                if (activation == "Clip") {
                    attributes.push_back({"min", -0.5});
                    attributes.push_back({"max", 0.75});
                }
                expect({.type = "FusedConv",
                        .inputs = {data(x), parameter(weights), parameter(bias), residual ? data(other) : absent()},
                        .attributes = attributes,
                        .domain = "opara"},
                       y, 1e-5);
            }
        }
    }
}

TEST_CASE("MaxPool and AveragePool: ranks, strides, dilations, uneven pads, ceil_mode, counted padding") {
    testing::random_source random{5};
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        const std::size_t axes = 1 + random.below(3);
        shape dims{draw(random, 1, 2), draw(random, 1, 20)};
        for (std::size_t k = 0; k < axes; ++k) {
            dims.push_back(draw(random, 3, 8));
        }
        const bool up = random.chance(0.4);
        const window w = random_window(random, dims, random.chance(0.3));
        const array x = random_floats(random, dims, -2.0, -1.0); // all negative, so that a counted zero shows
        auto attributes = attributes_of(w);
        attributes.push_back({"ceil_mode", std::int64_t{up}});
        const shape y = output_dims(dims, dims[1], w, up);

        expect({"MaxPool", {data(x)}, attributes},
               tabulate(element::f32, y,
                        [&](const shape& index) {
                            double most = -std::numeric_limits<double>::infinity();
                            for_each_tap(w, index, [&](const shape&, const shape& from) {
                                most = inside(dims, from, w, false) ? std::max(most, at(x, from)) : most;
                            });
                            return most;
                        }),
               0.0);

        const bool counted = random.chance(0.4);
        if (counted && y != output_dims(dims, dims[1], w, false)) {
            continue; // refused: see the test of refusals
        }
        attributes.push_back({"count_include_pad", std::int64_t{counted}});
        expect({.type = "AveragePool", .inputs = {data(x)}, .attributes = attributes, .opset = 19},
               tabulate(element::f32, y,
                        [&](const shape& index) {
                            double sum = 0.0;
                            double terms = 0.0;
                            for_each_tap(w, index, [&](const shape&, const shape& from) {
                                sum += inside(dims, from, w, false) ? at(x, from) : 0.0;
                                terms += inside(dims, from, w, counted) ? 1.0 : 0.0;
                            });
                            return sum / terms;
                        }),
               1e-6);
    }
}

TEST_CASE("GlobalAveragePool and GlobalMaxPool") {
    testing::random_source random{6};
    for (const shape& dims : {shape{2, 3, 5}, shape{1, 17, 4, 3}, shape{2, 2, 3, 2, 2}, shape{1, 1, 1, 1}}) {
        const array x = random_floats(random, dims, -2.0, -1.0);
        shape y(dims.size(), 1);
        y[0] = dims[0];
        y[1] = dims[1];
        const shape space(dims.begin() + 2, dims.end());
        const auto fold = [&](auto f, double start) {
            return tabulate(element::f32, y, [&](shape index) {
                double result = start;
                for_each_index(space, [&](const shape& at_space) {
                    std::copy(at_space.begin(), at_space.end(), index.begin() + 2);
                    result = f(result, at(x, index));
                });
                return result;
            });
        };
        const double n = static_cast<double>(volume(space));
        expect({"GlobalAveragePool", {data(x)}}, fold([n](double a, double b) { return a + b / n; }, 0.0), 1e-6);
        expect({"GlobalMaxPool", {data(x)}}, fold([](double a, double b) { return std::max(a, b); }, -9.0), 0.0);
    }
}

} // namespace opara::test
