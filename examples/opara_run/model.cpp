#include <examples/opara_run/model.hpp>
#include <examples/zoo/fuse.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/cost/devices.hpp>
#include <opara/onnx/reader.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

namespace opara::run {

namespace {

namespace fs = std::filesystem;

bool is_in_zoo(const std::string& name) {
    const auto names = zoo::names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

onnx::network build(const arguments& a) {
    if (is_in_zoo(a.model)) {
        return zoo::build(a.model, {.batch = a.batch.value_or(1)});
    }
    if (!fs::exists(a.model)) {
        std::string names;
        for (const auto name : zoo::names()) {
            names += (names.empty() ? "" : ", ") + std::string{name};
        }
        throw usage_error{"'" + a.model + "' is neither a network of the zoo (" + names + ") nor a file"};
    }
    onnx::read_options options;
    options.batch = a.batch;
    return onnx::read(fs::path{a.model}, options);
}

// NAME_<kind>_0.pb, NAME_<kind>_1.pb, ... beside NAME.onnx: all of them, or none.
std::vector<std::string> beside(const std::string& model, const std::string& kind, std::size_t count) {
    std::vector<std::string> files;
    std::string missing;
    for (std::size_t i = 0; i < count; ++i) {
        fs::path file{model};
        file.replace_extension();
        file += "_" + kind + "_" + std::to_string(i) + ".pb";
        (fs::exists(file) ? files.emplace_back() : missing) = file.string();
    }
    if (!files.empty() && files.size() != count) {
        throw error{files.front() + " is there and " + missing + " is not: the model has " + std::to_string(count) +
                    " " + kind + "s (give all of them with --" + (kind == "input" ? "input" : "reference") + ")"};
    }
    return files;
}

std::vector<onnx::tensor> read_all(const onnx::network& net, const std::vector<onnx::value_id>& values,
                                   const std::vector<std::string>& files, const std::string& what) {
    if (files.size() != values.size()) {
        throw error{"the model has " + std::to_string(values.size()) + " " + what + "s, and " +
                    std::to_string(files.size()) + " files were given for them"};
    }
    std::vector<onnx::tensor> tensors;
    for (std::size_t i = 0; i < files.size(); ++i) {
        tensors.push_back(onnx::read_tensor(fs::path{files[i]}));
        const onnx::value& wanted = net[values[i]];
        if (tensors.back().type != wanted.type || onnx::elements(tensors.back().dims) != onnx::elements(wanted.dims)) {
            throw error{files[i] + " does not fit " + what + " '" + wanted.name +
                        "': another type or number of elements"};
        }
        tensors.back().dims = wanted.dims;
    }
    return tensors;
}

} // namespace

std::vector<std::string> files_read(const arguments& a) {
    std::vector<std::string> files = a.inputs;
    files.insert(files.end(), a.references.begin(), a.references.end());
    if (!is_in_zoo(a.model)) {
        files.push_back(a.model);
    }
    if (a.device && cost::devices::find(*a.device) == nullptr) {
        files.push_back(*a.device);
    }
    return files;
}

model load(const arguments& a) {
    model m{.net = build(a), .batch = 1, .inputs = {}, .references = {}};
    if (a.where != backend::simulate) {
        const bool is_file = !is_in_zoo(a.model) && !a.batch;
        std::vector<std::string> inputs = a.inputs;
        std::vector<std::string> references = a.references;
        if (inputs.empty() && is_file) {
            inputs = beside(a.model, "input", m.net.inputs.size());
            if (references.empty()) {
                references = beside(a.model, "output", m.net.outputs.size());
            }
        }
        m.inputs = inputs.empty() ? zoo::sample_inputs(m.net) : read_all(m.net, m.net.inputs, inputs, "input");
        if (!references.empty()) {
            m.references = read_all(m.net, m.net.outputs, references, "output");
        }
    }
    if (a.operators != granularity::framework) {
        const bool all = a.operators == granularity::merged;
        m.net = zoo::fuse(m.net, {.merged = all ? zoo::siblings::all : zoo::siblings::linear_layers});
    }
    if (!m.net.inputs.empty() && !m.net[m.net.inputs[0]].dims.empty()) {
        m.batch = m.net[m.net.inputs[0]].dims[0];
    }
    return m;
}

} // namespace opara::run
