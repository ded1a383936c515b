#include <examples/engine/cuda/context.hpp>
#include <examples/engine/cuda/cuda_engine.hpp>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/movement.hpp>
#include <examples/engine/cuda/reals.hpp>
#include <examples/engine/cuda/rows.hpp>
#include <examples/engine/input.hpp>
#include <examples/engine/weights.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace opara::engine {

using namespace gpu;

namespace {

// Channels innermost, pixels at multiples of so many elements. Below three axes: row-major.
strides pixel_strides(const onnx::shape& dims, std::int64_t multiple) {
    strides steps = channels_last_strides(dims);
    if (dims.size() >= 3) {
        const std::int64_t channels = std::max<std::int64_t>(dims[1], 1);
        const std::int64_t pitch = (channels + multiple - 1) / multiple * multiple;
        for (std::size_t k = 0; k < dims.size(); ++k) {
            if (k != 1) {
                steps[k] = steps[k] / channels * pitch;
            }
        }
    }
    return steps;
}

// Calls `f(k, place)` for the k-th element in row-major order and where it lies.
template <class F>
void for_each_place(const onnx::shape& dims, const strides& steps, F f) {
    std::vector<std::int64_t> at(dims.size(), 0);
    std::int64_t place = 0;
    const auto count = static_cast<std::size_t>(onnx::elements(dims));
    for (std::size_t k = 0; k < count; ++k) {
        f(k, static_cast<std::size_t>(place));
        for (std::size_t axis = at.size(); axis-- > 0;) {
            place += steps[axis];
            if (++at[axis] < dims[axis]) {
                break;
            }
            place -= steps[axis] * dims[axis];
            at[axis] = 0;
        }
    }
}

// From the first to behind the last element.
std::int64_t reach(const onnx::shape& dims, const strides& steps) {
    std::int64_t last = 1;
    for (std::size_t k = 0; k < dims.size(); ++k) {
        if (dims[k] == 0) {
            return 0;
        }
        last += (dims[k] - 1) * steps[k];
    }
    return last;
}

bool is_dense(const onnx::shape& dims, const strides& steps) { return opara::engine::is_plain(dims, steps); }

void require_hopper(number real) {
    int device = 0;
    cuda::check(cudaGetDevice(&device), "cudaGetDevice");
    int major = 0;
    cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute");
    if (major < 9) {
        throw error{"the CUDA engine needs a device of compute capability 9.0 or later (Hopper); this one has " +
                    std::to_string(major) + ".x"};
    }
    for (int i = 0; i < tiles; ++i) {
        if (product_kernel(real, i) == nullptr) {
            continue;
        }
        cuda::check(cudaFuncSetAttribute(product_kernel(real, i), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(product_shared_bytes(i))),
                    "cudaFuncSetAttribute");
    }
}

} // namespace

struct cuda_engine::state {
    const onnx::network* net;
    cuda_options options;
    number real = real_of(options.precision);
    memories all;
    gpu::memory inputs;
    gpu::memory activations;
    std::vector<storage> values;
    std::vector<prepared> operators;
    std::vector<bool> turned;        // transpositions that are nothing but other steps
    void* parameters[1] = {nullptr}; // of the last kernel that was asked for

    state(const onnx::network& network, cuda_options chosen) : net{&network}, options{chosen} {
        require_hopper(real);
        all.faults = gpu::memory{sizeof(std::uint32_t)};
        cuda::check(cudaMemset(all.faults.get(), 0, sizeof(std::uint32_t)), "cudaMemset");
        const frozen_graph graph = onnx::freeze(network);
        operators.resize(graph.size());
        const auto order = graph.topological_order();
        place({order.begin(), order.end()});
        for (const op_id v : order) {
            prepare(v);
        }
        forget();
    }

    // Bytes of an element of a value as it lies.
    [[nodiscard]] std::size_t size_of(const onnx::value& v) const noexcept {
        return v.type == onnx::element::f32 ? size_of_real(real) : onnx::size_of(v.type);
    }
    // How pixels are to lie: at multiples of 16 bytes.
    [[nodiscard]] std::int64_t at_once() const noexcept { return static_cast<std::int64_t>(16 / size_of_real(real)); }
    [[nodiscard]] strides pixels(const onnx::shape& dims) const { return pixel_strides(dims, at_once()); }

    [[nodiscard]] const registration& entry_of(op_id v) const {
        const onnx::node& node = (*net)[v];
        const registration* found = find_operator(node.domain, node.type);
        if (found == nullptr) {
            throw operator_error{onnx::describe(node) + ": there is no kernel for this operator", v};
        }
        return *found;
    }

    // Where every value lies. First how, then which are parts of others, then at which bytes.
    void place(const std::vector<op_id>& order) {
        values.resize(net->values.size());
        std::vector<bool> own(values.size(), false); // has memory of its own
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i].steps = plain_strides(net->values[i].dims);
            own[i] = net->values[i].is_input();
        }
        for (const onnx::value_id v : net->inputs) {
            if (is_image(v)) {
                values[v.index()].steps = pixels((*net)[v].dims);
            }
        }
        for (const op_id v : order) {
            lay_out(v, entry_of(v).rule, own);
        }
        turned.assign(net->graph.size(), false);
        for (const op_id v : order) {
            turn(v, own);
        }
        for (const op_id v : order) {
            cut(v, own);
        }
        std::vector<part> parts(values.size());
        std::vector<onnx::shape> room(values.size()); // extents of the memory of those that have their own
        for (std::size_t i = 0; i < values.size(); ++i) {
            room[i] = net->values[i].dims;
        }
        if (options.joins_in_place) {
            for (auto v = order.rbegin(); v != order.rend(); ++v) { // a joined value may be a part of another
                join(*v, own, parts);
            }
            for (const op_id v : order) {
                overlap(v, own, parts, room);
            }
        }
        std::vector<std::size_t> at(values.size(), 0);
        std::size_t input_bytes = 0;
        std::size_t other_bytes = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (own[i] && !parts[i].whole) {
                const onnx::value& value = net->values[i];
                const auto bytes = static_cast<std::size_t>(reach(room[i], values[i].steps)) * size_of(value);
                std::size_t& sum = value.is_input() ? input_bytes : other_bytes;
                at[i] = sum;
                sum += (bytes + 255) / 256 * 256;
            }
        }
        inputs = gpu::memory{input_bytes};
        // Between the pixels of an input nobody ever writes: what is read there by mistake is not to be a number.
        cuda::check(cudaMemset(inputs.get(), 0xFF, inputs.bytes()), "cudaMemset");
        activations = gpu::memory{other_bytes};
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (own[i] && !parts[i].whole) {
                values[i].bytes = (net->values[i].is_input() ? inputs : activations).get() + at[i];
            }
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::size_t whole = i;
            std::int64_t offset = 0;
            while (parts[whole].whole) {
                offset += parts[whole].offset;
                whole = parts[whole].whole->index();
            }
            if (whole != i) {
                values[i].bytes = values[whole].bytes + static_cast<std::size_t>(offset) * size_of_real(real);
                values[i].steps = values[whole].steps;
            }
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i].is_plain = is_dense(net->values[i].dims, values[i].steps);
        }
        for (const op_id v : order) { // views last: what they look at has its place now
            look(v, entry_of(v).rule, own);
        }
    }

    // Who reads a value, and as which of its inputs.
    [[nodiscard]] std::vector<std::pair<const onnx::node*, std::size_t>> readers(onnx::value_id v) const {
        std::vector<std::pair<const onnx::node*, std::size_t>> found;
        for (const onnx::node& node : net->graph.operators()) {
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                if (node.inputs[i] == v) {
                    found.emplace_back(&node, i);
                }
            }
        }
        return found;
    }
    [[nodiscard]] bool leaves(onnx::value_id v) const {
        return std::find(net->outputs.begin(), net->outputs.end(), v) != net->outputs.end();
    }
    static bool is_attention(const onnx::node& node) { return node.type == "Attention" && node.domain == "opara"; }

    // Attention reads and writes rows wherever they lie. A transposition beside it that keeps rows has nothing to do:
    // behind it, attention writes its result as it is to lie when transposed; before it, the other axes only get other
    // steps.
    void turn(op_id v, std::vector<bool>& own) {
        const onnx::node& node = (*net)[v];
        if (node.type != "Transpose" || !node.domain.empty() || node.outputs[0] == onnx::no_value) {
            return;
        }
        const onnx::value_id from = node.inputs[0];
        const onnx::value_id to = node.outputs[0];
        const std::vector<std::size_t> order = order_of_axes(v);
        const onnx::value& source = (*net)[from];
        if (source.is_weight() || source.type != onnx::element::f32 || order.size() < 3 ||
            order.back() != order.size() - 1) {
            return;
        }
        if (source.producer && is_attention((*net)[*source.producer]) && readers(from).size() == 1 && !leaves(from)) {
            for (std::size_t k = 0; k < order.size(); ++k) {
                values[from.index()].steps[order[k]] = values[to.index()].steps[k];
            }
        } else {
            const auto read_by = readers(to);
            if (leaves(to) || !std::all_of(read_by.begin(), read_by.end(), [](const auto& reader) {
                    return is_attention(*reader.first) && reader.second < 3;
                })) {
                return;
            }
        }
        turned[v.index()] = true;
        own[to.index()] = false;
    }
    // What a Split or a Slice yields lies in what it reads, where those who read it step over the rest.
    void cut(op_id v, std::vector<bool>& own) {
        const onnx::node& node = (*net)[v];
        if (!is_cut(node) || (*net)[node.inputs[0]].is_weight()) {
            return;
        }
        const std::vector<section> sections = sections_of(context{*net, v, values, all, real});
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const onnx::value_id to = node.outputs[i];
            if (to == onnx::no_value) {
                continue;
            }
            const auto& [offset, steps] = sections[i];
            const bool aligned = static_cast<std::size_t>(offset) * size_of((*net)[to]) % 16 == 0;
            const bool forward = std::all_of(steps.begin(), steps.end(), [](std::int64_t step) { return step >= 0; });
            if (aligned && forward && is_read_in_place(to, steps)) {
                values[to.index()].steps = steps; // unless what it lies in is joined with others
                own[to.index()] = false;
            }
        }
    }

    // Whether all who read a value would read it where it lies if it lay with these steps, from a multiple of 16 bytes
    // on. Otherwise it is better brought together once, for all of them.
    [[nodiscard]] bool is_read_in_place(onnx::value_id v, const strides& steps) const {
        const auto read_by = readers(v);
        return is_dense((*net)[v].dims, steps) || std::all_of(read_by.begin(), read_by.end(), [&](const auto& reader) {
                   return reads_in_place(*reader.first, reader.second, (*net)[v].dims, steps);
               });
    }
    [[nodiscard]] bool reads_in_place(const onnx::node& node, std::size_t input, const onnx::shape& dims,
                                      const strides& steps) const {
        const registration* found = find_operator(node.domain, node.type);
        if (found == nullptr || node.outputs[0] == onnx::no_value) {
            return false;
        }
        const onnx::value_id to = node.outputs[0];
        switch (found->rule) {
        case layout_rule::leads:
        case layout_rule::follows: return true;
        case layout_rule::alias: return is_read_in_place(to, steps);
        case layout_rule::view: {
            const auto seen = onnx::elements(dims) == 0 ? std::nullopt : reshaped(dims, steps, (*net)[to].dims);
            return seen && is_read_in_place(to, *seen);
        }
        case layout_rule::plain: break;
        }
        if (is_attention(node)) {
            return input < 3 &&
                   attention_reads(real, (*net)[node.inputs[0]].dims.back(), (*net)[node.inputs[2]].dims.back(), steps);
        }
        if (node.type == "Linear" && node.domain == "opara") {
            return input == 0 && pitch_of_rows(dims, steps, real);
        }
        if (node.type == "Transpose" && turned[(*net)[to].producer->index()]) {
            return is_read_in_place(to, permuted(steps, order_of_axes(*(*net)[to].producer)));
        }
        return false;
    }
    static strides permuted(const strides& steps, const std::vector<std::size_t>& order) {
        strides result;
        for (const std::size_t axis : order) {
            result.push_back(steps[axis]);
        }
        return result;
    }

    [[nodiscard]] std::vector<std::size_t> order_of_axes(op_id v) const {
        const onnx::node& node = (*net)[v];
        const auto rank = static_cast<std::int64_t>((*net)[node.inputs[0]].dims.size());
        std::vector<std::int64_t> order(static_cast<std::size_t>(rank));
        std::iota(order.rbegin(), order.rend(), std::int64_t{0});
        order = node.attribute_or<std::vector<std::int64_t>>("perm", order);
        return {order.begin(), order.end()};
    }

    // Whether nothing but convolutions reads a value: then it lies as they like it from the start.
    [[nodiscard]] bool is_image(onnx::value_id v) const {
        const onnx::value& value = (*net)[v];
        const auto read_by = readers(v);
        const auto convolves = [](const auto& reader) {
            return reader.second == 0 && (reader.first->type == "Conv" || reader.first->type == "FusedConv");
        };
        return value.type == onnx::element::f32 && value.dims.size() >= 3 && !read_by.empty() &&
               std::all_of(read_by.begin(), read_by.end(), convolves);
    }

    // A value that lies inside another one.
    struct part {
        std::optional<onnx::value_id> whole;
        std::int64_t offset = 0; // in elements
    };

    void lay_out(op_id v, layout_rule rule, std::vector<bool>& own) {
        const onnx::node& node = (*net)[v];
        const onnx::value_id source = node.inputs.empty() ? onnx::no_value : node.inputs[0];
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            if (node.outputs[i] == onnx::no_value) {
                continue;
            }
            const std::size_t value = node.outputs[i].index();
            const onnx::shape& dims = net->values[value].dims;
            bool in_pixels = rule == layout_rule::leads;
            if (rule == layout_rule::follows || rule == layout_rule::alias) {
                in_pixels = source != onnx::no_value && !(*net)[source].is_weight() &&
                            (*net)[source].dims.size() == dims.size() && lies_in_pixels(source);
            }
            values[value].steps = in_pixels ? pixels(dims) : plain_strides(dims);
            own[value] = true;
        }
    }

    [[nodiscard]] bool lies_in_pixels(onnx::value_id v) const {
        const onnx::shape& dims = (*net)[v].dims;
        return dims.size() >= 3 && !is_dense(dims, values[v.index()].steps);
    }

    // Whether an operator is a concatenation of images along their channels, which lie innermost.
    [[nodiscard]] bool joins_channels(const onnx::node& node) const {
        if (node.type != "Concat" || !node.domain.empty() || node.outputs[0] == onnx::no_value) {
            return false;
        }
        const onnx::value& joined = (*net)[node.outputs[0]];
        return joined.type == onnx::element::f32 && joined.dims.size() >= 3 &&
               values[node.outputs[0].index()].steps == pixels(joined.dims) &&
               node.attribute_or<std::int64_t>("axis", 0) == 1;
    }

    // The inputs of a concatenation along channels are computed where it wants them, if nothing else is in the way.
    void join(op_id v, const std::vector<bool>& own, std::vector<part>& parts) const {
        const onnx::node& node = (*net)[v];
        if (!joins_channels(node)) {
            return;
        }
        const onnx::value_id whole = node.outputs[0];
        std::int64_t offset = 0;
        for (const onnx::value_id input : node.inputs) {
            const onnx::value& value = (*net)[input];
            const std::size_t i = input.index();
            const bool once = std::count(node.inputs.begin(), node.inputs.end(), input) == 1;
            if (once && value.producer && own[i] && !parts[i].whole && offset % at_once() == 0 &&
                can_write_a_part(*value.producer) && values[i].steps == pixels(value.dims)) {
                parts[i] = {whole, offset};
            }
            offset += value.dims[1];
        }
    }

    // Where the last slice of a value's channels is the first that a concatenation takes, the concatenation lies behind
    // the other slices, so that this one is where it is wanted.
    void overlap(op_id v, const std::vector<bool>& own, std::vector<part>& parts, std::vector<onnx::shape>& room) {
        const onnx::node& node = (*net)[v];
        if (!is_cut(node) || node.outputs.back() == onnx::no_value || own[node.outputs.back().index()]) {
            return;
        }
        const onnx::value_id slice = node.outputs.back();
        const auto is_free = [&](onnx::value_id value) {
            return own[value.index()] && !parts[value.index()].whole && can_write_a_part(*(*net)[value].producer) &&
                   values[value.index()].steps == pixels((*net)[value].dims);
        };
        const onnx::value_id from = node.inputs[0];
        for (const auto& [concat, input] : readers(slice)) {
            if (input != 0 || !joins_channels(*concat) || !(*net)[from].producer) {
                continue;
            }
            const onnx::value_id to = concat->outputs[0];
            const std::int64_t offset = (*net)[from].dims[1] - (*net)[slice].dims[1];
            if (!is_free(from) || !is_free(to) || offset % at_once() != 0 || !ends_with(v, offset)) {
                continue;
            }
            onnx::shape both = (*net)[to].dims;
            both[1] += offset;
            if (is_read_in_place(from, pixels(both)) && is_read_in_place(to, pixels(both))) {
                values[from.index()].steps = pixels(both);
                room[from.index()] = both;
                parts[to.index()] = {from, offset};
                return;
            }
        }
    }

    // Whether the last output is all channels from one on.
    [[nodiscard]] bool ends_with(op_id v, std::int64_t channel) {
        const onnx::node& node = (*net)[v];
        onnx::shape dims = (*net)[node.inputs[0]].dims;
        dims[1] -= channel;
        const section last = sections_of(context{*net, v, values, all, real}).back();
        const strides& steps = values[node.inputs[0].index()].steps;
        return (*net)[node.outputs.back()].dims == dims && last.offset == channel * steps[1] && last.steps == steps;
    }

    [[nodiscard]] bool can_write_a_part(op_id v) const {
        const layout_rule rule = entry_of(v).rule;
        return rule == layout_rule::leads || rule == layout_rule::follows;
    }

    // Lets what an operator hands on lie where it lies already.
    void look(op_id v, layout_rule rule, const std::vector<bool>& own) {
        const onnx::node& node = (*net)[v];
        const auto lies = [&](onnx::value_id to, std::int64_t offset, strides steps) {
            std::byte* const from = values[node.inputs[0].index()].bytes;
            const auto bytes = static_cast<std::size_t>(offset) * size_of((*net)[to]);
            const bool plain = is_dense((*net)[to].dims, steps);
            values[to.index()] = {from + bytes, std::move(steps), plain};
        };
        if (turned[v.index()]) {
            lies(node.outputs[0], 0, permuted(values[node.inputs[0].index()].steps, order_of_axes(v)));
            return;
        }
        if (is_cut(node)) {
            const std::vector<section> sections = sections_of(context{*net, v, values, all, real});
            for (std::size_t i = 0; i < node.outputs.size(); ++i) {
                if (node.outputs[i] != onnx::no_value && !own[node.outputs[i].index()]) {
                    lies(node.outputs[i], sections[i].offset, sections[i].steps);
                }
            }
            return;
        }
        if ((rule != layout_rule::view && rule != layout_rule::alias) || node.outputs[0] == onnx::no_value) {
            return;
        }
        const std::size_t from = node.inputs[0].index();
        const std::size_t to = node.outputs[0].index();
        if ((*net)[node.inputs[0]].is_weight() || !own[to]) {
            return;
        }
        if (rule == layout_rule::alias) {
            values[to] = values[from];
        } else if (values[from].is_plain) {
            values[to].bytes = values[from].bytes;
        } else if (onnx::elements(net->values[from].dims) != 0) {
            const auto steps = reshaped(net->values[from].dims, values[from].steps, net->values[to].dims);
            if (steps && is_read_in_place(node.outputs[0], *steps)) {
                lies(node.outputs[0], 0, *steps);
            }
        }
    }

    void prepare(op_id v) {
        context c{*net, v, values, all, real};
        bool yields = false;
        for (std::size_t i = 0; i < c.outputs(); ++i) {
            yields = yields || (c.has_output(i) && onnx::elements(c.out_dims(i)) != 0);
        }
        if (!yields) {
            return;
        }
        try {
            prepared made = entry_of(v).prepare(c);
            std::vector<step> before = c.take_first();
            before.insert(before.end(), std::make_move_iterator(made.before.begin()),
                          std::make_move_iterator(made.before.end()));
            made.before = std::move(before);
            operators[v.index()] = std::move(made);
        } catch (const operator_error&) {
            throw;
        } catch (const parse_error& e) { // an attribute of the wrong type
            throw operator_error{e.what(), v};
        } catch (const cuda::cuda_error&) {
            throw;
        } catch (const error& e) {
            throw operator_error{onnx::describe((*net)[v]) + ": " + e.what(), v};
        }
    }

    // Copies from and to the host wait for no stream but the default one: the engine's work may be in any.
    static void wait() { cuda::check(cudaDeviceSynchronize(), "cudaDeviceSynchronize"); }

    void forget() {
        wait();
        cuda::check(cudaMemset(activations.get(), 0xFF, activations.bytes()), "cudaMemset");
        for (const gpu::memory& m : all.scratch) {
            cuda::check(cudaMemset(m.get(), 0xFF, m.bytes()), "cudaMemset");
        }
        wait();
    }

    void require_no_fault() {
        wait();
        std::uint32_t told = 0;
        cuda::check(cudaMemcpy(&told, all.faults.get(), sizeof told, cudaMemcpyDeviceToHost), "cudaMemcpy");
        if (told != 0) {
            cuda::check(cudaMemset(all.faults.get(), 0, sizeof told), "cudaMemset");
            const op_id v{told - 1};
            throw operator_error{
                onnx::describe((*net)[v]) + ": an index does not exist, or an integer is divided by zero", v};
        }
    }

    [[nodiscard]] const step& last(op_id v, variant_id variant) const {
        const prepared& p = operators[v.index()];
        if (variant.index() >= p.last.size()) {
            throw error{onnx::describe((*net)[v]) + " has no variant " + std::to_string(variant.value)};
        }
        return p.last[variant.index()];
    }
};

cuda_engine::cuda_engine(const onnx::network& net, cuda_options options)
    : state_{std::make_unique<state>(net, options)} {}
cuda_engine::~cuda_engine() = default;
cuda_engine::cuda_engine(cuda_engine&&) noexcept = default;
cuda_engine& cuda_engine::operator=(cuda_engine&&) noexcept = default;

void cuda_engine::set_input(std::size_t i, const onnx::tensor& t) {
    const onnx::network& net = *state_->net;
    require_input(net, i, t);
    state::wait();
    const storage& s = state_->values[net.inputs[i].index()];
    const std::size_t size = state_->size_of(net[net.inputs[i]]);
    const std::vector<std::byte> given = t.type == onnx::element::f32 ? to_reals(state_->real, t.bytes) : t.bytes;
    std::vector<std::byte> spread;
    if (!s.is_plain) {
        spread.resize(static_cast<std::size_t>(reach(t.dims, s.steps)) * size);
        for_each_place(t.dims, s.steps, [&](std::size_t k, std::size_t place) {
            std::memcpy(spread.data() + place * size, given.data() + k * size, size);
        });
    }
    const std::vector<std::byte>& bytes = s.is_plain ? given : spread;
    cuda::check(cudaMemcpy(s.bytes, bytes.data(), bytes.size(), cudaMemcpyHostToDevice), "cudaMemcpy");
}

void cuda_engine::enqueue(op_id v, variant_id variant, cudaStream_t s) const {
    const prepared& p = state_->operators[v.index()];
    for (const step& before : p.before) {
        before.enqueue(s);
    }
    if (!p.last.empty() || variant.value != 0) {
        state_->last(v, variant).enqueue(s);
    }
}

std::size_t cuda_engine::variants(op_id v) const noexcept {
    return std::max<std::size_t>(state_->operators[v.index()].last.size(), 1);
}

std::size_t cuda_engine::kernels(op_id v) const noexcept {
    const prepared& p = state_->operators[v.index()];
    return p.before.size() + (p.last.empty() ? 0 : 1);
}

cudaKernelNodeParams cuda_engine::kernel(op_id v, variant_id variant) {
    const prepared& p = state_->operators[v.index()];
    if (!p.before.empty()) {
        throw operator_error{onnx::describe((*state_->net)[v]) + " launches several kernels", v};
    }
    return p.last.empty() ? cudaKernelNodeParams{} : state_->last(v, variant).node(state_->parameters);
}

void cuda_engine::set_cluster(cudaGraphNode_t node, op_id v, variant_id variant) const {
    const unsigned blocks = state_->last(v, variant).cluster();
    if (blocks != 1) {
        cudaLaunchAttributeValue value{};
        value.clusterDim.x = 1;
        value.clusterDim.y = 1;
        value.clusterDim.z = blocks;
        cuda::check(cudaGraphKernelNodeSetAttribute(node, cudaLaunchAttributeClusterDimension, &value),
                    "cudaGraphKernelNodeSetAttribute");
    }
}

cost::kernel cuda_engine::footprint(op_id v, variant_id variant) const {
    cost::kernel k;
    if (state_->operators[v.index()].last.empty()) {
        k.blocks = 0;
        return k;
    }
    const step& s = state_->last(v, variant);
    cudaFuncAttributes of{};
    cuda::check(cudaFuncGetAttributes(&of, s.function()), "cudaFuncGetAttributes");
    k.blocks = s.grid().x * s.grid().y * s.grid().z;
    k.threads = s.threads();
    k.registers = static_cast<std::uint32_t>(of.numRegs);
    k.shared_bytes = s.shared_bytes() + static_cast<std::uint32_t>(of.sharedSizeBytes);
    k.l2_bytes = s.read_bytes();
    return k;
}

std::size_t cuda_engine::cluster(op_id v, variant_id variant) const {
    return state_->operators[v.index()].last.empty() ? 1 : state_->last(v, variant).cluster();
}

void cuda_engine::forget() { state_->forget(); }

onnx::tensor cuda_engine::read(onnx::value_id v) {
    const onnx::value& value = (*state_->net)[v];
    if (value.is_weight()) {
        return materialize(value);
    }
    state_->require_no_fault();
    const storage& s = state_->values[v.index()];
    const std::size_t size = state_->size_of(value);
    onnx::tensor t{value.type, value.dims,
                   std::vector<std::byte>(static_cast<std::size_t>(onnx::elements(value.dims)) * size)};
    if (t.bytes.empty()) {
        return t;
    }
    const auto as_declared = [&] {
        if (value.type == onnx::element::f32) {
            t.bytes = from_reals(state_->real, t.bytes);
        }
        return std::move(t);
    };
    if (s.is_plain) {
        cuda::check(cudaMemcpy(t.bytes.data(), s.bytes, t.bytes.size(), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return as_declared();
    }
    std::vector<std::byte> raw(static_cast<std::size_t>(reach(value.dims, s.steps)) * size);
    cuda::check(cudaMemcpy(raw.data(), s.bytes, raw.size(), cudaMemcpyDeviceToHost), "cudaMemcpy");
    for_each_place(value.dims, s.steps, [&](std::size_t k, std::size_t place) {
        std::memcpy(t.bytes.data() + k * size, raw.data() + place * size, size);
    });
    return as_declared();
}

std::size_t cuda_engine::activation_bytes() const noexcept {
    return state_->inputs.bytes() + state_->activations.bytes();
}

} // namespace opara::engine
