/// @file
/// Writing what was verified, for other checkers.
#pragma once

#include <opara/abstraction.hpp>
#include <opara/abstraction/export.hpp>
#include <opara/core/file_set.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::examples::verify {

/// A file that was asked for with --export.
struct export_request {
    std::string format; ///< one of `export_formats`
    std::string path;   ///< the file, or what the names of several begin with
};

/// What was written for a request.
struct exported {
    std::string format;   ///< its format
    std::string path;     ///< as asked for
    std::string property; ///< the property in the words of those who read it; empty where they have none
};

/// The formats, with a blank between, for messages.
extern const char* const export_formats;

/// Reads FORMAT:FILE. @throws usage_error  it is something else, or there is no such format
export_request parse_export(std::string_view text);

/// The files of a request: PRISM's format has three and Promela two.
std::vector<std::string> files_of(const export_request& request);

/// Under what name a Promela model finds its table, which is beside it.
std::string table_name(const export_request& promela);

/// Makes sure, before the work starts, that the format can ask for the property and has a use for the file's name.
/// @throws error  it cannot
void require_exportable(const export_request& request, const abstraction::formula& property);

/// Adds the files of a request. @throws error  with the path and the reason
template <std::size_t N>
exported add_export(file_set& written, const export_request& request, const abstraction::cell_system& built,
                    const abstraction::uniform_grid<N>& grid, const abstraction::formula& property) {
    using abstraction::dialect;
    const abstraction::transition_system& graph = built.graph;
    const std::vector<std::string> files = files_of(request);
    const auto write = [&](std::size_t k, auto fill) { written.add(files[k], fill); };
    const abstraction::grid_coordinates<N> coordinates{grid, built.cells};
    exported done{request.format, request.path, {}};
    const std::string& f = request.format;
    if (f == "aiger") {
        write(0, [&](std::ostream& out) { abstraction::write_aiger(out, graph, property); });
    } else if (f == "aut") {
        write(0, [&](std::ostream& out) { abstraction::write_aldebaran(out, graph); });
    } else if (f == "dot") {
        write(0, [&](std::ostream& out) { abstraction::write_dot(out, graph); });
    } else if (f == "drn") {
        write(0, [&](std::ostream& out) { abstraction::write_drn(out, graph); });
        done.property = property_text(graph, property, dialect::storm);
    } else if (f == "hoa") {
        write(0, [&](std::ostream& out) { abstraction::write_hoa(out, graph); });
    } else if (f == "prism") {
        write(0, [&](std::ostream& out) { abstraction::write_prism_transitions(out, graph); });
        write(1, [&](std::ostream& out) { abstraction::write_prism_labels(out, graph); });
        write(2, [&](std::ostream& out) { abstraction::write_prism_states(out, graph, coordinates); });
        done.property = property_text(graph, property, dialect::prism);
    } else if (f == "promela") {
        std::vector<std::pair<std::string, std::string>> properties;
        if (is_linear(property)) {
            done.property = property_text(graph, property, dialect::spin);
            properties.emplace_back("property", done.property);
        }
        write(0, [&](std::ostream& out) { abstraction::write_promela(out, graph, properties, table_name(request)); });
        write(1, [&](std::ostream& out) { abstraction::write_promela_table(out, graph); });
    } else if (f == "smv") {
        const std::vector<abstraction::formula> properties{property};
        write(0, [&](std::ostream& out) { abstraction::write_smv(out, graph, coordinates, properties); });
        done.property = property_text(graph, property, dialect::smv);
    } else {
        write(0, [&](std::ostream& out) { abstraction::write_umb(out, graph); });
        done.property = property_text(graph, property, dialect::storm);
    }
    return done;
}

/// Adds the files of all requests. @throws error  with the path and the reason
template <std::size_t N>
std::vector<exported> add_exports(file_set& written, const std::vector<export_request>& requests,
                                  const abstraction::cell_system& built, const abstraction::uniform_grid<N>& grid,
                                  const abstraction::formula& property) {
    std::vector<exported> done;
    for (const export_request& request : requests) {
        done.push_back(add_export(written, request, built, grid, property));
    }
    return done;
}

} // namespace opara::examples::verify
