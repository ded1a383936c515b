/// @file
/// A coarse policy on finer cells.
#pragma once

#include <opara/abstraction/cell_index.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/error.hpp>
#include <opara/abstraction/partition.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {
// What a controller decides on: its own `action`, or one number.
template <class C>
struct action_of {
    using type = double;
};
template <class C>
    requires requires { typename C::action; }
struct action_of<C> {
    using type = typename C::action;
};
} // namespace detail

/// A controller that was trained on the cells of one partition, on the cells of a finer one: it asks the trained one
/// about the *decision* cell that contains the finer cell. The policy is the same function of the state, so what is
/// proved on the finer cells is proved of the policy that was trained. Model of `controller`.
///
/// The answer for each decision cell is kept, and goes along with copies, so the trained controller is asked once about
/// all the cells of which a decision cell consists.
/// @tparam P  the partition of the decisions
/// @tparam C  the controller that was trained on it
/// @tparam Action  what it decides on
///
/// @code
/// coarse_controller pilot{uniform_grid<2>::by_width(domain, {0.1, 0.1}), box_network<2>{net}};
/// auto s = build(uniform_grid<2>::by_width(domain, {0.0125, 0.0125}), dynamics, pilot, initial);
/// @endcode
template <partition P, class C, class Action = typename detail::action_of<C>::type>
    requires controller<C, P::dimension, Action>
class coarse_controller {
public:
    static constexpr std::size_t dimension = P::dimension; ///< of the state space
    using action = Action;                                 ///< what it decides on

    /// From the cells on which decisions are constant, and what decides there.
    coarse_controller(P decisions, C pilot) : decisions_{std::move(decisions)}, pilot_{std::move(pilot)} {}

    /// The actions for these cells. Safe to call from several threads.
    /// @pre boxes.size() == actions.size()
    /// @throws domain_error  a cell lies in no decision cell; carries the dimension in which it reaches out of one
    /// @throws controller_error  from the trained controller
    /// Complexity: O(boxes) and what the trained controller takes for decision cells that are new.
    void act(std::span<const box<dimension>> boxes, std::span<Action> actions) const {
        OPARA_ASSERT(boxes.size() == actions.size());
        std::vector<std::uint64_t> cells;
        cells.reserve(boxes.size());
        for (const box<dimension>& b : boxes) {
            cells.push_back(decision_cell(b));
        }
        std::vector<std::size_t> unknown;
        {
            const lock guard{memory_.busy};
            for (std::size_t k = 0; k < cells.size(); ++k) {
                const std::uint32_t known = memory_.index.find(cells[k]);
                if (known == detail::cell_index::absent) {
                    unknown.push_back(k);
                } else {
                    actions[k] = memory_.actions[known];
                }
            }
        }
        if (!unknown.empty()) {
            decide(cells, unknown, actions);
        }
    }

    /// The decision cell that contains a box.
    /// @throws domain_error  there is none; carries the dimension in which the box reaches out
    [[nodiscard]] std::uint64_t decision_cell(const box<dimension>& b) const {
        // Half-open cells: the one that has the lower corner is the only one that can contain the box.
        point<dimension> corner;
        for (std::size_t i = 0; i < dimension; ++i) {
            corner[i] = b[i].lower();
        }
        const auto cell = decisions_.locate(corner);
        const bool inside = cell != decisions_.outside();
        const box<dimension> whole = inside ? decisions_.cell_box(cell) : box<dimension>{decisions_.domain()};
        for (std::size_t i = 0; i < dimension; ++i) {
            if (!whole[i].contains(b[i])) {
                throw domain_error{"the cell from " + detail::number_text(b[i].lower()) + " to " +
                                       detail::number_text(b[i].upper()) + " in dimension " + std::to_string(i) +
                                       (inside ? " straddles the face of a decision cell that ends at " +
                                                     detail::number_text(whole[i].upper())
                                               : std::string{" is not inside the domain of the decisions"}),
                                   i};
            }
        }
        return cell;
    }

    [[nodiscard]] const P& decisions() const noexcept { return decisions_; } ///< the cells of the decisions
    [[nodiscard]] const C& pilot() const noexcept { return pilot_; }         ///< what decides

private:
    // <mutex> would bring <chrono> along, which is half as large as all that is included here.
    struct lock {
        explicit lock(std::atomic_flag& busy) : flag{busy} {
            while (flag.test_and_set(std::memory_order_acquire)) {
                flag.wait(true, std::memory_order_relaxed);
            }
        }
        lock(const lock&) = delete;
        lock& operator=(const lock&) = delete;
        ~lock() {
            flag.clear(std::memory_order_release);
            flag.notify_one();
        }
        std::atomic_flag& flag;
    };
    struct memory {
        memory() = default;
        memory(const memory& other) {
            const lock guard{other.busy};
            index = other.index;
            actions = other.actions;
        }
        memory& operator=(const memory&) = delete;
        ~memory() = default;

        mutable std::atomic_flag busy;
        detail::cell_index index; // the decision cells of which something is known
        std::vector<Action> actions;
    };

    void decide(const std::vector<std::uint64_t>& cells, const std::vector<std::size_t>& unknown,
                std::span<Action> actions) const {
        detail::cell_index asked;
        std::vector<box<dimension>> boxes;
        for (const std::size_t k : unknown) {
            if (asked.insert(cells[k]).index() == boxes.size()) {
                boxes.push_back(decisions_.cell_box(static_cast<decltype(decisions_.size())>(cells[k])));
            }
        }
        std::vector<Action> answers(boxes.size());
        pilot_.act(std::span<const box<dimension>>{boxes}, std::span<Action>{answers});
        for (const std::size_t k : unknown) {
            actions[k] = answers[asked.find(cells[k])];
        }
        const lock guard{memory_.busy};
        memory_.actions.reserve(memory_.actions.size() + answers.size());
        for (std::size_t k = 0; k < answers.size(); ++k) {
            if (memory_.index.insert(asked.cells()[k]).index() == memory_.actions.size()) {
                memory_.actions.push_back(answers[k]);
            }
        }
    }

    P decisions_;
    C pilot_;
    mutable memory memory_;
};

} // namespace opara::inline OPARA_ABI::abstraction
