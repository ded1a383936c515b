#include <examples/zoo/layers.hpp>
#include <examples/zoo/networks.hpp>

#include <algorithm>

namespace opara::zoo {

namespace {

constexpr std::int64_t dense_fields = 13;
constexpr std::int64_t embedding = 10; // the paper's k
// Values that each categorical field of Criteo's display advertising challenge takes.
constexpr std::array<std::int64_t, 26> categories{1460,  583,  10131227, 2202608, 305, 24,     12517,   633,   3,
                                                  93145, 5683, 8351593,  3194,    27,  14992,  5461306, 10,    5652,
                                                  2173,  4,    7046547,  18,      15,  286181, 105,     142572};
// Rare values share rows (the hashing trick): 34 million rows would be 1.5 GB of weights that nobody schedules.
constexpr std::int64_t most_rows = 10000;

std::int64_t rows_of(std::int64_t field) {
    // A number has one row, which its value scales.
    return field < dense_fields ? 1 : std::min(categories[static_cast<std::size_t>(field - dense_fields)], most_rows);
}

} // namespace

onnx::network deepfm(const options& how) {
    constexpr std::int64_t fields = dense_fields + static_cast<std::int64_t>(categories.size());
    layers net{"deepfm"};
    const value_id indices = net.input("indices", onnx::element::i64, {how.batch, fields});
    const value_id values = net.input("values", onnx::element::f32, {how.batch, fields});

    const auto row = net.add_many("Split", "index", {indices}, {{"axis", std::int64_t{1}}}, fields);
    const value_id column = net.add("Unsqueeze", "column", {values, net.integers("column.axes", {2})});
    const auto scale = net.add_many("Split", "value", {column}, {{"axis", std::int64_t{1}}}, fields);

    // A lookup for each field, as frameworks do it: this is where the width comes from.
    const auto looked_up = [&](const std::string& name, std::int64_t width) {
        std::vector<value_id> all;
        for (std::int64_t f = 0; f < fields; ++f) {
            const auto i = static_cast<std::size_t>(f);
            const std::string field = name + std::to_string(f);
            const value_id found = net.lookup(field + ".embedding", row[i], rows_of(f), width, 0.5);
            all.push_back(net.product(field + ".scaled", found, scale[i]));
        }
        return net.concat(name + "all", all); // [batch, fields, width]
    };
    const value_id second_axis = net.integers("axis1", {1});
    const auto total = [&](const std::string& name, value_id x, std::int64_t keep) {
        return net.add("ReduceSum", name, {x, second_axis}, {{"keepdims", keep}});
    };

    const value_id first = total("fm.first", looked_up("first.", 1), 0); // [batch, 1]

    // Sum over pairs of fields i < j of <v_i, v_j> x_i x_j = ((sum v x)^2 - sum (v x)^2) / 2, for each coordinate.
    const value_id vectors = looked_up("second.", embedding);
    const value_id sums = total("fm.sum", vectors, 0);
    const value_id square_of_sum = net.product("fm.square_of_sum", sums, sums);
    const value_id squares = net.product("fm.squares", vectors, vectors);
    const value_id sum_of_squares = total("fm.sum_of_squares", squares, 0);
    const value_id twice = net.add("Sub", "fm.twice", {square_of_sum, sum_of_squares});
    const value_id pairs = net.product("fm.pairs", twice, net.scalar("half", 0.5F));
    const value_id second = total("fm.second", pairs, 1); // [batch, 1]

    value_id x = net.reshape("deep.input", vectors, {how.batch, fields * embedding});
    for (const char* layer : {"deep.1", "deep.2", "deep.3"}) {
        x = net.classifier(layer, x, 400);
        x = net.relu(std::string{layer} + ".relu", x);
        x = net.dropout(std::string{layer} + ".dropout", x);
    }
    const value_id deep = net.classifier("deep.out", x, 1);

    const value_id fm = net.sum("fm", first, second);
    net.output(net.add("Sigmoid", "click", {net.sum("logit", fm, deep)}));
    return std::move(net).finish();
}

} // namespace opara::zoo
