/// @file
/// Is a list of commands a plan at all? The first half of the validator.
#pragma once

#include <opara/core/id.hpp>
#include <opara/plan/defect.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::detail {

/// Checks all of a plan but the order that it makes: sizes, single commands, and their sequence, each of which may rely
/// on those before it. The first defect ends it.
class plan_structure {
public:
    /// @param p  the plan, which must outlive the object
    /// @param operators  how many the graph has
    /// @param variants  for each operator the number of its variants, or nothing
    plan_structure(const plan& p, std::size_t operators, std::span<const std::uint32_t> variants)
        : plan_{p}, operators_{operators}, variants_{variants} {}

    /// @return the first defect, if there is one
    [[nodiscard]] std::optional<plan_defect> find() {
        if (sizes()) {
            commands();
        }
        return std::move(found_);
    }
    /// For each operator the index of its launch. @pre `find` found nothing
    [[nodiscard]] std::span<const std::uint32_t> launched() const noexcept { return launched_; }
    /// For each event the index of its record. @pre `find` found nothing
    [[nodiscard]] std::span<const std::uint32_t> recorded() const noexcept { return recorded_; }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    static std::string text(op_id v) { return "operator " + std::to_string(v.value); }
    static std::string text(lane_id l) { return "lane " + std::to_string(l.value); }
    static std::string text(event_id e) { return "event " + std::to_string(e.value); }
    [[nodiscard]] const command& at(std::size_t index) const { return plan_.commands()[index]; }
    // Always false, so that a check can end with it.
    bool report(defect kind, std::size_t where, op_id source, op_id target, std::string what) {
        found_ = plan_defect{kind, where, source, target, std::move(what)};
        return false;
    }
    bool report(defect kind, std::size_t where, op_id op, std::string what) {
        return report(kind, where, op, op, std::move(what));
    }

    bool sizes();
    bool commands();
    bool fields(std::size_t index);
    bool launch(std::size_t index);
    bool record(std::size_t index);
    bool wait(std::size_t index);

    const plan& plan_;
    std::size_t operators_;
    std::span<const std::uint32_t> variants_;
    std::optional<plan_defect> found_;
    std::vector<std::uint32_t> launched_;  // operator -> command
    std::vector<std::uint32_t> recorded_;  // event -> command
    std::vector<std::uint32_t> last_;      // lane -> its last launch so far
    std::vector<std::uint32_t> last_wait_; // lane -> its last wait since that launch
};

inline bool plan_structure::sizes() {
    const std::size_t end = plan_.commands().size();
    if (plan_.operators() != operators_) {
        return report(defect::size, end, {},
                      "the plan is for " + std::to_string(plan_.operators()) + " operators, the graph has " +
                          std::to_string(operators_));
    }
    if (plan_.lanes() > std::max<std::size_t>(1, plan_.operators())) {
        return report(defect::size, end, {},
                      "the plan has " + std::to_string(plan_.lanes()) + " lanes for " +
                          std::to_string(plan_.operators()) + " operators");
    }
    if (plan_.events() > end) {
        return report(defect::event, end, {},
                      "the plan has " + std::to_string(plan_.events()) + " events and cannot record them in " +
                          std::to_string(end) + " commands");
    }
    if (!variants_.empty() && variants_.size() != operators_) {
        return report(defect::size, end, {},
                      "the numbers of variants are given for " + std::to_string(variants_.size()) + " of " +
                          std::to_string(operators_) + " operators");
    }
    return end < none || report(defect::size, end, {}, "the plan has 2^32 - 1 commands or more");
}

inline bool plan_structure::commands() {
    launched_.assign(plan_.operators(), none);
    recorded_.assign(plan_.events(), none);
    last_.assign(plan_.lanes(), none);
    last_wait_.assign(plan_.lanes(), none);
    const std::size_t end = plan_.commands().size();
    for (std::size_t i = 0; i < end; ++i) {
        if (!fields(i)) {
            return false;
        }
        const action what = at(i).what;
        if (!(what == action::launch ? launch(i) : what == action::record ? record(i) : wait(i))) {
            return false;
        }
    }
    for (std::size_t v = 0; v < launched_.size(); ++v) {
        if (launched_[v] == none) {
            return report(defect::launch, end, op_id::from_index(v), text(op_id::from_index(v)) + " is never launched");
        }
    }
    for (std::size_t e = 0; e < recorded_.size(); ++e) {
        if (recorded_[e] == none) {
            return report(defect::event, end, {}, text(event_id::from_index(e)) + " is never recorded");
        }
    }
    for (const std::uint32_t pending : last_wait_) {
        if (pending != none) {
            return report(defect::odd_field, pending, at(pending).op,
                          text(at(pending).lane) + " ends with a wait, which no operator needs");
        }
    }
    return true;
}

inline bool plan_structure::fields(std::size_t index) {
    const command& c = at(index);
    const auto unknown = [&](const std::string& what, std::size_t count) {
        return report(defect::unknown_id, index, c.op,
                      "command " + std::to_string(index) + " speaks of " + what + ", but there are only " +
                          std::to_string(count));
    };
    const bool launches = c.what == action::launch;
    if (!launches && c.what != action::record && c.what != action::wait) {
        return report(defect::odd_field, index, c.op, "command " + std::to_string(index) + " has no known action");
    }
    if (c.op.index() >= plan_.operators()) {
        return unknown(text(c.op), plan_.operators());
    }
    if (c.lane.index() >= plan_.lanes()) {
        return unknown(text(c.lane), plan_.lanes());
    }
    if (!launches && c.event.index() >= plan_.events()) {
        return unknown(text(c.event), plan_.events());
    }
    if (launches && c.event != event_id{}) {
        return report(defect::odd_field, index, c.op, "the launch of " + text(c.op) + " names an event");
    }
    if (!launches && (c.variant != variant_id{} || c.priority != 0)) {
        return report(defect::odd_field, index, c.op,
                      "command " + std::to_string(index) + " launches nothing, yet has a variant or a priority");
    }
    if (launches && !variants_.empty() && c.variant.value >= variants_[c.op.index()]) {
        return unknown("variant " + std::to_string(c.variant.value) + " of " + text(c.op), variants_[c.op.index()]);
    }
    return true;
}

inline bool plan_structure::launch(std::size_t index) {
    const command& c = at(index);
    std::uint32_t& before = launched_[c.op.index()];
    if (before != none) {
        return report(defect::launch, index, c.op,
                      text(c.op) + " is launched twice: in " + text(at(before).lane) + " and again in " + text(c.lane));
    }
    const std::uint32_t pending = last_wait_[c.lane.index()];
    if (pending != none && at(pending).op != c.op) {
        return report(defect::odd_field, pending, at(pending).op, c.op,
                      "a wait in " + text(c.lane) + " says that " + text(at(pending).op) +
                          " needs it, but the next that the lane launches is operator " + std::to_string(c.op.value));
    }
    before = last_[c.lane.index()] = static_cast<std::uint32_t>(index);
    last_wait_[c.lane.index()] = none;
    return true;
}

inline bool plan_structure::record(std::size_t index) {
    const command& c = at(index);
    if (recorded_[c.event.index()] != none) {
        return report(defect::event, index, c.op, text(c.event) + " is recorded twice");
    }
    const std::uint32_t last = last_[c.lane.index()];
    if (last == none || at(last).op != c.op) {
        return report(defect::odd_field, index, c.op,
                      text(c.event) + " claims to tell the end of " + text(c.op) + ", but " +
                          (last == none ? text(c.lane) + " has launched nothing yet"
                                        : "the last that " + text(c.lane) + " has launched is operator " +
                                              std::to_string(at(last).op.value)));
    }
    recorded_[c.event.index()] = static_cast<std::uint32_t>(index);
    return true;
}

inline bool plan_structure::wait(std::size_t index) {
    const command& c = at(index);
    if (recorded_[c.event.index()] == none) {
        return report(defect::event, index, c.op,
                      text(c.lane) + " waits for " + text(c.event) +
                          ", which is not recorded before: on a stream such a wait does nothing");
    }
    const std::uint32_t pending = last_wait_[c.lane.index()];
    if (pending != none && at(pending).op != c.op) {
        return report(defect::odd_field, index, c.op, at(pending).op,
                      "two waits in a row in " + text(c.lane) + " are said to be needed by different operators, " +
                          std::to_string(at(pending).op.value) + " and " + std::to_string(c.op.value));
    }
    last_wait_[c.lane.index()] = static_cast<std::uint32_t>(index);
    return true;
}

} // namespace opara::inline OPARA_ABI::detail
