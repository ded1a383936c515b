/// @file
/// Controllers that are one network a mode of the system.
#pragma once

#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/mode_switch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// One network a mode: the last coordinate of the state is the mode, its network sees the other ones, and the number of
/// its largest output (the first of equal ones) is the next mode. So are the collision avoidance systems of ACAS made:
/// the mode is the last advisory.
///
/// A network takes the normalised bounds of the cell, `[l1..ln, u1..un]` with n = N - 1, or only n numbers: then it
/// sees the cell's middle. In both cases the controller that is verified is this program, whose decision is the same
/// in all of a cell; one that sees exact states is another.
/// @tparam N  dimensions of the state, the mode among them; at least 2
template <std::size_t N>
    requires(N > 1)
class mode_networks {
public:
    static constexpr std::size_t seen = N - 1; ///< the coordinates that the networks see

    /// What a network gets of a coordinate x: (x - offset) / range.
    struct normalisation {
        std::array<double, seen> offset{};                ///< subtracted from each coordinate
        std::array<double, seen> range = filled_with_1(); ///< and then divided by

    private:
        [[nodiscard]] static constexpr std::array<double, seen> filled_with_1() noexcept {
            std::array<double, seen> ones{};
            ones.fill(1);
            return ones;
        }
    };

    /// @param networks  that of mode 0, 1, ...
    /// @throws controller_error  there is none, or one does not take n or 2 n numbers, or does not give one number a
    ///         mode
    explicit mode_networks(std::vector<network> networks, normalisation scaling = {})
        : networks_{std::move(networks)}, scaling_{scaling} {
        if (networks_.empty()) {
            throw controller_error{"a controller with a network a mode has no network"};
        }
        for (std::size_t m = 0; m < networks_.size(); ++m) {
            const network& net = networks_[m];
            const std::string name = "the controller's network of mode " + std::to_string(m);
            if (net.inputs() != seen && net.inputs() != 2 * seen) {
                throw controller_error{name + " must take " + std::to_string(2 * seen) + " numbers (or " +
                                       std::to_string(seen) + ", of a cell's middle), and takes " +
                                       std::to_string(net.inputs())};
            }
            if (net.outputs() != networks_.size()) {
                throw controller_error{name + " must give a number for each of " + std::to_string(networks_.size()) +
                                       " modes, and gives " + std::to_string(net.outputs())};
            }
        }
    }

    /// The next modes in these cells. @pre boxes.size() == actions.size()
    /// @throws controller_error  a cell holds several modes or none, or an output is no number
    void act(std::span<const box<N>> boxes, std::span<mode_switch> actions) const {
        OPARA_ASSERT(boxes.size() == actions.size());
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            actions[k].from = mode_of(boxes[k][seen]);
        }
        std::vector<double> in;
        std::vector<double> out;
        for (std::size_t m = 0; m < networks_.size(); ++m) { // a batch for each network
            const network& net = networks_[m];
            in.clear();
            for (std::size_t k = 0; k < boxes.size(); ++k) {
                if (actions[k].from == m) {
                    show(boxes[k], net.inputs() == seen, in);
                }
            }
            out.resize(in.size() / net.inputs() * net.outputs());
            net.evaluate(in, out);
            auto first = out.cbegin();
            for (mode_switch& a : actions) {
                if (a.from == m) {
                    const auto last = first + static_cast<std::ptrdiff_t>(net.outputs());
                    if (!std::all_of(first, last, [](double x) { return std::isfinite(x); })) {
                        throw controller_error{"the controller's network of mode " + std::to_string(m) +
                                               " overflows on a cell"};
                    }
                    a.to = static_cast<std::size_t>(std::max_element(first, last) - first);
                    first = last;
                }
            }
        }
    }

    [[nodiscard]] const std::vector<network>& networks() const noexcept { return networks_; } ///< mode 0, 1, ...

private:
    [[nodiscard]] std::size_t mode_of(const interval& side) const {
        const double mode = std::round(side.middle());
        if (!(mode >= 0 && mode < static_cast<double>(networks_.size())) || side.lower() < mode - 0.5 ||
            side.upper() > mode + 0.5) {
            throw controller_error{"no network for cells from " + detail::number_text(side.lower()) + " to " +
                                   detail::number_text(side.upper()) +
                                   " in the dimension of modes: mode m is the cell [m - 0.5, m + 0.5]"};
        }
        return static_cast<std::size_t>(mode);
    }
    void show(const box<N>& b, bool middle, std::vector<double>& in) const {
        const auto normal = [&](double x, std::size_t i) { return (x - scaling_.offset[i]) / scaling_.range[i]; };
        for (std::size_t i = 0; i < seen; ++i) {
            in.push_back(normal(middle ? b[i].middle() : b[i].lower(), i));
        }
        for (std::size_t i = 0; i < seen && !middle; ++i) {
            in.push_back(normal(b[i].upper(), i));
        }
    }

    std::vector<network> networks_;
    normalisation scaling_;
};

static_assert(controller<mode_networks<2>, 2, mode_switch>);

} // namespace opara::inline OPARA_ABI::abstraction
