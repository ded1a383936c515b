/// @file
/// A controller that acts and learns nothing: to judge what was written, and not what was trained.
#pragma once

#include <opara/abstraction/draw.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/abstraction/stochastic.hpp>
#include <opara/core/random.hpp>
#include <opara/learning/action.hpp>
#include <opara/learning/agent.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// Acts as a verifier takes the controller to: in double arithmetic, and of several actions the likeliest, or one that
/// is drawn by lot. Model of `learning::agent`.
class network_agent {
public:
    /// @param seed  of the lots; equal seeds draw equally
    /// @throws error  the head is one of affine laws, which see the state
    explicit network_agent(abstraction::trained_controller c, std::uint64_t seed = 1)
        : c_{std::move(c)}, random_{seed} {
        if (c_.head == abstraction::head_kind::affine) {
            throw error{"a controller that gives affine laws cannot act on observations of cells"};
        }
    }

    /// The actions for rows of observations.
    void act(std::span<const double> observations, std::span<double> actions) {
        const std::size_t width = c_.net.outputs();
        out_.resize(observations.size() / c_.net.inputs() * width);
        c_.net.evaluate(observations, out_);
        if (c_.head == abstraction::head_kind::scaled) {
            std::transform(out_.begin(), out_.end(), actions.begin(),
                           [this](double y) { return c_.scale * y + c_.offset; });
            return;
        }
        for (std::size_t k = 0; k < actions.size(); ++k) {
            const auto row = std::span<const double>{out_}.subspan(k * width, width);
            const std::size_t chosen =
                c_.head == abstraction::head_kind::softmax
                    ? abstraction::draw(abstraction::softmax(row), random_)
                    : static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
            actions[k] = c_.actions.empty() ? static_cast<double>(chosen) : c_.actions[chosen];
        }
    }
    /// The same.
    void explore(std::span<const double> observations, std::span<double> actions) { act(observations, actions); }
    /// Does nothing.
    void learn(const learning::transitions&) noexcept {}

private:
    abstraction::trained_controller c_;
    random_source random_;
    std::vector<double> out_;
};

static_assert(learning::agent<network_agent>);

} // namespace opara::examples::drl
