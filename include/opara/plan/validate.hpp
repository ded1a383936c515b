/// @file
/// Does a plan run its graph? An answer that shares nothing with what makes plans.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/id.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/defect.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/replay.hpp>
#include <opara/plan/structure.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Whether a wait too many is a defect.
enum class minimality : std::uint8_t {
    ignored, ///< it only costs time
    required ///< none that the lanes and the other waits imply, and no event that nobody waits for; what the graph
             ///< itself does not ask for counts as wanted (a barrier)
};

/// How strict the validator is.
struct validation {
    minimality waits = minimality::ignored; ///< whether a wait too many is a defect
    /// For each operator the number of its variants; empty: any variant will do.
    std::span<const std::uint32_t> variants = {};
};

namespace detail {

/// Checks the order that a plan makes. @pre its structure has no defect
class plan_order {
public:
    plan_order(const plan& p, const plan_structure& structure)
        : plan_{p}, launched_{structure.launched()}, recorded_{structure.recorded()} {}

    /// The edge of the graph that the plan does not keep; of several that into the operator that is launched first.
    [[nodiscard]] std::optional<plan_defect> broken_edge(const frozen_graph& g) const;
    /// A wait that the lanes and the other waits imply, or an event that nobody waits for.
    [[nodiscard]] std::optional<plan_defect> redundant_wait() const;

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    static std::string text(op_id v) { return "operator " + std::to_string(v.value); }
    static std::string text(lane_id l) { return "lane " + std::to_string(l.value); }
    [[nodiscard]] const command& at(std::size_t index) const { return plan_.commands()[index]; }
    [[nodiscard]] std::string explain(op_id source, op_id target) const;

    const plan& plan_;
    std::span<const std::uint32_t> launched_; // operator -> command
    std::span<const std::uint32_t> recorded_; // event -> command
};

inline std::optional<plan_defect> plan_order::broken_edge(const frozen_graph& g) const {
    // Most edges are kept by the lane itself or by one wait of their own, which a glance tells. The replay answers for
    // the others.
    std::vector<std::uint32_t> knows(plan_.lanes(), 0); // lane -> one behind the last record that `asker` waits for
    std::vector<std::uint32_t> asker(plan_.lanes(), none);
    std::vector<std::vector<std::uint32_t>> waits(plan_.lanes()); // lane -> its waits since its last launch
    std::vector<replay_question> unclear;
    std::uint32_t broken = none; // the launch whose operator does not wait for `culprit`
    op_id culprit;
    for (std::uint32_t i = 0; i < plan_.commands().size(); ++i) {
        const command& c = at(i);
        if (c.what == action::wait) {
            waits[c.lane.index()].push_back(recorded_[c.event.index()]);
        }
        if (c.what != action::launch) {
            continue;
        }
        for (const std::uint32_t record : waits[c.lane.index()]) {
            const std::size_t from = at(record).lane.index();
            knows[from] = asker[from] == i ? std::max(knows[from], record + 1) : record + 1;
            asker[from] = i;
        }
        waits[c.lane.index()].clear();
        for (const op_id p : g.predecessors(c.op)) {
            const std::uint32_t source = launched_[p.index()];
            const std::size_t from = at(source).lane.index();
            if (source > i) {
                if (i < broken || (i == broken && p < culprit)) {
                    broken = i;
                    culprit = p;
                }
            } else if (at(source).lane != c.lane && !(asker[from] == i && knows[from] > source)) {
                unclear.push_back({source, i});
            }
        }
    }
    std::sort(unclear.begin(), unclear.end());
    replay(plan_, recorded_, unclear, [&](replay_question q, knowledge known) {
        const op_id p = at(q.source).op;
        if (known == knowledge::no && (q.command < broken || (q.command == broken && p < culprit))) {
            broken = q.command;
            culprit = p;
        }
    });
    if (broken == none) {
        return std::nullopt;
    }
    return plan_defect{defect::broken_edge, broken, culprit, at(broken).op, explain(culprit, at(broken).op)};
}

inline std::string plan_order::explain(op_id source, op_id target) const {
    const std::uint32_t from = launched_[source.index()];
    const std::uint32_t to = launched_[target.index()];
    const lane_id lane = at(from).lane;
    const std::string needs = text(target) + " needs operator " + std::to_string(source.value) + ", but ";
    if (lane == at(to).lane) {
        return needs + text(lane) + " launches " + std::to_string(source.value) + " only after it";
    }
    // The last operator of `lane` whose end each lane, and each event, tells; one more than its launch.
    std::vector<std::uint32_t> lanes(plan_.lanes(), 0), events(plan_.events(), 0);
    for (std::uint32_t i = 0; i < to; ++i) {
        const command& c = at(i);
        std::uint32_t& known = lanes[c.lane.index()];
        switch (c.what) {
        case action::launch: known = c.lane == lane ? i + 1 : known; break;
        case action::record: events[c.event.index()] = known; break;
        case action::wait: known = std::max(known, events[c.event.index()]); break;
        }
    }
    const std::uint32_t known = lanes[at(to).lane.index()];
    const std::string behind = " after operator " + std::to_string(source.value);
    return needs + text(at(to).lane) +
           (known == 0 ? " never waits for " + text(lane)
                       : " waits for " + text(lane) + " only up to operator " + std::to_string(at(known - 1).op.value) +
                             ", never for anything" + behind) +
           " before it launches " + std::to_string(target.value);
}

// An event that is recorded behind waits tells their events, too: a barrier. Such a record is a point of the plan like
// a launch: waits lead to it, and it can be implied as a whole.
inline std::optional<plan_defect> plan_order::redundant_wait() const {
    std::vector<bool> wanted(plan_.events());
    std::vector<std::uint32_t> point(plan_.lanes());   // the last launch, or barrier's record, of a lane
    std::vector<std::uint32_t> teller(plan_.events()); // that of its lane when an event was recorded
    std::vector<std::vector<std::uint32_t>> pending(plan_.lanes());
    std::vector<replay_question> doubtful;
    for (std::uint32_t i = 0; i < plan_.commands().size(); ++i) {
        const command& c = at(i);
        if (c.what == action::wait) {
            wanted[c.event.index()] = true;
            pending[c.lane.index()].push_back(teller[c.event.index()]);
            continue;
        }
        if (c.what == action::launch || !pending[c.lane.index()].empty()) {
            point[c.lane.index()] = i;
        }
        if (c.what == action::record) {
            teller[c.event.index()] = point[c.lane.index()];
        }
        for (const std::uint32_t source : pending[c.lane.index()]) {
            doubtful.push_back({source, i});
        }
        pending[c.lane.index()].clear();
    }
    for (std::size_t e = 0; e < wanted.size(); ++e) {
        if (!wanted[e]) {
            return plan_defect{defect::redundant_wait, recorded_[e], at(recorded_[e]).op, at(recorded_[e]).op,
                               "nobody waits for event " + std::to_string(e)};
        }
    }
    std::sort(doubtful.begin(), doubtful.end());
    replay_question first{none, none};
    replay(plan_, recorded_, doubtful, [&](replay_question q, knowledge known) {
        if (known == knowledge::twice && q.command < first.command) {
            first = q;
        }
    });
    if (first.command == none) {
        return std::nullopt;
    }
    const command& source = at(first.source);
    const command& target = at(first.command);
    return plan_defect{defect::redundant_wait, first.command, source.op, target.op,
                       (target.what == action::launch ? text(target.op) : "the barrier behind " + text(target.op)) +
                           " waits for " +
                           (source.what == action::launch ? text(source.op) : "the barrier behind " + text(source.op)) +
                           ", which " + text(target.lane) + " and its other waits already imply"};
}

} // namespace detail

/// The first thing that is wrong with a plan as a way to run a graph; nothing if it runs it.
///
/// Checks that all ids are in range, every operator is launched once, every event is recorded once and before the waits
/// for it (so a stream capture accepts it), fields agree with the commands around them, and that lanes and events order
/// every edge of the graph. Never throws on a bad plan; shares no code with the scheduler.
/// Complexity: linear in commands and edges for the edges that the lane or a wait of its own keeps, and one pass over
/// part of the commands for every 256 operators with edges that are kept less directly. 10^5 operators: about 0.1 s.
[[nodiscard]] inline std::optional<plan_defect> find_defect(const plan& p, const frozen_graph& g,
                                                            const validation& how = {}) {
    detail::plan_structure structure{p, g.size(), how.variants};
    if (std::optional<plan_defect> found = structure.find()) {
        return found;
    }
    const detail::plan_order order{p, structure};
    if (std::optional<plan_defect> found = order.broken_edge(g)) {
        return found;
    }
    return how.waits == minimality::required ? order.redundant_wait() : std::nullopt;
}

/// Throws if a plan does not run a graph. @throws invalid_plan  with what `find_defect` finds
inline void validate(const plan& p, const frozen_graph& g, const validation& how = {}) {
    if (const std::optional<plan_defect> found = find_defect(p, g, how)) {
        throw invalid_plan{found->what, found->source, found->target};
    }
}

} // namespace opara::inline OPARA_ABI
