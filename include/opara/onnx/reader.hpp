/// @file
/// Reads ONNX files.
#pragma once

#include <opara/graph/frozen.hpp>
#include <opara/onnx/builder.hpp>
#include <opara/onnx/network.hpp>
#include <opara/onnx/protobuf.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx {

/// How to read a model whose shapes are not all fixed.
struct read_options {
    /// Values for symbolic dimensions, by name ("batch_size").
    std::vector<std::pair<std::string, std::int64_t>> dimensions{};
    /// The value of every other dimension that is symbolic or not given.
    std::int64_t unknown = 1;
    /// The first extent of every input, whatever the file says of it.
    std::optional<std::int64_t> batch{};
};

namespace detail {

// One model on its way into a builder.
class model_reader {
public:
    model_reader(const proto::ModelProto& model, const read_options& options)
        : graph_{model.graph()}, options_{options}, builder_{model.graph().name(), opset_of(model)} {}

    network run() {
        if (graph_.sparse_initializer_size() != 0) {
            throw parse_error{"sparse initializers are not supported", "graph '" + graph_.name() + "'"};
        }
        read_values();
        index_names();
        for (int i = 0; i < graph_.node_size(); ++i) {
            read_node(i);
        }
        read_outputs();
        return std::move(builder_).finish();
    }

private:
    // The version of ONNX's own operator set. Other sets may be imported: it is their use that fails.
    static std::int64_t opset_of(const proto::ModelProto& model) {
        constexpr std::int64_t oldest_ir = 3;
        constexpr std::int64_t newest_ir = 13;
        if (!model.has_graph()) {
            throw parse_error{"there is no graph in it: not an ONNX model", "model"};
        }
        if (model.ir_version() < oldest_ir || model.ir_version() > newest_ir) {
            throw parse_error{"IR version " + std::to_string(model.ir_version()) + " is not supported (3 to 13 are)",
                              "model"};
        }
        std::optional<std::int64_t> version;
        for (const auto& set : model.opset_import()) {
            if (set.domain() == "opara" && set.version() != 1) {
                throw parse_error{"operator set 'opara' has no version " + std::to_string(set.version()), "model"};
            }
            if (set.domain().empty() || set.domain() == "ai.onnx") {
                if (version) {
                    throw parse_error{"ONNX's operator set is imported twice", "model"};
                }
                version = set.version();
            }
        }
        if (!version) {
            throw parse_error{"the version of ONNX's operator set is missing", "model"};
        }
        return *version;
    }

    void read_values() {
        std::unordered_set<std::string> initialized;
        for (const auto& t : graph_.initializer()) {
            initialized.insert(t.name());
        }
        std::unordered_set<std::string> declared;
        for (const auto& input : graph_.input()) {
            if (!declared.insert(input.name()).second) {
                throw parse_error{"two inputs have this name", "input '" + input.name() + "'"};
            }
            if (!initialized.contains(input.name())) { // up to IR 3 an initializer is listed among the inputs too
                read_input(input);
            }
        }
        for (const auto& [name, value] : options_.dimensions) {
            if (!used_.contains(name)) {
                throw parse_error{"no input has a dimension of that name",
                                  "option '" + name + "=" + std::to_string(value) + "'"};
            }
        }
        for (const auto& t : graph_.initializer()) {
            tensor data = tensor_of(t, "initializer '" + t.name() + "'");
            const element type = data.type;
            shape dims = data.dims;
            builder_.constant(t.name(), type, std::move(dims), std::move(data));
        }
    }

    void read_input(const proto::ValueInfoProto& input) {
        const std::string where = "input '" + input.name() + "'";
        if (!input.type().has_tensor_type()) {
            throw parse_error{"it is no tensor", where};
        }
        const auto& declared = input.type().tensor_type();
        if (!declared.has_shape()) {
            throw parse_error{"its rank is not given", where};
        }
        shape dims;
        for (const auto& d : declared.shape().dim()) {
            std::int64_t extent = options_.unknown;
            if (d.has_dim_value()) {
                extent = d.dim_value();
            } else if (d.has_dim_param()) {
                for (const auto& [name, value] : options_.dimensions) {
                    if (name == d.dim_param()) {
                        extent = value;
                        used_.insert(name);
                    }
                }
            }
            dims.push_back(dims.empty() && options_.batch ? *options_.batch : extent);
        }
        builder_.input(input.name(), type_of(declared.elem_type(), where), std::move(dims));
    }

    // What each name comes from and whether anybody reads it, before any node is read.
    void index_names() {
        for (int i = 0; i < graph_.node_size(); ++i) {
            for (const std::string& name : graph_.node(i).output()) {
                if (!name.empty() && (builder_.find(name) || !producer_.emplace(name, i).second)) {
                    throw parse_error{"its output '" + name + "' has the name of another value", describe_node(i)};
                }
            }
            for (const std::string& name : graph_.node(i).input()) {
                read_.insert(name);
            }
            names_.insert(graph_.node(i).name());
        }
        for (const auto& output : graph_.output()) {
            read_.insert(output.name());
        }
    }

    void read_node(int i) {
        const proto::NodeProto& from = graph_.node(i);
        node n{.name = name_of_node(i), .type = from.op_type(), .domain = from.domain()};
        if (n.domain == "ai.onnx") {
            n.domain.clear();
        }
        for (const std::string& name : from.input()) {
            const auto found = builder_.find(name);
            if (!name.empty() && !found) {
                missing(i, name);
            }
            n.inputs.push_back(name.empty() ? no_value : *found);
        }
        const operator_rule* rule = find_rule(n.domain, n.type);
        if (rule != nullptr && n.domain.empty() && rule->since > builder_.opset()) {
            n.opset = builder_.opset(); // the builder would take the younger meaning; a file has to say so itself
        }
        const std::string where = describe(n);
        for (const auto& a : from.attribute()) {
            n.attributes.push_back(attribute_of(a, where));
        }
        // The first output is what a node is for; any other is an output only if something reads it.
        std::vector<std::string> outputs(from.output().begin(), from.output().end());
        for (std::size_t k = 1; k < outputs.size(); ++k) {
            if (!read_.contains(outputs[k])) {
                outputs[k].clear();
            }
        }
        if (n.type != "Split") { // its number of outputs has a meaning
            while (outputs.size() > 1 && outputs.back().empty()) {
                outputs.pop_back();
            }
        }
        builder_.add(std::move(n), std::move(outputs));
    }

    // Says what is wrong with a name that no earlier node yields. @throws parse_error  always
    [[noreturn]] void missing(int reader, const std::string& name) const {
        const auto found = producer_.find(name);
        if (found == producer_.end()) {
            throw parse_error{"nothing yields its input '" + name + "'", describe_node(reader)};
        }
        std::vector<edge> edges;
        for (int i = 0; i < graph_.node_size(); ++i) {
            for (const std::string& input : graph_.node(i).input()) {
                if (const auto from = producer_.find(input); from != producer_.end()) {
                    edges.push_back(
                        {op_id{static_cast<std::uint32_t>(from->second)}, op_id{static_cast<std::uint32_t>(i)}});
                }
            }
        }
        try {
            frozen_graph{static_cast<std::size_t>(graph_.node_size()), edges, duplicate_edges::merge};
        } catch (const cycle_error& e) {
            std::string text = "the graph has a cycle:";
            for (std::size_t k = 0; k < e.cycle().size() && k < 16; ++k) {
                text += " '" + name_of_node(static_cast<int>(e.cycle()[k].value)) + "' ->";
            }
            throw parse_error{text + (e.cycle().size() > 16 ? " ... ->" : "") + " '" +
                                  name_of_node(static_cast<int>(e.cycle().front().value)) + "'",
                              describe_node(reader)};
        }
        throw parse_error{"its input '" + name + "' comes from " + describe_node(found->second) +
                              ", which stands behind it: the nodes are not sorted",
                          describe_node(reader)};
    }

    void read_outputs() {
        if (graph_.output_size() == 0) {
            throw parse_error{"it has no output", "graph '" + graph_.name() + "'"};
        }
        for (const auto& output : graph_.output()) {
            const std::string where = "output '" + output.name() + "'";
            const auto found = builder_.find(output.name());
            if (!found) {
                throw parse_error{"nothing yields it", where};
            }
            // Exporters declare wrong shapes; the inferred one holds. A wrong type is no slip.
            const auto& declared = output.type().tensor_type();
            if (declared.elem_type() != 0 && type_of(declared.elem_type(), where) != builder_[*found].type) {
                throw parse_error{"it is declared with another type than the graph yields", where};
            }
            builder_.output(*found);
        }
    }

    // A node without a name is called by its type and place in the file, and never like another.
    [[nodiscard]] std::string name_of_node(int i) const {
        std::string name = graph_.node(i).name();
        if (name.empty()) {
            name = graph_.node(i).op_type() + "_" + std::to_string(i);
            while (names_.contains(name)) {
                name += "'";
            }
        }
        return name;
    }
    [[nodiscard]] std::string describe_node(int i) const {
        return describe(
            node{.name = name_of_node(i), .type = graph_.node(i).op_type(), .domain = graph_.node(i).domain()});
    }

    const proto::GraphProto& graph_;
    const read_options& options_;
    builder builder_;
    std::unordered_set<std::string> used_;          // symbolic dimensions that an option names
    std::unordered_map<std::string, int> producer_; // value name -> node
    std::unordered_set<std::string> read_;          // value names that something reads
    std::unordered_set<std::string> names_;         // of nodes
};

} // namespace detail

/// Reads an ONNX model from memory: IR 3 to 13, operator sets 7 to 23, the operators of `operator_rules()`.
/// @throws parse_error  truncated or corrupted; an operator, operator set, attribute or type that is not supported; a
///         name that nothing yields, or two things yield; a cycle; shapes that do not fit. It names node and reason.
/// Complexity: O(size of the file); no tensor is larger in memory than in the file.
[[nodiscard]] inline network read(std::span<const std::byte> bytes, const read_options& options = {}) {
    const auto model = detail::parse<proto::ModelProto>(bytes, "model", "an ONNX model");
    return detail::model_reader{model, options}.run();
}

/// Reads an ONNX file.
/// @throws error  the file cannot be read
/// @throws parse_error  as the other, naming the file
[[nodiscard]] inline network read(const std::filesystem::path& file, const read_options& options = {}) {
    return detail::read_from(file, [&](std::span<const std::byte> bytes) { return read(bytes, options); });
}

} // namespace opara::inline OPARA_ABI::onnx
