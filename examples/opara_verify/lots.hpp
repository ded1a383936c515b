/// @file
/// Stochastic policies: how likely a property is.
#pragma once

#include <examples/opara_verify/report.hpp>
#include <opara/abstraction.hpp>
#include <opara/core/file_set.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace opara::examples::verify {

/// A question about probabilities: that a run comes to `goal` through `hold` (empty: through anything), or, without a
/// goal, that it stays in `hold`.
struct chance_of {
    std::string goal; ///< a label
    std::string hold; ///< a label
};

/// The question that a property asks of a stochastic policy: "AF goal", "A[safe U goal]" or "AG safe" of labels.
/// @throws error  it is another one
chance_of chance_asked(const abstraction::formula& property);

/// The answer, within so many steps of the system or without end. @throws abstraction::label_error
abstraction::probability_range answer(const abstraction::cell_process& built, const chance_of& asked,
                                      std::optional<std::size_t> steps);

/// Makes sure, before the work starts, that a process can be written so. @throws error  there is no such export
void require_process_export(const export_request& request);

/// Adds the files of a process: formats drn, prism and umb. @throws error  with the path and the reason
exported add_process(file_set& written, const export_request& request, const abstraction::interval_process& process);

} // namespace opara::examples::verify
