/// @file
/// Reach tubes: boxes that follow a closed loop step by step, without being rounded up to cells.
#pragma once

#include <opara/abstraction/aggregate.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/parallel.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/abstraction/pilot_memory.hpp>
#include <opara/abstraction/sound_arithmetic.hpp>
#include <opara/abstraction/split.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// What a reach tube shows.
enum class tube_outcome : unsigned char {
    reached,        ///< every run from the initial set is in the target after at most `last_step` steps
    not_reached,    ///< some box was not inside the target after the last step (or there is no target)
    left_domain,    ///< some box left the domain, where there is no controller, before it reached the target
    left_safe,      ///< some box was not inside the safe set, before it reached the target
    too_many_boxes, ///< it was given up
};

/// What a tube remembers of each step.
enum class tube_detail : unsigned char {
    hulls, ///< how many boxes there are, and the smallest box that contains them
    boxes, ///< all of them, too
};

/// What to follow, and how closely.
template <std::size_t N>
struct tube_options {
    std::size_t steps = 0;              ///< for how many steps, at most
    std::optional<box<N>> target{};     ///< what is to be reached; what lies inside is followed no further
    std::optional<box<N>> safe{};       ///< where all is to stay until then; what leaves it, or the domain, ends it
    point<N> nearness{};                ///< boxes are merged that are so close (see `are_near`); in state units
    point<N> gap{};                     ///< how far apart in the one dimension in which they differ; may be infinite
    std::size_t most_boxes = 1'000'000; ///< give up a part of the initial set that needs more at once
    tube_detail detail = tube_detail::hulls; ///< what to remember
    std::size_t threads = 0;                 ///< how many work; 0 means as many as the machine runs at once
};

/// A tube after some number of steps.
template <std::size_t N>
struct tube_layer {
    std::size_t count = 0;       ///< how many boxes there are
    box<N> hull{};               ///< the smallest box that contains them; of no meaning where there is none
    std::vector<box<N>> boxes{}; ///< they themselves, if they were to be kept; parts after each other

    friend bool operator==(const tube_layer&, const tube_layer&) = default;
};

/// How one part of the initial set fared.
struct tube_part {
    tube_outcome outcome = tube_outcome::not_reached; ///< of this part
    std::size_t last_step = 0;                        ///< the step after which nothing was left to follow, or the last
    std::size_t peak = 0;                             ///< the largest number of boxes at once
    std::size_t safe_states = 0; ///< how many states of each run, from the first on, are shown to be in the safe set

    friend bool operator==(const tube_part&, const tube_part&) = default;
};

/// The boxes of a closed loop, step by step.
///
/// `layers[k]` contains the state of each run after k steps, unless the run was in the target, or outside the domain,
/// at an earlier step; a part that was given up is in no layer from then on.
template <std::size_t N>
struct reach_tube {
    tube_outcome outcome = tube_outcome::reached; ///< `reached` if all parts have reached the target
    std::size_t last_step = 0;                    ///< the largest of the parts'
    std::size_t peak = 0;                         ///< the largest number of boxes of all parts after the same step
    std::vector<tube_layer<N>> layers;            ///< the initial set, then after each step
    std::vector<tube_part> parts;                 ///< one entry a part of the initial set

    friend bool operator==(const reach_tube&, const reach_tube&) = default;
};

namespace detail {

template <partition P, dynamics D, controller<P::dimension, typename D::action> C>
class tube_worker {
public:
    static constexpr std::size_t n = P::dimension;

    tube_worker(const P& cells, const D& system, const C& pilot, const tube_options<n>& options)
        : partition_{cells},
          dynamics_{system},
          options_{options},
          memory_{cells, pilot},
          aggregate_{options.nearness, options.gap} {}

    // Follows one part; its layers go to `layers`.
    tube_part follow(const box<n>& start, std::vector<tube_layer<n>>& layers) {
        tube_part part;
        boxes_.assign(1, start);
        left_ = false;
        for (std::size_t step = 0;; ++step) {
            remember(layers);
            part.peak = std::max(part.peak, boxes_.size());
            part.last_step = step;
            std::erase_if(boxes_, [&](const box<n>& b) { return is_done(b); });
            if (!is_safe()) {
                part.outcome = tube_outcome::left_safe;
                return part;
            }
            part.safe_states = options_.safe ? step + 1 : 0;
            if (boxes_.empty() || step == options_.steps) {
                part.outcome = left_            ? tube_outcome::left_domain
                               : boxes_.empty() ? tube_outcome::reached
                                                : tube_outcome::not_reached;
                return part;
            }
            cut();
            if (pieces_.empty() || (left_ && options_.safe)) {
                part.outcome = left_ ? tube_outcome::left_domain : tube_outcome::reached;
                return part;
            }
            advance();
            if (boxes_.size() > options_.most_boxes) {
                part.outcome = tube_outcome::too_many_boxes;
                return part;
            }
        }
    }

private:
    struct piece {
        box<n> b;
        std::uint32_t cell; // as the memory numbers it
    };

    [[nodiscard]] bool is_done(const box<n>& b) const noexcept {
        return options_.target && options_.target->contains(b);
    }
    [[nodiscard]] bool is_safe() const noexcept {
        return !options_.safe ||
               std::all_of(boxes_.begin(), boxes_.end(), [&](const box<n>& b) { return options_.safe->contains(b); });
    }
    void remember(std::vector<tube_layer<n>>& layers) const {
        tube_layer<n>& layer = layers.emplace_back();
        layer.count = boxes_.size();
        layer.hull = boxes_.front();
        for (const box<n>& b : boxes_) {
            layer.hull = hull(layer.hull, b);
        }
        if (options_.detail == tube_detail::boxes) {
            layer.boxes = boxes_;
        }
    }
    // Into pieces that lie in one cell each.
    void cut() {
        pieces_.clear();
        ends_.clear();
        for (const box<n>& b : boxes_) {
            partition_.for_each_overlap(b, [&](std::uint64_t cell) {
                if (cell == partition_.outside()) {
                    left_ = true;
                    return;
                }
                const std::uint32_t number = memory_.meet(cell);
                const box<n>& c = memory_.cell_box(number);
                if (!b.meets(c)) {
                    return; // a partition may name more cells than there are
                }
                piece p{b, number};
                for (std::size_t i = 0; i < n; ++i) {
                    p.b[i] =
                        interval::unchecked(std::max(b[i].lower(), c[i].lower()), std::min(b[i].upper(), c[i].upper()));
                }
                if (!is_done(p.b)) {
                    pieces_.push_back(p);
                }
            });
            ends_.push_back(pieces_.size());
        }
        memory_.decide();
    }
    // One step of each piece, and what is near each other merged: first of each box's pieces, then of all.
    void advance() {
        boxes_.clear();
        std::size_t at = 0;
        for (const std::size_t end : ends_) {
            const std::size_t first = boxes_.size();
            for (; at < end; ++at) {
                boxes_.push_back(dynamics_.post(pieces_[at].b, memory_.action(pieces_[at].cell)));
            }
            aggregate_.merge(boxes_, first);
        }
        aggregate_.merge(boxes_);
    }

    const P& partition_;
    const D& dynamics_;
    const tube_options<n>& options_;
    pilot_memory<P, D, C> memory_;
    aggregator<n> aggregate_;
    std::vector<box<n>> boxes_;
    std::vector<piece> pieces_;
    std::vector<std::size_t> ends_; // where the pieces of each box end
    bool left_ = false;             // whether anything was outside the domain
};

// Puts a part's layers under those of the parts before.
template <std::size_t N>
void add_layers(std::vector<tube_layer<N>>& all, std::vector<tube_layer<N>>& part) {
    all.resize(std::max(all.size(), part.size()));
    for (std::size_t k = 0; k < part.size(); ++k) {
        if (part[k].count == 0) {
            continue;
        }
        all[k].hull = all[k].count == 0 ? part[k].hull : hull(all[k].hull, part[k].hull);
        all[k].count += part[k].count;
        all[k].boxes.insert(all[k].boxes.end(), part[k].boxes.begin(), part[k].boxes.end());
        part[k] = {};
    }
}

} // namespace detail

/// Follows the closed loop from each part of an initial set. In each step, boxes inside the target are dropped, the
/// others cut where cells meet, every piece goes on under its cell's action, and images that are near each other are
/// merged into their bounding boxes. The work-list algorithm of BBReach, arXiv 2211.11127.
///
/// With a safe set instead of a target, or beside one, a part ends where a box leaves it; `steps_inside` says what is
/// shown then.
///
/// Nothing is lost on the way, so `reached` is a proof about the same runs as a check's `proved` (see
/// docs/abstraction.md), and, unlike a transition system of cells, a tube is not blurred by cells that are wider than a
/// step. It says nothing of what is between two steps, or after the target was reached. Parts are independent; `split`
/// makes them. Equal input gives an equal tube, with any number of threads.
/// @throws error  the program was compiled so that its arithmetic proves nothing, or the rounding mode was changed
/// @throws domain_error  there is no part, or a nearness or a gap is negative or no number
/// @throws controller_error  from the controller
/// Complexity: O(boxes * (cells that each meets) * (post + log boxes) / threads), plus one evaluation of the controller
/// for each cell that a thread meets.
///
/// @code
/// reach_tube<2> tube = follow(grid, dynamics, pilot, split(initial, {0.01, 0.01}),
///                             {.steps = 70, .target = goal, .nearness = {1e-4, 1e-4}});
/// bool proved = tube.outcome == tube_outcome::reached;
/// @endcode
template <partition P, dynamics D, controller<P::dimension, typename D::action> C>
    requires(P::dimension == D::dimension)
[[nodiscard]] reach_tube<P::dimension> follow(const P& cells, const D& system, const C& pilot,
                                              const std::vector<box<P::dimension>>& parts,
                                              const tube_options<P::dimension>& options) {
    constexpr std::size_t n = P::dimension;
    using worker = detail::tube_worker<P, D, C>;
    detail::require_sound_arithmetic();
    if (parts.empty()) {
        throw domain_error{"a tube needs a set to start from"};
    }
    const std::size_t threads = std::min(detail::thread_count(options.threads), parts.size());
    reach_tube<n> tube;
    tube.parts.resize(parts.size());
    std::vector<std::vector<tube_layer<n>>> layers(parts.size());
    std::vector<worker> workers(threads, worker{cells, system, pilot, options});
    detail::parallel_for(parts.size(), threads,
                         [&](std::size_t k, std::size_t w) { tube.parts[k] = workers[w].follow(parts[k], layers[k]); });
    for (std::size_t k = 0; k < parts.size(); ++k) {
        tube.outcome = std::max(tube.outcome, tube.parts[k].outcome);
        tube.last_step = std::max(tube.last_step, tube.parts[k].last_step);
        detail::add_layers(tube.layers, layers[k]);
    }
    for (const tube_layer<n>& layer : tube.layers) {
        tube.peak = std::max(tube.peak, layer.count);
    }
    return tube;
}

/// For how many steps each run from the initial set stays in the safe set of `follow`, or stays there until it reaches
/// the target, where that comes sooner: it is there at the beginning and after each of so many steps. None if that is
/// not even shown of the beginning, or there was no part. O(parts).
/// @pre `follow` was given a safe set, and the tube is what it returned
template <std::size_t N>
[[nodiscard]] std::optional<std::size_t> steps_inside(const reach_tube<N>& tube) noexcept {
    std::optional<std::size_t> states;
    for (const tube_part& part : tube.parts) {
        // A part that has come to the target is safe until then, and bounds nothing.
        const std::size_t shown = part.outcome == tube_outcome::reached ? tube.last_step + 1 : part.safe_states;
        states = std::min(states.value_or(shown), shown);
    }
    return states.value_or(0) == 0 ? std::nullopt : std::optional{*states - 1};
}

} // namespace opara::inline OPARA_ABI::abstraction
