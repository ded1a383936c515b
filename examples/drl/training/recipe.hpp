/// @file
/// How an agent is set up: published hyper-parameters, and what a user wants otherwise.
#pragma once

#include <examples/command_line.hpp>
#include <examples/drl/agents/ddpg.hpp>
#include <examples/drl/agents/dqn.hpp>
#include <examples/drl/agents/ppo.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace opara::examples::drl {

/// The hyper-parameters of an agent.
using recipe = std::variant<ddpg_options, dqn_options, ppo_options>;

/// Those with which a system's publication trains it, where it says so, else the agent's defaults.
/// @param agent  dqn, ddpg, td3 or ppo
/// @throws usage_error  there is no such agent
recipe recipe_for(const std::string& agent, const std::string& system);

/// Changes one of them by its name: settings.hpp has all. @throws usage_error  this agent has none of that name (says
/// who has), or the text is no number in its range (tells the range)
void set(recipe& options, std::string_view name, std::string_view text);

/// Makes sure that they go together. @throws usage_error  there is more in a batch than it is drawn from
void require_sense(const recipe& options);

/// All of them, for the log and to tell one checkpoint from another: NAME=VALUE with blanks between.
std::string describe(const recipe& options);

} // namespace opara::examples::drl
