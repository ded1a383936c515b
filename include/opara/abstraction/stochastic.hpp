/// @file
/// Stochastic policies: controllers that draw their action by lot.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/functions.hpp>
#include <opara/abstraction/network.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// An action and how likely the controller takes it.
template <class Action>
struct weighted_action {
    Action action{};      ///< what it does
    interval probability; ///< how likely that is

    friend bool operator==(const weighted_action&, const weighted_action&) = default;
};

/// The actions that a controller may take in a cell. Their probabilities admit a distribution.
template <class Action>
using lottery = std::vector<weighted_action<Action>>;

/// Something that decides on a lottery for each of a batch of cells: `c.weigh(boxes, lotteries)`. It must be safe to
/// call from several threads, and the lottery of a cell must depend on nothing but the cell's box.
template <class C, std::size_t N, class Action>
concept stochastic_controller = requires(const C& c, std::span<const box<N>> cells, std::span<lottery<Action>> lots) {
    { c.weigh(cells, lots) };
};

/// A callable on boxes as a stochastic controller: `f(box)` is a `lottery`.
template <class F>
class each_cell_by_lot {
public:
    /// Calls f for each box.
    explicit each_cell_by_lot(F f) : f_{std::move(f)} {}

    /// The lotteries of these cells. @pre boxes.size() == lots.size()
    template <std::size_t N, class Action>
        requires std::is_invocable_r_v<lottery<Action>, const F&, const box<N>&>
    void weigh(std::span<const box<N>> boxes, std::span<lottery<Action>> lots) const {
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            lots[k] = f_(boxes[k]);
        }
    }

private:
    F f_;
};

/// The softmax of some numbers: each is e^x over the sum of all e^x. Encloses the real numbers that they are, but for
/// the assumption on the library's `exp` (`outward::library_error`).
/// @pre none is NaN or infinite
/// Complexity: O(numbers).
[[nodiscard]] inline std::vector<interval> softmax(std::span<const double> x) {
    std::vector<interval> p;
    if (x.empty()) {
        return p;
    }
    const interval most{*std::max_element(x.begin(), x.end())};
    interval sum{0.0};
    for (const double number : x) {
        p.push_back(exp(interval{number} - most));
        sum += p.back();
    }
    for (interval& probability : p) {
        const interval part = probability / sum;
        probability = interval::unchecked(std::clamp(part.lower(), 0.0, 1.0), std::clamp(part.upper(), 0.0, 1.0));
    }
    return p;
}

/// A network that sees a cell as `box_network` does and gives each of finitely many actions a number, the softmax of
/// which are their probabilities: policies of policy-gradient methods. Actions are the numbers of the outputs, or
/// controls, one for each output.
template <std::size_t N>
class softmax_network {
public:
    /// @param actions  what the outputs stand for; none: their numbers
    /// @throws controller_error  the network does not take 2 N numbers, or has more or fewer outputs than there are
    ///         actions
    explicit softmax_network(network net, std::vector<double> actions = {})
        : net_{std::move(net)}, actions_{std::move(actions)} {
        if (!actions_.empty() && actions_.size() != net_.outputs()) {
            throw controller_error{"a policy that draws one of " + std::to_string(actions_.size()) +
                                   " actions must give as many numbers, this one gives " +
                                   std::to_string(net_.outputs())};
        }
        if (net_.inputs() != 2 * N) {
            throw controller_error{"a controller for " + std::to_string(N) + " dimensions must take " +
                                   std::to_string(2 * N) + " numbers, this one takes " + std::to_string(net_.inputs())};
        }
    }

    /// The lotteries of these cells. @pre boxes.size() == lots.size()
    /// @throws controller_error  an output is no number
    void weigh(std::span<const box<N>> boxes, std::span<lottery<double>> lots) const {
        OPARA_ASSERT(boxes.size() == lots.size());
        const std::vector<double> out = detail::evaluate_on_boxes(net_, boxes);
        const std::size_t width = net_.outputs();
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            const std::vector<interval> p = softmax(std::span<const double>{out}.subspan(k * width, width));
            lots[k].clear();
            for (std::size_t i = 0; i < width; ++i) {
                lots[k].push_back({actions_.empty() ? static_cast<double>(i) : actions_[i], p[i]});
            }
        }
    }

    [[nodiscard]] const network& net() const noexcept { return net_; } ///< the network

private:
    network net_;
    std::vector<double> actions_;
};

static_assert(stochastic_controller<softmax_network<2>, 2, double>);

} // namespace opara::inline OPARA_ABI::abstraction
