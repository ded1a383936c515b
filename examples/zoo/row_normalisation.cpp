#include <examples/zoo/rewrite.hpp>
#include <examples/zoo/row_normalisation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace opara::zoo {

namespace {

using onnx::no_value;

// Numbers of the inputs of `opara.Linear`.
constexpr std::size_t rows_input = 0;
constexpr std::size_t residual_input = 3;
constexpr std::size_t scale_input = 4;
constexpr std::size_t shift_input = 5;
constexpr std::size_t statistics_input = 6;
constexpr std::size_t residual_scale_input = 7;
constexpr std::size_t residual_shift_input = 8;

value_id input(const onnx::node& n, std::size_t i) { return i < n.inputs.size() ? n.inputs[i] : no_value; }

// An operator that normalises the rows of its first input.
struct row_normalisation {
    value_id x;
    value_id y;
    value_id scale;
    value_id shift; // or no_value
    bool layer;     // else by the root mean square
    double epsilon;
};

std::optional<row_normalisation> row_normalisation_at(const rewrite& r, op_id op) {
    const onnx::network& net = r.net();
    const onnx::node& n = net[op];
    const bool layer = r.is(op, "LayerNormalization");
    if ((!layer && !r.is(op, "RMSNormalization")) || r.leaves(n.outputs[0])) {
        return std::nullopt;
    }
    const row_normalisation found{.x = n.inputs[0],
                                  .y = n.outputs[0],
                                  .scale = n.inputs[1],
                                  .shift = layer ? input(n, 2) : no_value,
                                  .layer = layer,
                                  .epsilon = n.attribute_or<double>("epsilon", 1e-5)};
    const onnx::shape& dims = net[found.y].dims;
    const auto axis = n.attribute_or<std::int64_t>("axis", -1);
    const auto is_row = [&](value_id v) { return net[v].is_weight() && net[v].dims == onnx::shape{dims.back()}; };
    const bool last_axis = axis == -1 || axis == std::ssize(dims) - 1;
    return last_axis && is_row(found.scale) && (found.shift == no_value || is_row(found.shift)) ? std::optional{found}
                                                                                                : std::nullopt;
}

bool reads_once(const onnx::node& n, value_id v) { return std::count(n.inputs.begin(), n.inputs.end(), v) == 1; }

// Whether a product can normalise these rows.
bool multiplies(const rewrite& r, op_id op, value_id rows) {
    const onnx::node& n = r.net()[op];
    return r.is(op, "Linear", "opara") && n.inputs[rows_input] == rows && r.net()[n.inputs[1]].is_weight() &&
           input(n, scale_input) == no_value && reads_once(n, rows);
}

// Whether a product can normalise these rows before it adds them.
bool adds(const rewrite& r, op_id op, value_id rows) {
    const onnx::node& n = r.net()[op];
    return r.is(op, "Linear", "opara") && input(n, residual_input) == rows && input(n, statistics_input) == no_value &&
           reads_once(n, rows);
}

// Products under change: each may normalise its rows, hand on their statistics, and normalise what it adds.
class changes {
public:
    explicit changes(rewrite& r) : r_{r}, nodes_(r.net().graph.size()) {}

    void normalise(op_id product, const row_normalisation& by) {
        onnx::node& n = of(product);
        n.inputs[rows_input] = by.x;
        set(n, scale_input, by.scale);
        set(n, shift_input, by.shift);
        n.attributes.push_back({"epsilon", by.epsilon});
        if (by.layer) {
            n.attributes.push_back({"mode", "layer"});
        }
    }
    [[nodiscard]] value_id statistics_from(op_id product, const row_normalisation& by) {
        const value_id statistics = r_.result(r_.net()[by.y].name + ".statistics");
        onnx::node& n = of(product);
        n.outputs = {n.outputs[0], statistics};
        return statistics;
    }
    void normalise_residual(op_id product, const row_normalisation& by, value_id statistics) {
        onnx::node& n = of(product);
        n.inputs[residual_input] = by.x;
        set(n, statistics_input, statistics);
        set(n, residual_scale_input, by.scale);
        set(n, residual_shift_input, by.shift);
    }
    void apply() && {
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i]) {
                const op_id op = op_id::from_index(i);
                r_.replace({op}, op, std::vector{*std::move(nodes_[i])});
            }
        }
    }

private:
    onnx::node& of(op_id op) {
        auto& n = nodes_[op.index()];
        if (!n) {
            n = r_.net()[op];
        }
        return *n;
    }
    static void set(onnx::node& n, std::size_t i, value_id v) {
        if (v != no_value) {
            n.inputs.resize(std::max(n.inputs.size(), i + 1), no_value);
            n.inputs[i] = v;
        }
    }

    rewrite& r_;
    std::vector<std::optional<onnx::node>> nodes_; // of each operator that changes
};

} // namespace

onnx::network normalise_in_products(const onnx::network& net, row_normalisations wanted) {
    const bool all = wanted == row_normalisations::all;
    rewrite r{net};
    changes made{r};
    std::vector<std::vector<op_id>> readers(net.values.size());
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        for (const value_id v : net[op_id::from_index(i)].inputs) {
            if (v != no_value) {
                readers[v.index()].push_back(op_id::from_index(i));
            }
        }
    }
    const auto level = [&](op_id op) { return r.depth(net[op].outputs[0]); };
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        const op_id op = op_id::from_index(i);
        const auto found = row_normalisation_at(r, op);
        if (!found || (found->layer && !all)) {
            continue;
        }
        std::vector<op_id> products = readers[found->y.index()];
        const auto others = std::stable_partition(products.begin(), products.end(),
                                                  [&](op_id reader) { return multiplies(r, reader, found->y); });
        const std::vector<op_id> sums(others, products.end());
        products.erase(others, products.end());
        if (products.empty() || (!sums.empty() && !all)) {
            continue;
        }
        const op_id first =
            *std::min_element(products.begin(), products.end(), [&](op_id a, op_id b) { return level(a) < level(b); });
        if (!std::all_of(sums.begin(), sums.end(), [&](op_id sum) {
                return adds(r, sum, found->y) && first < sum && level(first) < level(sum);
            })) {
            continue;
        }
        for (const op_id product : products) {
            made.normalise(product, *found);
        }
        if (!sums.empty()) {
            const value_id statistics = made.statistics_from(first, *found);
            for (const op_id sum : sums) {
                made.normalise_residual(sum, *found, statistics);
            }
        }
        r.drop(op);
    }
    std::move(made).apply();
    return std::move(r).finish();
}

} // namespace opara::zoo
