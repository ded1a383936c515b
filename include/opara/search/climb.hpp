/// @file
/// Local search from one draft.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/moves.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/variants.hpp>
#include <opara/sim/options.hpp>
#include <opara/sim/timeline.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// Improves a draft move by move, by late acceptance (Burke and Bykov, EJOR 258(1), 2017): a move is kept if it is no
/// worse than what there is, or better than what there was `memory` moves ago. It begins with no memory, a plain
/// descent, which is best where moves are few; when nothing has improved for a while it goes back to the best draft and
/// takes four times the memory, up to 256, then none again. Deterministic.
class climber {
public:
    /// @param g,variants,d  must outlive the object
    /// @param start  a draft of `g`
    /// @param seed  of the moves
    climber(const frozen_graph& g, const variant_table& variants, const cost::device& d,
            const sim::simulate_options& emission, draft start, std::uint64_t seed)
        : g_{&g}, evaluate_{variants, d, emission}, mover_{g, variants, d, seed}, best_{std::move(start)} {
        restart(1);
        best_us_ = now_us_;
    }

    /// Tries one move. @return whether the best draft is a better one now
    bool step() {
        ++steps_;
        next_ = now_;
        if (!mover_.change(next_, mover_.pick_kind(next_))) {
            return false;
        }
        ++idle_;
        const plan p = express(*g_, next_);
        const double us = evaluate_(p);
        double& late = late_[steps_ % late_.size()];
        if (us <= now_us_ || us < late) {
            std::swap(now_, next_);
            now_us_ = us;
            mover_.look(now_, evaluate_.run(p));
        }
        late = std::min(late, now_us_);
        const bool better = now_us_ < best_us_;
        if (better) {
            best_ = now_;
            best_us_ = now_us_;
            idle_ = 0;
        } else if (idle_ > patience + 10 * late_.size()) {
            restart(late_.size() < 256 ? 4 * late_.size() : 1);
        }
        return better;
    }

    [[nodiscard]] const draft& best() const noexcept { return best_; }  ///< the best so far
    [[nodiscard]] double best_us() const noexcept { return best_us_; }  ///< its latency
    [[nodiscard]] std::size_t steps() const noexcept { return steps_; } ///< moves that were tried
    [[nodiscard]] std::size_t simulations() const noexcept { return evaluate_.simulations(); } ///< plans simulated

private:
    static constexpr std::size_t patience = 100;

    void restart(std::size_t memory) {
        now_ = best_;
        const sim::timeline& run = evaluate_.run(express(*g_, now_));
        now_us_ = run.makespan_us;
        mover_.look(now_, run);
        late_.assign(memory, now_us_);
        idle_ = 0;
    }

    const frozen_graph* g_;
    simulated evaluate_;
    mover mover_;
    draft now_;
    draft next_;
    draft best_;
    double now_us_ = 0.0;
    double best_us_ = 0.0;
    std::vector<double> late_; // latencies of the last drafts
    std::size_t idle_ = 0;     // moves since the best draft was found, or since the restart
    std::size_t steps_ = 0;
};

} // namespace opara::inline OPARA_ABI::search
