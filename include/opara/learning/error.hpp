/// @file
/// What can be wrong with an environment or an agent.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/number_text.hpp>

namespace opara::inline OPARA_ABI::learning {

/// An environment that gives what no environment should: a state or a reward that is no number, a state where the
/// partition has no cell.
class environment_error : public error {
public:
    using error::error;
};

/// An environment that gives a number which is NaN or infinite.
class not_finite_error : public environment_error {
public:
    using environment_error::environment_error;
};

/// An agent that gives what its environment does not take: too many or too few controls, an action that is no number or
/// that does not exist.
class agent_error : public error {
public:
    using error::error;
};

namespace detail {
using opara::detail::number_text;
} // namespace detail

} // namespace opara::inline OPARA_ABI::learning
