/// @file
/// The hyper-parameters of the agents that are numbers: their names, what they may be, and what they mean.
#pragma once

#include <examples/drl/training/recipe.hpp>

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace opara::examples::drl {

/// One hyper-parameter of an agent.
template <class Options>
struct setting {
    using member = std::variant<double Options::*, std::size_t Options::*>; ///< the latter takes whole numbers

    std::string_view name;      ///< as `--set` calls it
    member where;               ///< it is kept
    double least = 0;           ///< it may be this,
    double most = 0;            ///< or this, or anything between
    bool is_above = false;      ///< but not `least` itself
    std::string_view unit = {}; ///< what it counts, or is of; empty: a plain number
    std::string_view meaning;   ///< in words
};

/// All of an agent's, by name. The one table from which errors, `--set help` and the documentation are made.
std::span<const setting<ddpg_options>> settings_of(const ddpg_options& o);
std::span<const setting<dqn_options>> settings_of(const dqn_options& o); ///< the same for DQN
std::span<const setting<ppo_options>> settings_of(const ppo_options& o); ///< the same for PPO

/// What a setting may be, in words, like "from 0 to 1" or "whole, from 1 to 1000".
template <class Options>
std::string range_of(const setting<Options>& s);

/// Its value in an agent's options.
template <class Options>
double value_of(const setting<Options>& s, const Options& o) {
    return std::visit([&o](auto where) { return static_cast<double>(o.*where); }, s.where);
}

/// Lines with name, value, range, unit and meaning of each, with what this recipe has as the values.
/// @param title  the line above
std::string table_of(const recipe& options, const std::string& title);

/// The names of each kind of agent's, as lines for a usage, each of them after `indent`.
std::string names_of_settings(const std::string& indent, std::size_t width);

} // namespace opara::examples::drl
