/// @file
/// Environments of any kind as one type, so that what is done with them is compiled once and not once a kind.
#pragma once

#include <opara/learning/environment.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// A copy of some environment with such actions, behind one call through a table for each step. Model of
/// `learning::environment`.
template <learning::action_space Actions>
class any_environment {
public:
    /// Holds this one.
    template <learning::environment Env>
        requires std::same_as<learning::actions_of<Env>, Actions> && (!std::same_as<Env, any_environment>)
    explicit any_environment(Env env) : held_{std::make_unique<model<Env>>(std::move(env))} {}
    any_environment(const any_environment& other) : held_{other.held_->clone()} {}
    any_environment(any_environment&&) noexcept = default;
    any_environment& operator=(any_environment other) noexcept {
        held_ = std::move(other.held_);
        return *this;
    }
    ~any_environment() = default;

    /// Begins an episode; the observation is valid until the next step.
    std::span<const double> reset(std::uint64_t seed) { return held_->reset(seed); }
    /// Takes a step; the observation is valid until the next one.
    learning::step_result<std::span<const double>> step(std::span<const double> action) { return held_->step(action); }
    [[nodiscard]] std::size_t observations() const { return held_->observations(); } ///< numbers in an observation
    [[nodiscard]] Actions actions() const { return held_->actions(); }               ///< what can be done

private:
    struct base {
        base() = default;
        base(const base&) = default;
        base& operator=(const base&) = default;
        virtual ~base() = default;
        [[nodiscard]] virtual std::unique_ptr<base> clone() const = 0;
        virtual std::span<const double> reset(std::uint64_t seed) = 0;
        virtual learning::step_result<std::span<const double>> step(std::span<const double> action) = 0;
        [[nodiscard]] virtual std::size_t observations() const = 0;
        [[nodiscard]] virtual Actions actions() const = 0;
    };
    template <class Env>
    struct model final : base {
        explicit model(Env env) : env_{std::move(env)} {}
        [[nodiscard]] std::unique_ptr<base> clone() const override { return std::make_unique<model>(*this); }
        std::span<const double> reset(std::uint64_t seed) override { return kept(env_.reset(seed)); }
        learning::step_result<std::span<const double>> step(std::span<const double> action) override {
            const auto& r = env_.step(action);
            return {kept(r.observation), r.reward, r.terminated, r.truncated};
        }
        [[nodiscard]] std::size_t observations() const override { return env_.observations(); }
        [[nodiscard]] Actions actions() const override { return env_.actions(); }

    private:
        // An environment may give its observation as a value, which would be gone.
        std::span<const double> kept(std::span<const double> observation) {
            seen_.assign(observation.begin(), observation.end());
            return seen_;
        }
        Env env_;
        std::vector<double> seen_;
    };

    std::unique_ptr<base> held_;
};

static_assert(learning::environment<any_environment<learning::discrete_actions>>);
static_assert(learning::environment<any_environment<learning::continuous_actions>>);

} // namespace opara::examples::drl
