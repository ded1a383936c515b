/// @file
/// What a plan claims to hold, against what it has commands for.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace opara::inline OPARA_ABI {

/// Makes sure that a plan has a command for every operator, every event and, but for the one lane of an empty plan,
/// every lane that it claims to have: before anybody takes memory for what a plan out of a file claims.
/// @throws invalid_plan  it has not
inline void require_counts(const plan& p) {
    const std::size_t lanes = p.lanes() <= 1 ? 0 : p.lanes();
    if (std::max({p.operators(), lanes, p.events()}) > p.commands().size()) {
        throw invalid_plan{"the plan claims to have " + std::to_string(p.operators()) + " operators, " +
                               std::to_string(p.lanes()) + " lanes and " + std::to_string(p.events()) + " events in " +
                               std::to_string(p.commands().size()) + " commands",
                           op_id{}, op_id{}};
    }
}

} // namespace opara::inline OPARA_ABI
