/// @file
/// The policies that opara_run knows by name.
#pragma once

#include <opara/cost/table.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opara::run {

/// What a policy may be told.
struct policy_options {
    std::size_t lanes = 4; ///< for those that want a number of lanes
};

/// Makes a plan from a graph and what its operators cost.
using policy = std::function<plan(const frozen_graph&, const cost::table&)>;

/// Which costs a policy goes by.
enum class costs : std::uint8_t { given, guessed };

/// A policy of the field.
struct named_policy {
    std::string_view name;        ///< what the user calls it
    std::string_view pair;        ///< the same as ASSIGNMENT+ORDER
    std::string_view description; ///< one line
    costs knows = costs::given;   ///< whether it asks what operators cost
};

/// Those that "all" stands for, the sequential one first.
[[nodiscard]] std::span<const named_policy> named_policies() noexcept;
/// What may stand before the plus.
[[nodiscard]] std::span<const std::string_view> assignment_names() noexcept;
/// What may stand behind it.
[[nodiscard]] std::span<const std::string_view> order_names() noexcept;

/// The policy of that name, or of that pair.
/// @throws usage_error  there is none; the message lists what there is
[[nodiscard]] policy make_policy(std::string_view name, const policy_options& options);

} // namespace opara::run
