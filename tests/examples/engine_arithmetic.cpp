// Operators that work element by element, and reductions, against naive loops.
#include <opara/onnx/builder.hpp>
#include <tests/examples/engine_oracle.hpp>

namespace opara::test {
namespace {

const std::vector<shape> some_shapes{{}, {1}, {7}, {0}, {3, 5}, {2, 0, 4}, {2, 19, 3}, {1, 33, 4, 5}, {2, 3, 2, 3, 2}};

// A shape that broadcasts to `dims` (with others): leading axes are dropped, extents become 1.
shape narrowed(testing::random_source& random, const shape& dims) {
    shape s(dims.begin() + static_cast<std::ptrdiff_t>(random.below(dims.size() + 1)), dims.end());
    for (std::int64_t& extent : s) {
        extent = random.chance(0.3) ? 1 : extent;
    }
    return s;
}

template <class F>
array zip(element type, const array& a, const array& b, F f) {
    return tabulate(type, broadcast_dims({a.dims, b.dims}),
                    [&](const shape& index) { return f(broadcast_at(a, index), broadcast_at(b, index)); });
}

template <class F>
array mapped(const array& a, F f) {
    return tabulate(a.type, a.dims, [&](const shape& index) { return f(at(a, index)); });
}

} // namespace

TEST_CASE("functions of one number") {
    testing::random_source random{11};
    const auto check = [&](const char* type, double low, double high, auto f, double tolerance,
                           std::vector<onnx::attribute> attributes = {}, std::int64_t opset = 20) {
        CAPTURE(type);
        for (const shape& dims : some_shapes) {
            CAPTURE(dims.size());
            const array x = random_floats(random, dims, low, high);
            expect({.type = type, .inputs = {data(x)}, .attributes = attributes, .opset = opset}, mapped(x, f),
                   tolerance);
        }
    };
    check("Relu", -3, 3, [](double x) { return x > 0 ? x : 0.0; }, 0.0);
    check("LeakyRelu", -3, 3, [](double x) { return x < 0 ? 0.01 * x : x; }, 1e-6);
    check("LeakyRelu", -3, 3, [](double x) { return x < 0 ? 0.3 * x : x; }, 1e-6, {{"alpha", 0.3}});
    check("Sigmoid", -9, 9, [](double x) { return 1 / (1 + std::exp(-x)); }, 1e-6);
    check("Tanh", -6, 6, [](double x) { return std::tanh(x); }, 1e-6);
    check("Sqrt", 0, 9, [](double x) { return std::sqrt(x); }, 1e-6);
    check("Exp", -5, 5, [](double x) { return std::exp(x); }, 1e-6);
    check("Log", 0.01, 9, [](double x) { return std::log(x); }, 1e-6);
    check("Erf", -4, 4, [](double x) { return std::erf(x); }, 1e-6);
    check("Abs", -4, 4, [](double x) { return std::abs(x); }, 0.0);
    check("Neg", -4, 4, [](double x) { return -x; }, 0.0);
    check("Gelu", -4, 4, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }, 1e-6);
    check("Gelu", -4, 4,
          [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }, 1e-6,
          {{"approximate", std::string{"tanh"}}});
    check("Identity", -4, 4, [](double x) { return x; }, 0.0);
    check("Dropout", -4, 4, [](double x) { return x; }, 0.0);
    check("Clip", -4, 4, [](double x) { return x; }, 0.0);
    check(
        "Clip", -4, 4, [](double x) { return std::min(std::max(x, -0.5), 0.75); }, 0.0, {{"min", -0.5}, {"max", 0.75}},
        7);
}

TEST_CASE("functions of one integer") {
    testing::random_source random{12};
    for (const element type : {element::i8, element::i32, element::i64}) {
        for (const shape& dims : some_shapes) {
            const array x = random_integers(random, dims, -50, 50, type);
            expect({"Abs", {data(x)}}, mapped(x, [](double e) { return std::abs(e); }), 0.0);
            expect({"Neg", {data(x)}}, mapped(x, [](double e) { return -e; }), 0.0);
            expect({.type = "Relu", .inputs = {data(x)}, .opset = 14},
                   mapped(x, [](double e) { return std::max(e, 0.0); }), 0.0);
            expect({"Identity", {data(x)}}, x, 0.0);
        }
    }
}

TEST_CASE("Clip: bounds as inputs, one, both or none, of any number type") {
    testing::random_source random{13};
    const auto clip = [](double x, double low, double high) { return std::min(std::max(x, low), high); };
    const array x = random_floats(random, {2, 5, 3, 2}, -2, 2);
    const auto low = scalar(-0.5);
    const auto high = scalar(0.25);
    const double far = 1e9;
    expect({"Clip", {data(x), parameter(low), parameter(high)}},
           mapped(x, [&](double e) { return clip(e, -0.5, 0.25); }), 0.0);
    expect({"Clip", {data(x), absent(), parameter(high)}}, mapped(x, [&](double e) { return clip(e, -far, 0.25); }),
           0.0);
    expect({"Clip", {data(x), parameter(low)}}, mapped(x, [&](double e) { return clip(e, -0.5, far); }), 0.0);
    // The upper bound wins where the bounds cross.
    expect({"Clip", {data(x), parameter(high), parameter(low)}}, mapped(x, [](double) { return -0.5; }), 0.0);
    const array i = random_integers(random, {3, 4}, -9, 9);
    expect({"Clip", {data(i), parameter(scalar(-3, element::i64)), parameter(scalar(4, element::i64))}},
           mapped(i, [&](double e) { return clip(e, -3, 4); }), 0.0);
}

TEST_CASE("Dropout: the mask") {
    testing::random_source random{14};
    const array x = random_floats(random, {2, 3, 4});
    array mask{element::boolean, x.dims, std::vector<double>(x.x.size(), 1.0)};
    expect({.type = "Dropout", .inputs = {data(x)}, .outputs = 2, .opset = 10}, {x, mask}, 0.0);
    mask.type = element::f32;
    expect({.type = "Dropout", .inputs = {data(x)}, .outputs = 2, .opset = 7}, {x, mask}, 0.0);
}

TEST_CASE("arithmetic with broadcasting") {
    testing::random_source random{15};
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        const shape dims = some_shapes[random.below(some_shapes.size())];
        const shape left = round % 4 == 0 ? dims : narrowed(random, dims);
        const shape right = round % 4 == 0 ? dims : narrowed(random, dims);
        const array a = random_floats(random, left, 0.5, 3.0);
        const array b = random_floats(random, right, 0.5, 3.0);
        const auto check = [&](const char* type, auto f, double tolerance) {
            expect({type, {data(a), parameter(b)}}, zip(element::f32, a, b, f), tolerance);
        };
        check("Add", [](double x, double y) { return x + y; }, 1e-6);
        check("Sub", [](double x, double y) { return x - y; }, 1e-6);
        check("Mul", [](double x, double y) { return x * y; }, 1e-6);
        check("Div", [](double x, double y) { return x / y; }, 1e-6);
        check("Pow", [](double x, double y) { return std::pow(x, y); }, 1e-6);
        check("Min", [](double x, double y) { return std::min(x, y); }, 0.0);
        check("Max", [](double x, double y) { return std::max(x, y); }, 0.0);
    }
}

TEST_CASE("arithmetic of other types") {
    testing::random_source random{16};
    for (const element type : {element::i32, element::i64, element::f64, element::u8, element::i8}) {
        CAPTURE(static_cast<int>(type));
        const bool real = type == element::f64;
        for (int round = 0; round < 8; ++round) {
            const shape dims = some_shapes[random.below(some_shapes.size())];
            // Small positive numbers and a smaller right-hand side: no type overflows and Sub stays positive.
            const array a = random_integers(random, narrowed(random, dims), 6, 11, type);
            const array b = random_integers(random, narrowed(random, dims), 1, 6, type);
            const auto check = [&](const char* name, auto f) {
                expect({name, {data(a), parameter(b)}}, zip(type, a, b, f), 1e-12);
            };
            check("Add", [](double x, double y) { return x + y; });
            check("Sub", [](double x, double y) { return x - y; });
            check("Mul", [](double x, double y) { return x * y; });
            check("Div", [real](double x, double y) { return real ? x / y : std::trunc(x / y); });
            check("Min", [](double x, double y) { return std::min(x, y); });
            check("Max", [](double x, double y) { return std::max(x, y); });
        }
    }
    // Towards zero, as in C, also for negative numbers.
    const array a{element::i64, {4}, {7, -7, 7, -7}};
    const array b{element::i64, {4}, {2, 2, -2, -2}};
    expect({"Div", {data(a), parameter(b)}}, {element::i64, {4}, {3, -3, -3, 3}}, 0.0);
}

TEST_CASE("integers wrap around, and the least one is divided by -1") {
    const double least = -2147483648.0;
    const array a{element::i32, {3}, {2147483647.0, least, least}};
    const array b{element::i32, {3}, {1, 1, -1}};
    expect({"Add", {data(a), data(b)}}, {element::i32, {3}, {least, least + 1, 2147483647.0}}, 0.0);
    expect({"Div", {data(a), data(b)}}, {element::i32, {3}, {2147483647.0, least, least}}, 0.0);
    expect({"Mul", {data(a), data(b)}}, {element::i32, {3}, {2147483647.0, least, least}}, 0.0);
}

TEST_CASE("Pow: squares, and an exponent of another type") {
    testing::random_source random{17};
    const array x = random_floats(random, {2, 17, 3}, -3.0, 3.0);
    const auto square = [](double e) { return e * e; };
    expect({"Pow", {data(x), parameter(scalar(2))}}, mapped(x, square), 1e-6);
    expect({"Pow", {data(x), parameter(scalar(2, element::i64))}}, mapped(x, square), 1e-6);
    expect({"Pow", {data(x), parameter(scalar(3, element::i32))}}, mapped(x, [](double e) { return e * e * e; }), 1e-6);
}

TEST_CASE("Sum, Min and Max of any number of tensors") {
    testing::random_source random{18};
    for (int round = 0; round < 30; ++round) {
        CAPTURE(round);
        const shape dims = some_shapes[random.below(some_shapes.size())];
        const element type = round % 3 == 0 ? element::i64 : element::f32;
        std::vector<array> terms;
        std::vector<operand> inputs;
        std::vector<shape> shapes;
        for (std::size_t n = 1 + random.below(4); n > 0; --n) {
            const shape s = round % 2 == 0 ? dims : narrowed(random, dims);
            terms.push_back(type == element::f32 ? random_floats(random, s) : random_integers(random, s, -9, 9));
            inputs.push_back(terms.size() == 1 ? data(terms.back()) : parameter(terms.back()));
            shapes.push_back(s);
        }
        const auto fold = [&](auto f) {
            return tabulate(type, broadcast_dims(shapes), [&](const shape& index) {
                double result = broadcast_at(terms[0], index);
                for (std::size_t i = 1; i < terms.size(); ++i) {
                    result = f(result, broadcast_at(terms[i], index));
                }
                return result;
            });
        };
        expect({"Sum", inputs}, fold([](double a, double b) { return a + b; }), 1e-6);
        expect({"Min", inputs}, fold([](double a, double b) { return std::min(a, b); }), 0.0);
        expect({"Max", inputs}, fold([](double a, double b) { return std::max(a, b); }), 0.0);
    }
}

TEST_CASE("comparison and choice") {
    testing::random_source random{19};
    for (const element type : {element::f32, element::i64, element::i32}) {
        for (int round = 0; round < 15; ++round) {
            CAPTURE(round);
            const shape dims = some_shapes[random.below(some_shapes.size())];
            const array a = random_integers(random, narrowed(random, dims), -2, 2, type);
            const array b = random_integers(random, narrowed(random, dims), -2, 2, type);
            const auto check = [&](const char* name, auto f) {
                expect({name, {data(a), parameter(b)}}, zip(element::boolean, a, b, f), 0.0);
            };
            check("Equal", [](double x, double y) { return x == y; });
            check("Less", [](double x, double y) { return x < y; });
            check("Greater", [](double x, double y) { return x > y; });
            const array condition = random_integers(random, narrowed(random, dims), 0, 1, element::boolean);
            expect({"Where", {data(condition), parameter(a), parameter(b)}},
                   tabulate(type, broadcast_dims({condition.dims, a.dims, b.dims}),
                            [&](const shape& index) {
                                return broadcast_at(broadcast_at(condition, index) != 0 ? a : b, index);
                            }),
                   0.0);
        }
    }
}

TEST_CASE("Cast between all types") {
    testing::random_source random{20};
    constexpr std::pair<element, std::int64_t> types[] = {{element::f32, 1}, {element::u8, 2},  {element::i8, 3},
                                                          {element::i32, 6}, {element::i64, 7}, {element::boolean, 9},
                                                          {element::f64, 11}};
    for (const auto& source : types) { // no structured bindings: clang 14 cannot capture them
        for (const auto& target : types) {
            const element from = source.first;
            const element to = target.first;
            const std::int64_t from_number = source.second;
            const std::int64_t to_number = target.second;
            CAPTURE(from_number);
            CAPTURE(to_number);
            const bool truth = from == element::boolean;
            for (const shape& dims : some_shapes) {
                const array x = random_integers(random, dims, 0, truth ? 1 : 9, from);
                array y = x;
                y.type = to;
                for (double& e : y.x) {
                    e = to == element::boolean ? (e != 0 ? 1.0 : 0.0) : e;
                }
                expect({"Cast", {data(x)}, {{"to", to_number}}}, y, 0.0);
            }
        }
    }
    const array halves{element::f32, {6}, {1.5, -1.5, 0.25, -0.25, 300, -300}};
    expect({"Cast", {data(halves)}, {{"to", std::int64_t{7}}}}, {element::i64, {6}, {1, -1, 0, 0, 300, -300}}, 0.0);
    expect({"Cast", {data(halves)}, {{"to", std::int64_t{9}}}}, {element::boolean, {6}, {1, 1, 1, 1, 1, 1}}, 0.0);
    // Beyond the range of the type: the nearest that it has.
    expect({"Cast", {data(halves)}, {{"to", std::int64_t{3}}}}, {element::i8, {6}, {1, -1, 0, 0, 127, -128}}, 0.0);
}

TEST_CASE("reductions: any axes, kept or not, as attribute or input") {
    testing::random_source random{21};
    for (int round = 0; round < 80; ++round) {
        CAPTURE(round);
        const shape dims = some_shapes[random.below(some_shapes.size())];
        const element type = round % 5 == 0 ? element::i64 : element::f32;
        const array x = type == element::f32 ? random_floats(random, dims) : random_integers(random, dims, -9, 9);
        std::vector<std::int64_t> axes;
        std::vector<bool> gone(dims.size(), false);
        const auto rank = static_cast<std::int64_t>(dims.size());
        for (std::int64_t k = 0; k < rank; ++k) {
            if (random.chance(0.4)) {
                axes.push_back(random.chance(0.5) ? k : k - rank);
                gone[static_cast<std::size_t>(k)] = true;
            }
        }
        const bool stays = axes.empty() && random.chance(0.5);
        if (axes.empty() && !stays) {
            gone.assign(gone.size(), true);
        }
        const bool keep = random.chance(0.5);
        shape kept;
        shape dropped;
        for (std::size_t k = 0; k < dims.size(); ++k) {
            kept.push_back(gone[k] ? 1 : dims[k]);
            if (!gone[k]) {
                dropped.push_back(dims[k]);
            }
        }
        const auto reduce = [&](double start, auto f, bool mean) {
            array y{type, kept, std::vector<double>(volume(kept), start)};
            for_each_index(dims, [&](const shape& index) {
                shape to = index;
                for (std::size_t k = 0; k < to.size(); ++k) {
                    to[k] = gone[k] ? 0 : to[k];
                }
                double& e = y.x[place(kept, to)];
                e = f(e, at(x, index));
            });
            if (mean) {
                const double terms = static_cast<double>(volume(dims)) / static_cast<double>(volume(kept));
                for (double& e : y.x) {
                    e = type == element::f32 ? e / terms : std::trunc(e / terms);
                }
            }
            y.dims = keep ? kept : dropped;
            return y;
        };
        std::vector<onnx::attribute> attributes{{"keepdims", std::int64_t{keep}},
                                                {"noop_with_empty_axes", std::int64_t{stays}}};
        std::vector<operand> inputs{data(x)};
        if (!axes.empty() && random.chance(0.5)) {
            inputs.push_back(constant(list(axes)));
        } else if (!axes.empty()) {
            attributes.push_back({"axes", axes});
        }
        const auto add = [](double a, double b) { return a + b; };
        // Each addition of floats may round, by half a unit in the last place of what has been summed so far.
        const double rounding = std::max(1e-6, 6e-8 * static_cast<double>(volume(dims)) /
                                                   static_cast<double>(std::max<std::size_t>(volume(kept), 1)));
        const double least =
            type == element::f32 ? -std::numeric_limits<double>::infinity() : -9223372036854775808.0; // of no number
        expect({.type = "ReduceSum", .inputs = inputs, .attributes = attributes, .opset = 18}, reduce(0, add, false),
               rounding);
        expect({.type = "ReduceMax", .inputs = inputs, .attributes = attributes, .opset = 18},
               reduce(least, [](double a, double b) { return std::max(a, b); }, false), 0.0);
        if (volume(dims) != 0 || type == element::f32) { // a mean of no integers is refused
            expect({.type = "ReduceMean", .inputs = inputs, .attributes = attributes, .opset = 18},
                   reduce(0, add, true), 1e-6);
        }
    }
}

TEST_CASE("a long sum is accurate") {
    testing::random_source random{22};
    const array x = random_floats(random, {1, 100003}, 0.0, 1.0);
    double sum = 0.0;
    for (const double e : x.x) {
        sum += e;
    }
    expect({"ReduceMean", {data(x)}, {{"axes", std::vector<std::int64_t>{1}}}},
           {element::f32, {1, 1}, {sum / 100003.0}}, 1e-6);
}

} // namespace opara::test
