// Operators that move elements or pick them by index, against naive loops.
#include <opara/onnx/builder.hpp>
#include <tests/examples/engine_oracle.hpp>

#include <numeric>

namespace opara::test {
namespace {

const std::vector<shape> some_shapes{{}, {1}, {7}, {3, 5}, {2, 0, 4}, {2, 19, 3}, {1, 6, 4, 5}, {2, 3, 2, 3, 2}};

// One tensor of each size of elements.
std::vector<array> some_tensors(testing::random_source& random, const shape& dims) {
    return {random_floats(random, dims), random_integers(random, dims, -99, 99),
            random_integers(random, dims, -99, 99, element::i32),
            random_integers(random, dims, 0, 1, element::boolean)};
}

array reshaped(array a, shape dims) {
    a.dims = std::move(dims);
    return a;
}

} // namespace

TEST_CASE("views keep the elements in order") {
    testing::random_source random{41};
    for (const array& x : some_tensors(random, {2, 3, 4, 1})) {
        expect({"Reshape", {data(x), constant(list({0, -1, 2}))}}, reshaped(x, {2, 6, 2}), 0.0);
        expect({"Reshape", {data(x), constant(list({24}))}}, reshaped(x, {24}), 0.0);
        expect({"Flatten", {data(x)}}, reshaped(x, {2, 12}), 0.0);
        expect({"Flatten", {data(x)}, {{"axis", std::int64_t{-2}}}}, reshaped(x, {6, 4}), 0.0);
        expect({"Squeeze", {data(x)}}, reshaped(x, {2, 3, 4}), 0.0);
        expect({"Squeeze", {data(x), constant(list({-1}))}}, reshaped(x, {2, 3, 4}), 0.0);
        expect({"Unsqueeze", {data(x), constant(list({0, -1}))}}, reshaped(x, {1, 2, 3, 4, 1, 1}), 0.0);
    }
    const array none{element::f32, {2, 0, 3}, {}};
    expect({"Reshape", {data(none), constant(list({3, 0, 5}))}}, reshaped(none, {3, 0, 5}), 0.0);
}

TEST_CASE("Transpose: every permutation, and none") {
    testing::random_source random{42};
    for (const shape& dims : {shape{5}, shape{3, 4}, shape{2, 3, 4}, shape{2, 3, 4, 5}, shape{2, 0, 3}}) {
        std::vector<std::int64_t> order(dims.size());
        std::iota(order.begin(), order.end(), std::int64_t{0});
        do {
            for (const array& x : some_tensors(random, dims)) {
                shape y;
                for (const std::int64_t axis : order) {
                    y.push_back(dims[static_cast<std::size_t>(axis)]);
                }
                const array expected = tabulate(x.type, y, [&](const shape& index) {
                    shape from(dims.size());
                    for (std::size_t k = 0; k < from.size(); ++k) {
                        from[static_cast<std::size_t>(order[k])] = index[k];
                    }
                    return at(x, from);
                });
                expect({"Transpose", {data(x)}, {{"perm", order}}}, expected, 0.0);
                if (std::is_sorted(order.rbegin(), order.rend())) {
                    expect({"Transpose", {data(x)}}, expected, 0.0);
                }
            }
        } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST_CASE("Expand") {
    testing::random_source random{43};
    const std::vector<std::pair<shape, shape>> pairs{
        {{3, 1}, {3, 4}}, {{3, 1}, {2, 1, 6}},         {{}, {2, 3}}, {{1, 4, 1}, {2, 1, 3}}, {{2, 5, 3}, {1}},
        {{1}, {0}},       {{1, 3, 1, 2}, {2, 3, 4, 2}}};
    for (const auto& [dims, wanted] : pairs) {
        for (const array& x : some_tensors(random, dims)) {
            expect({"Expand", {data(x), constant(list(wanted))}},
                   tabulate(x.type, broadcast_dims({dims, wanted}),
                            [&, &from = x](const shape& index) { return broadcast_at(from, index); }),
                   0.0);
        }
    }
}

TEST_CASE("Concat: any axis and number of tensors, with empty ones, and scalars between lists") {
    testing::random_source random{44};
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        shape dims = some_shapes[1 + random.below(some_shapes.size() - 1)];
        const std::size_t axis = random.below(dims.size());
        const std::size_t pick = random.below(4);
        std::vector<operand> inputs;
        std::vector<array> parts;
        std::int64_t total = 0;
        for (std::size_t n = 1 + random.below(4); n > 0; --n) {
            dims[axis] = draw(random, round % 3 == 0 ? 0 : 1, 5);
            total += dims[axis];
            parts.push_back(some_tensors(random, dims)[pick]);
            inputs.push_back(parts.size() == 1 ? data(parts.back()) : parameter(parts.back()));
        }
        dims[axis] = total;
        const std::int64_t given =
            static_cast<std::int64_t>(axis) - (random.chance(0.5) ? static_cast<std::int64_t>(dims.size()) : 0);
        expect({"Concat", inputs, {{"axis", given}}},
               tabulate(parts[0].type, dims,
                        [&](shape index) {
                            std::size_t part = 0;
                            while (index[axis] >= parts[part].dims[axis]) {
                                index[axis] -= parts[part++].dims[axis];
                            }
                            return at(parts[part], index);
                        }),
               0.0);
    }
    expect({"Concat",
            {data(list({1, 2})), parameter(scalar(3, element::i64)), parameter(list({4}))},
            {{"axis", std::int64_t{0}}}},
           list({1, 2, 3, 4}), 0.0);
    expect({"Concat", {data(scalar(0.5)), parameter(scalar(1.5))}, {{"axis", std::int64_t{0}}}},
           {element::f32, {2}, {0.5, 1.5}}, 0.0);
}

TEST_CASE("Split: equal parts, given sizes, uneven parts") {
    testing::random_source random{45};
    for (const shape& dims : {shape{12}, shape{2, 12}, shape{3, 12, 2}, shape{2, 12, 3, 2}, shape{2, 3, 12}}) {
        const auto axis = static_cast<std::size_t>(std::find(dims.begin(), dims.end(), 12) - dims.begin());
        for (const array& x : some_tensors(random, dims)) {
            const auto parts = [&](const std::vector<std::int64_t>& sizes) {
                std::vector<array> result;
                std::int64_t begin = 0;
                for (const std::int64_t size : sizes) {
                    shape part = dims;
                    part[axis] = size;
                    result.push_back(tabulate(x.type, part, [&, first = begin](shape index) {
                        index[axis] += first;
                        return at(x, index);
                    }));
                    begin += size;
                }
                return result;
            };
            const onnx::attribute along{"axis", static_cast<std::int64_t>(axis)};
            expect({.type = "Split", .inputs = {data(x)}, .attributes = {along}, .outputs = 3}, parts({4, 4, 4}), 0.0);
            const std::vector<std::int64_t> sizes{5, 0, 1, 6};
            expect({.type = "Split", .inputs = {data(x), constant(list(sizes))}, .attributes = {along}, .outputs = 4},
                   parts(sizes), 0.0);
            expect({.type = "Split",
                    .inputs = {data(x)},
                    .attributes = {along, {"split", sizes}},
                    .outputs = 4,
                    .opset = 11},
                   parts(sizes), 0.0);
            expect({.type = "Split",
                    .inputs = {data(x)},
                    .attributes = {along, {"num_outputs", std::int64_t{5}}},
                    .outputs = 5,
                    .opset = 18},
                   parts({3, 3, 3, 3, 0}), 0.0);
        }
    }
}

TEST_CASE("Slice: starts and ends of any sign, steps forwards and backwards") {
    testing::random_source random{46};
    constexpr std::int64_t far = std::int64_t{1} << 50; // exporters write the largest int64, which no double holds
    for (int round = 0; round < 150; ++round) {
        CAPTURE(round);
        const shape dims = some_shapes[1 + random.below(some_shapes.size() - 1)];
        const array x = some_tensors(random, dims)[random.below(4)];
        std::vector<std::int64_t> starts;
        std::vector<std::int64_t> ends;
        std::vector<std::int64_t> axes;
        std::vector<std::int64_t> steps;
        std::vector<std::vector<std::int64_t>> taken(dims.size()); // by axis, the places that are taken
        const auto rank = static_cast<std::int64_t>(dims.size());
        for (std::int64_t axis = 0; axis < rank; ++axis) {
            const std::int64_t n = dims[static_cast<std::size_t>(axis)];
            auto& places = taken[static_cast<std::size_t>(axis)];
            const bool whole = axis != 0 && random.chance(0.4); // at least one axis is named
            const std::int64_t step = whole ? 1 : random.chance(0.1) ? 1000000 : draw(random, 1, 3);
            const bool back = !whole && random.chance(0.4);
            std::int64_t start = draw(random, -n - 2, n + 2);
            std::int64_t end = random.chance(0.2) ? (back ? -far : far) : draw(random, -n - 2, n + 2);
            if (!whole) {
                axes.push_back(random.chance(0.5) ? axis : axis - rank);
                starts.push_back(start);
                ends.push_back(end);
                steps.push_back(back ? -step : step);
            }
            // As Python reads them: a negative number counts from the end, then everything is cut to what exists.
            if (whole) {
                start = 0;
                end = n;
            }
            start = start < 0 ? start + n : start;
            end = end < 0 && end != -far ? end + n : end;
            if (back) {
                start = std::min(start, n - 1);
                for (std::int64_t i = start; i > end && i >= 0; i -= step) {
                    places.push_back(i);
                }
            } else {
                for (std::int64_t i = std::max<std::int64_t>(start, 0); i < end && i < n; i += step) {
                    places.push_back(i);
                }
            }
        }
        // A start before the begin of a slice that goes backwards is cut to 0, as ONNX says (Python would take
        // nothing).
        bool cut = false;
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const std::int64_t n = dims[static_cast<std::size_t>(axes[i] < 0 ? axes[i] + rank : axes[i])];
            cut = cut || (steps[i] < 0 && starts[i] < -n);
        }
        if (cut) {
            continue;
        }
        shape y;
        for (const auto& places : taken) {
            y.push_back(static_cast<std::int64_t>(places.size()));
        }
        const array expected = tabulate(x.type, y, [&](shape index) {
            for (std::size_t k = 0; k < index.size(); ++k) {
                index[k] = taken[k][static_cast<std::size_t>(index[k])];
            }
            return at(x, index);
        });
        CAPTURE(onnx::describe(dims));
        CAPTURE(onnx::describe(starts));
        CAPTURE(onnx::describe(ends));
        CAPTURE(onnx::describe(axes));
        CAPTURE(onnx::describe(steps));
        CAPTURE(onnx::describe(y));
        expect({"Slice",
                {data(x), constant(list(starts)), constant(list(ends)), constant(list(axes)), constant(list(steps))}},
               expected, 0.0);
        if (std::all_of(steps.begin(), steps.end(), [](std::int64_t s) { return s == 1; })) {
            expect({.type = "Slice",
                    .inputs = {data(x)},
                    .attributes = {{"starts", starts}, {"ends", ends}, {"axes", axes}},
                    .opset = 9},
                   expected, 0.0);
        }
    }
}

TEST_CASE("Pad: constant, edge and reflect, cutting and padding") {
    testing::random_source random{47};
    for (int round = 0; round < 90; ++round) {
        CAPTURE(round);
        const shape dims = std::vector<shape>{{6}, {3, 5}, {2, 19, 3}, {1, 6, 4, 5}}[random.below(4)];
        const std::size_t pick = random.below(4);
        const array x = some_tensors(random, dims)[pick];
        const std::string mode = std::vector<std::string>{"constant", "edge", "reflect"}[random.below(3)];
        std::vector<std::int64_t> pads(2 * dims.size());
        shape y = dims;
        for (std::size_t k = 0; k < dims.size(); ++k) {
            const std::int64_t most = mode == "reflect" ? dims[k] - 1 : 3;
            const std::int64_t least = dims[k] > 2 ? -1 : 0;
            pads[k] = draw(random, least, most);
            pads[k + dims.size()] = draw(random, least, most);
            y[k] += pads[k] + pads[k + dims.size()];
        }
        const bool given = mode == "constant" && random.chance(0.5);
        const double number = given ? 1.0 : 0.0;
        const array expected = tabulate(x.type, y, [&](shape index) {
            for (std::size_t k = 0; k < index.size(); ++k) {
                std::int64_t& i = index[k];
                i -= pads[k];
                if (i < 0 || i >= dims[k]) {
                    if (mode == "constant") {
                        return number;
                    }
                    const std::int64_t last = dims[k] - 1;
                    i = mode == "edge" ? (i < 0 ? 0 : last) : (i < 0 ? -i : last - (i - last));
                }
            }
            return at(x, index);
        });
        std::vector<operand> inputs{data(x), constant(list(pads))};
        if (given) {
            inputs.push_back(parameter(scalar(1, x.type)));
        }
        expect({"Pad", inputs, {{"mode", mode}}}, expected, 0.0);
        if (pick == 0) {
            expect({.type = "Pad",
                    .inputs = {data(x)},
                    .attributes = {{"mode", mode}, {"pads", pads}, {"value", number}},
                    .opset = 9},
                   expected, 0.0);
        }
    }
    const array x = random_floats(random, {2, 3});
    expect({.type = "Pad", .inputs = {data(x), constant(list({1, 0})), absent(), constant(list({-1}))}, .opset = 18},
           {element::f32, {2, 4}, {0, x.x[0], x.x[1], x.x[2], 0, x.x[3], x.x[4], x.x[5]}}, 0.0);
    const array none{element::f32, {0, 2}, {}};
    expect({"Pad", {data(none), constant(list({1, 0, 0, 0}))}}, {element::f32, {1, 2}, {0, 0}}, 0.0);
}

TEST_CASE("Gather: any axis, indices from both ends") {
    testing::random_source random{48};
    for (const shape& dims : {shape{7}, shape{5, 3}, shape{2, 6, 3}, shape{2, 3, 4, 2}}) {
        for (const shape& index_dims : {shape{}, shape{1}, shape{4}, shape{2, 3}, shape{0}}) {
            for (std::size_t axis = 0; axis < dims.size(); ++axis) {
                for (const element type : {element::i64, element::i32}) {
                    const array x = some_tensors(random, dims)[random.below(4)];
                    const array indices = random_integers(random, index_dims, -dims[axis], dims[axis] - 1, type);
                    shape y(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(axis));
                    y.insert(y.end(), index_dims.begin(), index_dims.end());
                    y.insert(y.end(), dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims.end());
                    const auto inner = static_cast<std::ptrdiff_t>(axis + index_dims.size());
                    expect({"Gather", {data(x), parameter(indices)}, {{"axis", static_cast<std::int64_t>(axis)}}},
                           tabulate(x.type, y,
                                    [&](const shape& index) {
                                        const shape which(index.begin() + static_cast<std::ptrdiff_t>(axis),
                                                          index.begin() + inner);
                                        const auto i = static_cast<std::int64_t>(at(indices, which));
                                        shape from(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(axis));
                                        from.push_back(i < 0 ? i + dims[axis] : i);
                                        from.insert(from.end(), index.begin() + inner, index.end());
                                        return at(x, from);
                                    }),
                           0.0);
                }
            }
        }
    }
}

TEST_CASE("embeddings and the factorization machine") {
    testing::random_source random{49};
    const array table = random_floats(random, {12, 5});
    for (const element type : {element::i64, element::i32}) {
        const array indices = random_integers(random, {3, 4}, 0, 11, type);
        for (const bool mean : {false, true}) {
            expect({.type = "EmbeddingBag",
                    .inputs = {data(indices), parameter(table)},
                    .attributes = {{"mode", std::string{mean ? "mean" : "sum"}}},
                    .domain = "opara"},
                   tabulate(element::f32, {3, 5},
                            [&](const shape& index) {
                                double sum = 0.0;
                                for (std::int64_t k = 0; k < 4; ++k) {
                                    sum += at(table, {static_cast<std::int64_t>(at(indices, {index[0], k})), index[1]});
                                }
                                return mean ? sum / 4 : sum;
                            }),
                   1e-6);
        }
        const shape offsets{0, 2, 7};
        const array fields = random_integers(random, {4, 3}, 0, 1, type);
        expect({.type = "FieldEmbedding",
                .inputs = {data(fields), parameter(table)},
                .attributes = {{"offsets", offsets}},
                .domain = "opara"},
               tabulate(element::f32, {4, 3, 5},
                        [&](const shape& index) {
                            const auto row = static_cast<std::int64_t>(at(fields, {index[0], index[1]}));
                            return at(table, {offsets[static_cast<std::size_t>(index[1])] + row, index[2]});
                        }),
               0.0);
    }
    for (const shape& dims : {shape{3, 6, 4}, shape{2, 1, 3}, shape{1, 39, 10}}) {
        const array x = random_floats(random, dims);
        expect({.type = "FactorizationMachine", .inputs = {data(x)}, .domain = "opara"},
               tabulate(element::f32, {dims[0], 1},
                        [&](const shape& index) { // the sum of products over pairs of fields
                            double sum = 0.0;
                            for (std::int64_t i = 0; i < dims[1]; ++i) {
                                for (std::int64_t j = i + 1; j < dims[1]; ++j) {
                                    for (std::int64_t d = 0; d < dims[2]; ++d) {
                                        sum += at(x, {index[0], i, d}) * at(x, {index[0], j, d});
                                    }
                                }
                            }
                            return sum;
                        }),
               1e-6);
    }
}

TEST_CASE("what needs no elements: Shape, Range, ConstantOfShape") {
    testing::random_source random{50};
    const array x = random_floats(random, {2, 3, 4, 5});
    expect({"Shape", {data(x)}}, list({2, 3, 4, 5}), 0.0);
    expect({.type = "Shape",
            .inputs = {data(x)},
            .attributes = {{"start", std::int64_t{-3}}, {"end", std::int64_t{3}}},
            .opset = 15},
           list({3, 4}), 0.0);
    expect({"Shape", {data(scalar(1))}}, list({}), 0.0);

    // These compute with numbers that follow from the shape of an input, so that they are not folded away.
    onnx::builder b{"shapes", 13};
    const onnx::value_id in = b.input("x", element::f32, {2, 3});
    const onnx::value_id dims = b.one("Shape", "dims", {in});
    const onnx::value_id one =
        b.one("Gather", "one", {dims, b.constant("first", element::i64, {}, to_tensor(scalar(1, element::i64)))});
    const onnx::value_id two =
        b.one("Gather", "two", {dims, b.constant("zeroth", element::i64, {}, to_tensor(scalar(0, element::i64)))});
    const onnx::value_id eleven = b.constant("eleven", element::i64, {}, to_tensor(scalar(11, element::i64)));
    const onnx::value_id minus = b.constant("minus", element::i64, {}, to_tensor(scalar(-4, element::i64)));
    b.output(b.one("Range", "up", {one, eleven, two}));     // from 3 below 11 in steps of 2
    b.output(b.one("Range", "down", {eleven, one, minus})); // from 11 above 3 in steps of -4
    const float number = 1.5F;
    b.output(b.one("ConstantOfShape", "filled", {dims},
                   {{"value", onnx::tensor::of<float>(element::f32, {1}, {&number, 1})}}));
    b.output(b.one("ConstantOfShape", "zeros", {dims}));
    const onnx::network net = std::move(b).finish();
    engine::host_engine engine{net};
    run_in_order(engine, net);
    CHECK(to_array(engine.read(net.outputs[0])).x == std::vector<double>{3, 5, 7, 9});
    CHECK(to_array(engine.read(net.outputs[1])).x == std::vector<double>{11, 7});
    CHECK(to_array(engine.read(net.outputs[2])).x == std::vector<double>(6, 1.5));
    CHECK(to_array(engine.read(net.outputs[3])).x == std::vector<double>(6, 0.0));
}

} // namespace opara::test
