/// @file
/// What can be wrong with a plan.
#pragma once

#include <opara/core/id.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace opara::inline OPARA_ABI {

/// The ways in which a plan can be wrong.
enum class defect : std::uint8_t {
    size,          ///< it is for a graph with another number of operators, or claims more lanes than it could use
    unknown_id,    ///< a command speaks of an operator, lane, event or variant that does not exist
    odd_field,     ///< a field that means nothing in a command is not zero, or contradicts the commands around it
    launch,        ///< an operator is launched twice or never
    event,         ///< an event is recorded twice, never, or only after a wait for it
    broken_edge,   ///< an operator may start before one that it needs is done
    redundant_wait ///< a wait that other waits and the lanes imply, or an event that nobody waits for
};

/// The first thing that is wrong with a plan, and where.
struct plan_defect {
    defect kind = defect::size; ///< what kind of thing
    std::size_t command = 0;    ///< index of the command at fault, or the number of commands where none of them is
    op_id source;               ///< the operator that must come first, or the one at fault
    op_id target;               ///< the operator that does not wait for it, or the one at fault
    std::string what;           ///< the reason, for people

    friend bool operator==(const plan_defect&, const plan_defect&) = default;
};

} // namespace opara::inline OPARA_ABI
