/// @file
/// Which operators a plan lets an operator rely on: the engine of the validator.
#pragma once

#include <opara/core/id.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::inline OPARA_ABI::detail {

/// Does what is at `command` come after the end of what is at `source`? Each is a launch, or a record that waits
/// precede in its lane (a barrier).
struct replay_question {
    std::uint32_t source;  ///< index of the one command
    std::uint32_t command; ///< index of the other
    friend constexpr auto operator<=>(const replay_question&, const replay_question&) = default;
};

/// The answer: from no side, from one, or from two sides at least (the lane up to its last launch or barrier is one
/// side, each wait since is another).
enum class knowledge : std::uint8_t { no, once, twice };

/// Answers questions about the partial order of a plan by playing its commands through, for 256 sources at a time with
/// one bit each. A closure would take V^2 bits and vector clocks V times lanes numbers; this takes some words a lane
/// and event, and a pass begins at the first source and ends at the last question of its batch.
/// @param p  a plan whose ids are in range and whose events are recorded once and before their waits
/// @param recorded  for each event the index of its record
/// @param questions  sorted; a source before its command
/// @param answer  called with each question and its answer
template <class Answer>
void replay(const plan& p, std::span<const std::uint32_t> recorded, std::span<const replay_question> questions,
            Answer answer) {
    constexpr std::size_t words = 4;
    using bits = std::array<std::uint64_t, words>;
    struct lane_state {
        bits once{};
        bits twice{};
        std::uint32_t round = 0;
    };
    struct asker {
        std::uint32_t command;
        std::uint32_t bit;
        auto operator<=>(const asker&) const = default; // a local class has no friends
    };
    const auto has = [](const bits& b, std::uint32_t bit) { return (b[bit / 64] >> (bit % 64) & 1U) != 0; };
    std::vector<lane_state> lanes(p.lanes());
    std::vector<bits> events(p.events());
    std::vector<std::uint32_t> sources;
    std::vector<asker> askers;
    std::uint32_t round = 0;
    for (std::size_t next = 0; next < questions.size();) {
        sources.clear();
        askers.clear();
        for (; next < questions.size(); ++next) {
            const replay_question q = questions[next];
            if (sources.empty() || sources.back() != q.source) {
                if (sources.size() == words * 64) {
                    break;
                }
                sources.push_back(q.source);
            }
            askers.push_back({q.command, static_cast<std::uint32_t>(sources.size() - 1)});
        }
        std::sort(askers.begin(), askers.end());
        ++round; // lanes that this pass has not touched hold what an earlier one left
        std::size_t source = 0;
        std::size_t asking = 0;
        const std::uint32_t first = sources.front();
        for (std::uint32_t i = first; asking < askers.size(); ++i) {
            const command& c = p.commands()[i];
            lane_state& lane = lanes[c.lane.index()];
            if (lane.round != round) {
                lane = {{}, {}, round};
            }
            if (c.what != action::wait) {
                for (; asking < askers.size() && askers[asking].command == i; ++asking) {
                    const std::uint32_t bit = askers[asking].bit;
                    answer(replay_question{sources[bit], i}, has(lane.twice, bit)  ? knowledge::twice
                                                             : has(lane.once, bit) ? knowledge::once
                                                                                   : knowledge::no);
                }
                lane.twice = {};
                if (source < sources.size() && sources[source] == i) {
                    lane.once[source / 64] |= std::uint64_t{1} << (source % 64);
                    ++source;
                }
            }
            switch (c.what) {
            case action::launch: break;
            case action::record: events[c.event.index()] = lane.once; break;
            case action::wait:
                if (recorded[c.event.index()] >= first) { // an older event knows nothing of these sources
                    const bits& known = events[c.event.index()];
                    for (std::size_t w = 0; w < words; ++w) {
                        lane.twice[w] |= lane.once[w] & known[w];
                        lane.once[w] |= known[w];
                    }
                }
                break;
            }
        }
    }
}

} // namespace opara::inline OPARA_ABI::detail
