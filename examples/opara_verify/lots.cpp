#include <examples/opara_verify/lots.hpp>
#include <opara/core/file_set.hpp>

#include <ostream>

namespace opara::examples::verify {

chance_of chance_asked(const abstraction::formula& property) {
    using kind = abstraction::formula::kind;
    const auto& nodes = property.nodes();
    const auto& root = nodes.back();
    const auto is_label = [&](std::size_t i) { return nodes[i].what == kind::atom; };
    if (root.what == kind::AF && is_label(root.left)) {
        return {nodes[root.left].label, {}};
    }
    if (root.what == kind::AG && is_label(root.left)) {
        return {{}, nodes[root.left].label};
    }
    if (root.what == kind::AU && is_label(root.left) && is_label(root.right)) {
        return {nodes[root.right].label, nodes[root.left].label};
    }
    throw error{"of a stochastic policy one can ask \"AF goal\", \"A[safe U goal]\" or \"AG safe\", and not " +
                to_string(property)};
}

abstraction::probability_range answer(const abstraction::cell_process& built, const chance_of& asked,
                                      std::optional<std::size_t> steps) {
    if (steps) {
        return asked.goal.empty() ? abstraction::always_probability_within(built, *steps, asked.hold)
                                  : abstraction::until_probability_within(built, *steps, asked.goal, asked.hold);
    }
    const abstraction::interval_process& process = built.process;
    return asked.goal.empty() ? abstraction::always_probability(process, asked.hold)
                              : abstraction::until_probability(process, asked.goal, asked.hold);
}

void require_process_export(const export_request& request) {
    if (request.format != "drn" && request.format != "prism" && request.format != "umb") {
        throw error{"the export " + request.format +
                    " cannot hold probabilities; for a stochastic policy there are drn, prism and umb"};
    }
}

exported add_process(file_set& written, const export_request& request, const abstraction::interval_process& process) {
    const std::vector<std::string> files = files_of(request);
    if (request.format == "drn") {
        written.add(files[0], [&](std::ostream& out) { abstraction::write_drn(out, process); });
    } else if (request.format == "umb") {
        written.add(files[0], [&](std::ostream& out) { abstraction::write_umb(out, process); });
    } else {
        written.add(files[0], [&](std::ostream& out) { abstraction::write_prism_transitions(out, process); });
        written.add(files[1], [&](std::ostream& out) { abstraction::write_prism_labels(out, process); });
        // Many states stand for an action that was drawn, and lie in no cell of their own.
        const abstraction::state_numbers numbers{process.size()};
        written.add(files[2], [&](std::ostream& out) { abstraction::write_prism_states(out, process, numbers); });
    }
    return {request.format, request.path, {}};
}

} // namespace opara::examples::verify
