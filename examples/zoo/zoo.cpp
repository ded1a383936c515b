#include <examples/zoo/networks.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

namespace opara::zoo {

namespace {

struct entry {
    std::string_view name;
    onnx::network (*make)(const options&);
};

constexpr std::array<entry, 6> entries{{{"googlenet", googlenet},
                                        {"inception_v3", inception_v3},
                                        {"nasnet_large", nasnet_large},
                                        {"deepfm", deepfm},
                                        {"bert_base", bert_base},
                                        {"t5_small", t5_small}}};

constexpr auto all_names = [] {
    std::array<std::string_view, entries.size()> list;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        list[i] = entries[i].name;
    }
    return list;
}();

void require_positive(std::string_view what, std::int64_t number) {
    if (number < 1) {
        throw error{std::string{what} + " must be at least 1, not " + std::to_string(number)};
    }
}

// For each place along the last axis of some integers the extent of the smallest table that they index, wherever on the
// way the axis is cut to pieces; 0 where there is none.
void find_bounds(const onnx::network& net, onnx::value_id ids, std::span<std::int64_t> bounds) {
    for (const onnx::node& n : net.graph.operators()) {
        const auto place = std::find(n.inputs.begin(), n.inputs.end(), ids);
        if (place == n.inputs.end()) {
            continue;
        }
        if (n.type == "Gather" && place == n.inputs.begin() + 1) {
            const std::int64_t rows = net[n.inputs[0]].dims[0]; // no network here looks up along another axis
            for (std::int64_t& bound : bounds) {
                bound = bound == 0 ? rows : std::min(bound, rows);
            }
        } else if (n.type == "Split") {
            std::size_t begin = 0;
            for (const onnx::value_id part : n.outputs) {
                const auto width = static_cast<std::size_t>(net[part].dims.back());
                find_bounds(net, part, bounds.subspan(begin, width));
                begin += width;
            }
        }
    }
}

// Integers that choose from tables of so many rows, for the input of that name.
std::vector<std::int64_t> sample_ids(const onnx::value& input, std::span<const std::int64_t> bounds) {
    const bool encoder = input.name == "encoder_buckets";
    if (encoder || input.name == "decoder_buckets") {
        return relative_buckets(input.dims[0], input.dims[1], encoder ? reading::both_ways : reading::backwards);
    }
    std::vector<std::int64_t> ids(static_cast<std::size_t>(onnx::elements(input.dims)));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i);
        // Positions count up; everything else jumps through its table.
        ids[i] = (input.name == "position_ids" ? number : number * 7919 + 1) % bounds[i % bounds.size()];
    }
    return ids;
}

bool ends_with_one_of(std::string_view name, std::initializer_list<std::string_view> endings) {
    return std::any_of(endings.begin(), endings.end(), [name](std::string_view e) { return name.ends_with(e); });
}

} // namespace

std::span<const std::string_view> names() noexcept { return all_names; }

onnx::network build(std::string_view name, const options& how) {
    require_positive("batch", how.batch);
    require_positive("tokens", how.tokens);
    require_positive("decoder_tokens", how.decoder_tokens);
    std::string known;
    for (const entry& e : entries) {
        if (e.name == name) {
            return e.make(how);
        }
        known += (known.empty() ? "" : ", ") + std::string{e.name};
    }
    throw error{"there is no network '" + std::string{name} + "' in the zoo; it has " + known};
}

std::vector<onnx::tensor> sample_inputs(const onnx::network& net) {
    std::vector<onnx::tensor> samples;
    for (const onnx::value_id v : net.inputs) {
        const onnx::value& input = net[v];
        if (input.type == onnx::element::i64) {
            std::vector<std::int64_t> bounds(static_cast<std::size_t>(input.dims.back()), 0);
            find_bounds(net, v, bounds);
            if (std::find(bounds.begin(), bounds.end(), 0) != bounds.end()) {
                throw error{"input '" + input.name + "' is of integers that choose from no table"};
            }
            samples.push_back(onnx::tensor::of<std::int64_t>(input.type, input.dims, sample_ids(input, bounds)));
            continue;
        }
        std::vector<float> ramp(static_cast<std::size_t>(onnx::elements(input.dims)));
        for (std::size_t i = 0; i < ramp.size(); ++i) {
            ramp[i] = static_cast<float>(i) / static_cast<float>(ramp.size());
        }
        samples.push_back(onnx::tensor::of<float>(onnx::element::f32, input.dims, ramp));
    }
    return samples;
}

std::int64_t parameters(const onnx::network& net) {
    std::int64_t total = 0;
    for (const onnx::value& v : net.values) {
        const bool learned = v.is_weight() && v.type == onnx::element::f32 && !v.dims.empty();
        if (learned && !ends_with_one_of(v.name, {".running_mean", ".running_var", ".mask"})) {
            total += onnx::elements(v.dims);
        }
    }
    return total;
}

} // namespace opara::zoo
