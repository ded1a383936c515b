/// @file
/// Cells for the proof that are parts of those on which a policy decides.
#pragma once

#include <examples/opara_verify/preparation.hpp>
#include <opara/abstraction.hpp>

#include <cstddef>
#include <vector>

namespace opara::examples::verify {

/// The widths of the controller's cells, cut into so many parts. @throws usage_error  there are too many or too few
template <std::size_t N>
std::vector<double> finer_widths(const abstraction::trained_controller& c, const arguments& a) {
    if (a.finer.size() > 1 && a.finer.size() != N) {
        throw usage_error{"--finer takes 1 or " + std::to_string(N) + " numbers for this system"};
    }
    std::vector<double> widths = a.widths.empty() ? c.widths : a.widths;
    widths.resize(N, widths.front());
    for (std::size_t i = 0; i < N && !a.finer.empty(); ++i) {
        widths[i] /= static_cast<double>(a.finer.size() == 1 ? a.finer[0] : a.finer[i]);
    }
    return widths;
}

/// What decides on cells for the proof as the policy does on those of which they are parts.
template <class System, class Pilot>
Pilot on_finer_cells(const abstraction::uniform_grid<System::dimension>& decisions, const Pilot& pilot) {
    using grid = abstraction::uniform_grid<System::dimension>;
    return Pilot{abstraction::coarse_controller<grid, Pilot, typename System::action>{decisions, pilot}};
}

} // namespace opara::examples::verify
