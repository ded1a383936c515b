/// @file
/// A stochastic policy of coarse cells on finer ones.
#pragma once

#include <opara/abstraction/coarse_controller.hpp>
#include <opara/abstraction/stochastic.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

/// A stochastic controller that was trained on the cells of one partition, on the cells of a finer one: the lottery of
/// a cell is that of the *decision* cell that contains it. So the policy is the same function of the state, and what is
/// proved on the finer cells is proved of the policy that was trained. Model of `stochastic_controller`.
/// @tparam P  the partition of the decisions
/// @tparam C  the stochastic controller that was trained on it
///
/// @code
/// coarse_lottery pilot{uniform_grid<2>::by_width(domain, {0.1, 0.1}), softmax_network<2>{net}};
/// auto s = build_process(uniform_grid<2>::by_width(domain, {0.025, 0.025}), dynamics, pilot, initial);
/// @endcode
template <partition P, stochastic_controller<P::dimension, double> C>
class coarse_lottery {
public:
    static constexpr std::size_t dimension = P::dimension; ///< of the state space

    /// From the cells on which lotteries are constant, and what holds them there.
    coarse_lottery(P decisions, C pilot) : coarse_{std::move(decisions), each_asked{std::move(pilot)}} {}

    /// The lotteries of these cells. Safe to call from several threads.
    /// @pre boxes.size() == lots.size()
    /// @throws domain_error  a cell lies in no decision cell; carries the dimension in which it reaches out of one
    /// @throws controller_error  from the trained controller
    /// Complexity: O(boxes * actions) and what the trained controller takes for decision cells that are new.
    void weigh(std::span<const box<dimension>> boxes, std::span<lottery<double>> lots) const {
        coarse_.act(boxes, lots);
    }

    [[nodiscard]] const P& decisions() const noexcept { return coarse_.decisions(); } ///< the cells of the decisions

private:
    // To the coarse controller a whole lottery is what is decided on.
    struct each_asked {
        using action = lottery<double>;
        void act(std::span<const box<dimension>> boxes, std::span<action> lots) const { pilot.weigh(boxes, lots); }
        C pilot;
    };

    coarse_controller<P, each_asked> coarse_;
};

} // namespace opara::inline OPARA_ABI::abstraction
