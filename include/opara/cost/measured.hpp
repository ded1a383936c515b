/// @file
/// Costs that somebody measured.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/concepts.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/table.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cost {

/// What a measurement is of: equal keys mean that the time carries over.
struct measured_key {
    std::string device; ///< the device's name
    std::string kernel; ///< what ran, for example "Conv" or a library's name of a kernel
    std::string shapes; ///< of all its arguments, and whatever else its time depends on

    friend auto operator<=>(const measured_key&, const measured_key&) = default;
};

/// A profile: measured kernels by device, kernel and shapes. A regular value; cost/json.hpp reads and writes it.
///
/// There is no default: what was never measured is an error, because a plan that rests on half a profile looks like one
/// that rests on a whole one.
class measured {
public:
    /// Adds a measurement, or replaces the one with that key.
    /// @throws error  the kernel's numbers are no costs; the message names the key
    void set(measured_key key, const kernel& cost) {
        try {
            detail::require_cost(cost, op_id{});
        } catch (const cost_error& e) {
            throw error{"a measurement of " + describe(key) + " is none: " + e.what()};
        }
        entries_.insert_or_assign(std::move(key), cost);
    }
    /// The measurement with that key, or null. O(log size).
    [[nodiscard]] const kernel* find(const measured_key& key) const noexcept {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); } ///< measurements
    /// All of them, by key.
    [[nodiscard]] const std::map<measured_key, kernel>& entries() const noexcept { return entries_; }

    /// The costs of a graph's operators on a device.
    /// @param operators  for each its kernel and its shapes; the device's name in them is ignored
    /// @param on  the device
    /// @throws cost_error  naming the first operator that was not measured there, and its key
    [[nodiscard]] table look_up(std::span<const measured_key> operators, const device& on) const {
        std::vector<kernel> kernels;
        kernels.reserve(operators.size());
        for (std::size_t i = 0; i < operators.size(); ++i) {
            const measured_key key{on.name, operators[i].kernel, operators[i].shapes};
            const kernel* found = find(key);
            if (found == nullptr) {
                throw cost_error{"operator " + std::to_string(i) + " was never measured: " + describe(key),
                                 op_id::from_index(i)};
            }
            kernels.push_back(*found);
        }
        return table{std::move(kernels), on};
    }

    friend bool operator==(const measured&, const measured&) = default;

private:
    static std::string describe(const measured_key& key) {
        return key.kernel + " (" + key.shapes + ") on " + key.device;
    }

    std::map<measured_key, kernel> entries_;
};

} // namespace opara::inline OPARA_ABI::cost
