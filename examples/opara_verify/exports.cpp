#include <examples/opara_verify/arguments.hpp>
#include <examples/opara_verify/exports.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace opara::examples::verify {

const char* const export_formats = "aiger aut dot drn hoa prism promela smv umb";

export_request parse_export(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) {
        throw usage_error{"--export takes FORMAT:FILE, not '" + std::string{text} + "'"};
    }
    const std::string format{text.substr(0, colon)};
    const bool is_one_word = !format.empty() && format.find(' ') == std::string::npos;
    if (!is_one_word || (" " + std::string{export_formats} + " ").find(" " + format + " ") == std::string::npos) {
        throw usage_error{"there is no export format '" + format + "'; there are: " + export_formats};
    }
    export_request request{format, std::string{text.substr(colon + 1)}};
    if (files_of(request).size() > 1 && opara::detail::is_written_as_it_is(request.path)) {
        throw usage_error{"--export " + format + " writes several files, whose names begin with FILE, and " +
                          request.path + " is none of a file"};
    }
    return request;
}

std::vector<std::string> files_of(const export_request& request) {
    if (request.format == "prism") {
        return {request.path + ".tra", request.path + ".lab", request.path + ".sta"};
    }
    if (request.format == "promela") {
        return {request.path, request.path + ".h"};
    }
    return {request.path};
}

std::string table_name(const export_request& promela) {
    const std::string table = files_of(promela)[1];
    return table.substr(table.rfind('/') + 1);
}

void require_exportable(const export_request& request, const abstraction::formula& property) {
    if (request.format == "promela") {
        abstraction::require_promela_table_name(table_name(request));
    }
    if (request.format == "aiger" && !property.is_invariant()) {
        throw error{"the export aiger needs a property like \"AG safe\": a circuit cannot ask for " +
                    to_string(property)};
    }
}

} // namespace opara::examples::verify
