#include <examples/engine/weights.hpp>
#include <examples/zoo/rewrite.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace opara::zoo {

rewrite::rewrite(const onnx::network& net)
    : net_{net},
      reads_(net.values.size(), 0),
      reader_(net.values.size()),
      leaves_(net.values.size(), false),
      depth_(net.graph.size(), 1),
      tasks_(net.graph.size()),
      new_(net.values.size(), onnx::no_value) {
    for (const onnx::value& v : net.values) {
        names_.insert(v.name);
    }
    for (const value_id v : net.outputs) {
        leaves_[v.index()] = true;
    }
    for (std::size_t i = 0; i < net.graph.size(); ++i) {
        for (const value_id v : net[op_id::from_index(i)].inputs) {
            if (v != onnx::no_value) {
                ++reads_[v.index()];
                reader_[v.index()] = op_id::from_index(i);
                depth_[i] = std::max(depth_[i], depth(v) + 1);
            }
        }
    }
}

std::optional<op_id> rewrite::producer(value_id v) const {
    const auto op = net_[v].producer;
    return op && tasks_[op->index()].what == task::kind::keep ? op : std::nullopt;
}

std::optional<op_id> rewrite::sole_reader(value_id v) const {
    if (reads_[v.index()] != 1 || leaves_[v.index()] || tasks_[reader_[v.index()].index()].what != task::kind::keep) {
        return std::nullopt;
    }
    return reader_[v.index()];
}

bool rewrite::yields_one(op_id op) const {
    const auto& outputs = net_[op].outputs;
    return !outputs.empty() && outputs.front() != onnx::no_value &&
           std::all_of(outputs.begin() + 1, outputs.end(), [](value_id v) { return v == onnx::no_value; });
}

bool rewrite::is(op_id op, std::string_view type, std::string_view domain) const {
    const onnx::node& n = net_[op];
    return n.type == type && n.domain == domain && yields_one(op);
}

std::size_t rewrite::depth(value_id v) const {
    const auto op = net_[v].producer;
    return op ? depth_[op->index()] : 0;
}

std::optional<std::vector<double>> rewrite::elements(value_id v) const {
    const onnx::value& value = net_[v];
    if (!value.is_weight() || value.type != onnx::element::f32) {
        return std::nullopt;
    }
    std::vector<double> result(static_cast<std::size_t>(onnx::elements(value.dims)));
    if (const auto* full = std::get_if<onnx::tensor>(&*value.data)) {
        const auto floats = full->as<float>();
        std::copy(floats.begin(), floats.end(), result.begin());
    } else if (const auto* same = std::get_if<onnx::constant_fill>(&*value.data)) {
        std::fill(result.begin(), result.end(), static_cast<double>(static_cast<float>(same->number)));
    } else if (const auto* random = std::get_if<onnx::uniform_fill>(&*value.data)) {
        for (std::size_t i = 0; i < result.size(); ++i) {
            const double exact = random->low + (random->high - random->low) * engine::uniform(random->seed, i);
            result[i] = static_cast<double>(static_cast<float>(exact));
        }
    } else {
        return std::nullopt;
    }
    return result;
}

std::optional<double> rewrite::scalar(value_id v) const {
    const onnx::value& value = net_[v];
    if (onnx::elements(value.dims) != 1) {
        return std::nullopt;
    }
    if (value.known) {
        return static_cast<double>(value.known->front());
    }
    const auto all = elements(v);
    return all ? std::optional{all->front()} : std::nullopt;
}

std::string rewrite::unique(std::string name) {
    while (!names_.insert(name).second) {
        name += "'";
    }
    return name;
}

value_id rewrite::make(onnx::value v) {
    v.name = unique(std::move(v.name));
    made_.push_back(std::move(v));
    new_.push_back(onnx::no_value);
    return value_id::from_index(net_.values.size() + made_.size() - 1);
}

const onnx::value& rewrite::value_of(value_id v) const {
    const std::size_t i = v.index();
    return i < net_.values.size() ? net_.values[i] : made_[i - net_.values.size()];
}

value_id rewrite::constant(std::string name, onnx::element type, onnx::shape dims, onnx::weight data) {
    return make({.name = std::move(name),
                 .type = type,
                 .dims = std::move(dims),
                 .producer = std::nullopt,
                 .data = std::move(data),
                 .known = std::nullopt});
}

value_id rewrite::result(std::string name) { return make({.name = std::move(name)}); }

void rewrite::replace(const std::vector<op_id>& group, op_id tail, onnx::node by) {
    for (const op_id op : group) {
        tasks_[op.index()].what = task::kind::absorbed;
    }
    tasks_[tail.index()] = {.what = task::kind::replaced, .by = replacements_.size()};
    replacements_.push_back(std::move(by));
}

void rewrite::rename(value_id v, std::string name) { new_names_[v.value] = unique(std::move(name)); }

void rewrite::drop(op_id op) { tasks_[op.index()].what = task::kind::drop; }

value_id rewrite::renamed(onnx::builder& out, value_id old) {
    if (old == onnx::no_value) {
        return old;
    }
    value_id& now = new_[old.index()];
    if (now == onnx::no_value) { // a weight that nobody has read yet: those that nobody reads any more stay behind
        const onnx::value& v = value_of(old);
        now = out.constant(v.name, v.type, v.dims, *v.data);
    }
    return now;
}

void rewrite::emit(onnx::builder& out, onnx::node n, const std::vector<value_id>& outputs) {
    for (value_id& v : n.inputs) {
        v = renamed(out, v);
    }
    std::vector<std::string> names;
    for (const value_id v : outputs) {
        const auto other = new_names_.find(v.value);
        names.push_back(v == onnx::no_value         ? std::string{}
                        : other == new_names_.end() ? value_of(v).name
                                                    : other->second);
    }
    const auto made = out.add(std::move(n), std::move(names));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i] != onnx::no_value) {
            new_[outputs[i].index()] = made[i];
        }
    }
}

onnx::network rewrite::finish() && {
    onnx::builder out{net_.name};
    for (const value_id v : net_.inputs) {
        new_[v.index()] = out.input(net_[v].name, net_[v].type, net_[v].dims);
    }
    for (std::size_t i = 0; i < net_.graph.size(); ++i) {
        const op_id op = op_id::from_index(i);
        const onnx::node& n = net_[op];
        switch (tasks_[i].what) {
        case task::kind::keep: emit(out, n, n.outputs); break;
        case task::kind::drop: new_[n.outputs[0].index()] = renamed(out, n.inputs[0]); break;
        case task::kind::absorbed: break;
        case task::kind::replaced: {
            onnx::node by = std::move(replacements_[tasks_[i].by]);
            std::vector<value_id> outputs{n.outputs[0]};
            outputs.insert(outputs.end(), by.outputs.begin(), by.outputs.end());
            emit(out, std::move(by), outputs);
            break;
        }
        }
    }
    for (const value_id v : net_.outputs) {
        out.output(renamed(out, v));
    }
    return std::move(out).finish();
}

} // namespace opara::zoo
