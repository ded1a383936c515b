#include <examples/engine/host_engine.hpp>
#include <examples/engine/input.hpp>
#include <examples/engine/kernel.hpp>
#include <examples/engine/strided_loop.hpp>
#include <examples/engine/weights.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <string>
#include <utility>
#include <vector>

// Of OpenMP only these two are wanted, and of the runtime that oneDNN was built with, which is GCC's. Asking the
// compiler for OpenMP would bring in its own: with clang a second runtime, which oneDNN does not listen to.
extern "C" {
int omp_get_max_threads(void);
void omp_set_num_threads(int);
}

namespace opara::engine {
namespace {

// oneDNN divides a primitive among as many threads as OpenMP offers the calling thread, when it is made and when it
// runs; both must see the same number. The setting belongs to the thread, hence it is put back.
class thread_count {
public:
    explicit thread_count(int wanted) : before_{omp_get_max_threads()} { omp_set_num_threads(wanted); }
    ~thread_count() { omp_set_num_threads(before_); }
    thread_count(const thread_count&) = delete;
    thread_count& operator=(const thread_count&) = delete;

private:
    int before_;
};

} // namespace

struct host_engine::state {
    const onnx::network* net;
    host_options options;
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    std::vector<storage> values;
    std::vector<std::vector<kernel>> kernels; // by operator, each a sequence

    state(const onnx::network& network, host_options chosen) : net{&network}, options{chosen} {
        place_inputs();
        const frozen_graph graph = onnx::freeze(network);
        kernels.resize(graph.size());
        const thread_count guard{options.threads_per_operator};
        for (const op_id v : graph.topological_order()) {
            prepare(v);
        }
    }

    void place_inputs() {
        values.resize(net->values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const onnx::value& value = net->values[i];
            values[i].steps = plain_strides(value.dims);
            if (value.is_input()) {
                values[i].bytes = room_for(value);
            }
        }
    }

    void prepare(op_id v) {
        context c{*net, v, values, engine};
        const onnx::node& node = c.node();
        const registration* entry = find_kernel(node.domain, node.type);
        c.expect(entry != nullptr, "there is no kernel for this operator");
        for (std::size_t i = 0; i < c.inputs(); ++i) {
            c.expect(!c.has_input(i) || c.in_dims(i).size() <= strided_loop<1>::most_axes,
                     "an input has too many axes");
        }
        bool yields = false;
        for (std::size_t i = 0; i < c.outputs(); ++i) {
            if (c.has_output(i)) {
                place_output(c, i, entry->rule);
                yields = yields || onnx::elements(c.out_dims(i)) != 0;
            }
        }
        if (!yields) {
            return;
        }
        try {
            kernel last = entry->prepare(c);
            kernels[v.index()] = c.take_preparations();
            kernels[v.index()].push_back(std::move(last));
        } catch (const dnnl::error& e) {
            c.refuse("oneDNN has no implementation: " + std::string{e.what()});
        } catch (const parse_error& e) { // an attribute of the wrong type
            throw operator_error{e.what(), v};
        }
    }

    void place_output(const context& c, std::size_t i, layout_rule rule) {
        const onnx::shape& dims = c.out_dims(i);
        c.expect(dims.size() <= strided_loop<1>::most_axes, "an output has too many axes");
        storage& s = values[c.node().outputs[i].index()];
        bool last = options.layout == activation_layout::channels_last && rule != layout_rule::plain;
        if (rule == layout_rule::follows) {
            last = last && c.has_input(0) && c.in_dims(0).size() == dims.size() &&
                   !values[c.node().inputs[0].index()].is_plain;
        }
        s.steps = last ? channels_last_strides(dims) : plain_strides(dims);
        s.is_plain = is_plain(dims, s.steps);
        s.bytes = room_for(c.output(i));
    }

    static buffer room_for(const onnx::value& value) {
        try {
            return allocate(static_cast<std::size_t>(value.bytes()));
        } catch (const std::bad_alloc&) {
            throw error{"there is no memory left for the " + std::to_string(value.bytes()) + " bytes of '" +
                        value.name + "'"};
        }
    }
};

host_engine::host_engine(const onnx::network& net, host_options options)
    : state_{std::make_unique<state>(net, options)} {}
host_engine::~host_engine() = default;
host_engine::host_engine(host_engine&&) noexcept = default;
host_engine& host_engine::operator=(host_engine&&) noexcept = default;

void host_engine::set_input(std::size_t i, const onnx::tensor& t) {
    const onnx::network& net = *state_->net;
    require_input(net, i, t);
    std::copy(t.bytes.begin(), t.bytes.end(), state_->values[net.inputs[i].index()].bytes.get());
}

void host_engine::run(op_id v) {
    const thread_count guard{state_->options.threads_per_operator};
    try {
        for (const kernel& k : state_->kernels[v.index()]) {
            k();
        }
    } catch (const dnnl::error& e) {
        throw operator_error{onnx::describe((*state_->net)[v]) + ": " + e.what(), v};
    }
}

void host_engine::forget() noexcept {
    for (std::size_t i = 0; i < state_->values.size(); ++i) {
        const onnx::value& value = state_->net->values[i];
        if (value.producer && state_->values[i].bytes != nullptr) {
            std::memset(state_->values[i].bytes.get(), 0xFF, static_cast<std::size_t>(value.bytes()));
        }
    }
}

onnx::tensor host_engine::read(onnx::value_id v) const {
    const onnx::value& value = (*state_->net)[v];
    const storage& s = state_->values[v.index()];
    if (value.is_weight()) {
        return materialize(value);
    }
    onnx::tensor t{value.type, value.dims, std::vector<std::byte>(static_cast<std::size_t>(value.bytes()))};
    if (s.is_plain) {
        std::copy_n(s.bytes.get(), t.bytes.size(), t.bytes.begin());
        return t;
    }
    const strided_loop<2> loop{value.dims, {plain_strides(value.dims), s.steps}};
    with_size(value.type, [&]<class T>(std::type_identity<T>) -> kernel {
        auto* to = reinterpret_cast<T*>(t.bytes.data());
        const auto* from = reinterpret_cast<const T*>(s.bytes.get());
        loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
            for (std::int64_t k = 0; k < loop.row_extent(); ++k) {
                to[at[0] + k * loop.row_step(0)] = from[at[1] + k * loop.row_step(1)];
            }
        });
        return {};
    });
    return t;
}

std::size_t host_engine::activation_bytes() const noexcept {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < state_->values.size(); ++i) {
        if (!state_->net->values[i].is_weight()) {
            sum += static_cast<std::size_t>(state_->net->values[i].bytes());
        }
    }
    return sum;
}

} // namespace opara::engine
