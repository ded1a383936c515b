/// @file
/// Controllers: one action for each cell.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/network.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// Something that decides on an action for each of a batch of cells: `c.act(boxes, actions)`. It must be safe to call
/// from several threads, and the action for a cell must depend on nothing but the cell's box.
template <class C, std::size_t N, class Action>
concept controller =
    requires(const C& c, std::span<const box<N>> cells, std::span<Action> actions) { c.act(cells, actions); };

/// A callable on boxes as a controller: `each_cell{[](const box<2>& b) { return -b[0].middle(); }}`.
template <class F>
class each_cell {
public:
    /// Calls f for each box.
    explicit each_cell(F f) : f_{std::move(f)} {}

    /// The actions for these cells. @pre boxes.size() == actions.size()
    template <std::size_t N, class Action>
        requires std::is_invocable_r_v<Action, const F&, const box<N>&>
    void act(std::span<const box<N>> boxes, std::span<Action> actions) const {
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            actions[k] = f_(boxes[k]);
        }
    }

    [[nodiscard]] const F& function() const noexcept { return f_; } ///< the callable

private:
    F f_;
};

/// How a network's outputs become an action.
namespace head {

/// `scale` times the only output, and `offset` more, for networks that end in tanh or nothing.
struct scaled {
    double scale = 1;  ///< the control per unit of output
    double offset = 0; ///< the control where the output is 0

    /// How many outputs the network must have, or 0 for any number.
    static constexpr std::size_t outputs = 1;
    /// The action.
    [[nodiscard]] constexpr double operator()(std::span<const double> output) const noexcept {
        return scale * output[0] + offset;
    }
    friend bool operator==(const scaled&, const scaled&) = default;
};

/// The same for each of several outputs: systems with M controls.
template <std::size_t M>
struct scaled_each {
    double scale = 1;  ///< the control per unit of output
    double offset = 0; ///< the control where the output is 0

    /// How many outputs the network must have, or 0 for any number.
    static constexpr std::size_t outputs = M;
    /// The action.
    [[nodiscard]] constexpr std::array<double, M> operator()(std::span<const double> output) const noexcept {
        std::array<double, M> u;
        for (std::size_t i = 0; i < M; ++i) {
            u[i] = scale * output[i] + offset;
        }
        return u;
    }
    friend bool operator==(const scaled_each&, const scaled_each&) = default;
};

/// The number of the largest output, the first of equal ones: networks that value each of finitely many actions.
struct argmax {
    /// How many outputs the network must have, or 0 for any number.
    static constexpr std::size_t outputs = 0;
    /// The action.
    [[nodiscard]] constexpr double operator()(std::span<const double> output) const noexcept {
        return static_cast<double>(std::max_element(output.begin(), output.end()) - output.begin());
    }
    friend bool operator==(const argmax&, const argmax&) = default;
};

} // namespace head

namespace detail {
// A network's outputs for cells that it sees as `[l1..ln, u1..un]`.
// @throws controller_error  an output is no number
template <std::size_t N>
[[nodiscard]] std::vector<double> evaluate_on_boxes(const network& net, std::span<const box<N>> boxes) {
    std::vector<double> in;
    in.reserve(boxes.size() * 2 * N);
    for (const box<N>& b : boxes) {
        for (const interval& side : b.sides) {
            in.push_back(side.lower());
        }
        for (const interval& side : b.sides) {
            in.push_back(side.upper());
        }
    }
    std::vector<double> out(boxes.size() * net.outputs());
    net.evaluate(in, out);
    if (!std::all_of(out.begin(), out.end(), [](double x) { return std::isfinite(x); })) {
        throw controller_error{"the controller's network overflows on a cell"};
    }
    return out;
}
} // namespace detail

/// A network that sees a cell as the vector of its bounds, `[l1..ln, u1..un]`, as it was trained (Jin et al., "Learning
/// on Abstract Domains", arXiv 2106.06931). The action is what double arithmetic computes: the controller under
/// verification is this program, and no real-valued idealisation of it.
template <std::size_t N, class Head = head::scaled>
class box_network {
public:
    /// What the head makes of the outputs.
    using action = std::invoke_result_t<const Head&, std::span<const double>>;

    /// @throws controller_error  the network does not take 2 N numbers, or gives others than the head takes
    explicit box_network(network net, Head head = {}) : net_{std::move(net)}, head_{std::move(head)} {
        if (net_.inputs() != 2 * N) {
            throw controller_error{"a controller for " + std::to_string(N) + " dimensions must take " +
                                   std::to_string(2 * N) + " numbers, this one takes " + std::to_string(net_.inputs())};
        }
        if (Head::outputs != 0 && net_.outputs() != Head::outputs) {
            throw controller_error{"the controller's network must give " + std::to_string(Head::outputs) +
                                   " numbers, and gives " + std::to_string(net_.outputs())};
        }
    }

    /// The actions for these cells. @pre boxes.size() == actions.size()
    /// @throws controller_error  an output is no number
    void act(std::span<const box<N>> boxes, std::span<action> actions) const {
        OPARA_ASSERT(boxes.size() == actions.size());
        const std::vector<double> out = detail::evaluate_on_boxes(net_, boxes);
        const std::size_t width = net_.outputs();
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            actions[k] = head_(std::span<const double>{out}.subspan(k * width, width));
        }
    }

    [[nodiscard]] const network& net() const noexcept { return net_; }     ///< the network
    [[nodiscard]] const Head& action_of() const noexcept { return head_; } ///< what makes an action of its outputs

private:
    network net_;
    Head head_;
};

static_assert(controller<box_network<2>, 2, double>);

} // namespace opara::inline OPARA_ABI::abstraction
