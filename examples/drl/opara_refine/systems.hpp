/// @file
/// The systems that can be refined, in groups that are compiled apart: each takes its time.
#pragma once

#include <examples/drl/opara_refine/arguments.hpp>

#include <optional>

namespace opara::examples::drl {

/// Refines one of the systems in the plane. @returns whether the property is verified; none: it is another system
std::optional<bool> refine_in_the_plane(const refine_arguments& a);
/// Refines one of the systems in space.
std::optional<bool> refine_in_space(const refine_arguments& a);
/// Refines one of the larger systems.
std::optional<bool> refine_in_more(const refine_arguments& a);

} // namespace opara::examples::drl
