/// @file
/// Training on cells: an environment that shows of its state only the cell that holds it.
#pragma once

#include <opara/abstraction/partition.hpp>
#include <opara/learning/environment.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace opara::inline OPARA_ABI::learning {

/// In which units an agent sees the bounds of a cell.
enum class bounds_scale : unsigned char {
    raw,        ///< those of the state, as in the published method
    normalised, ///< -1 and 1 are the bounds of the partition's domain
};

/// An environment as an agent on abstract states sees it: the observation is the vector of bounds `[l1..ln, u1..un]` of
/// the cell that holds the state, and all else stays as it is; the environment itself runs on concrete states (Jin,
/// Tian, Zhi, Wen, Zhang, "Trainify", CAV 2022; arXiv 2106.06931). So whatever is learned is constant on each cell.
///
/// @code
/// abstract_environment seen{cart{}, uniform_grid<4>::by_width(domain, widths)};
/// std::array<double, 8> first = seen.reset(1);
/// @endcode
///
/// Model of `environment`. @tparam Env  its observations are its states: as many numbers as the partition has
/// dimensions
template <environment Env, abstraction::partition Partition>
class abstract_environment {
public:
    static constexpr std::size_t dimension = Partition::dimension; ///< of the state space
    using observation = std::array<double, 2 * dimension>;         ///< lower bounds, then upper ones

    /// Puts a partition between an environment and whoever acts in it.
    /// @throws environment_error  an observation of the environment has more or fewer numbers than the partition has
    ///         dimensions, or bounds are to be normalised over a domain that is unbounded or has no width
    abstract_environment(Env env, Partition cells, bounds_scale scale = bounds_scale::raw)
        : env_{std::move(env)}, cells_{std::move(cells)}, scale_{scale} {
        const auto numbers = static_cast<std::size_t>(std::as_const(env_).observations());
        if (numbers != dimension) {
            throw environment_error{"a partition of " + std::to_string(dimension) +
                                    " dimensions cannot stand before an environment whose observations have " +
                                    std::to_string(numbers) + " numbers"};
        }
        const abstraction::box<dimension> domain = cells_.domain();
        for (std::size_t i = 0; i < dimension && scale_ == bounds_scale::normalised; ++i) {
            const double width = domain[i].upper() - domain[i].lower();
            if (!(std::isfinite(width) && width > 0)) {
                throw environment_error{"bounds cannot be normalised: dimension " + std::to_string(i) +
                                        " of the domain is " + shown(domain[i])};
            }
        }
    }

    /// Begins an episode. @throws environment_error  as `step`
    observation reset(std::uint64_t seed) { return see(env_.reset(seed)); }

    /// Takes one step with the concrete state.
    /// @throws environment_error  the new state has a number that is NaN or infinite or lies outside of the partition's
    ///         domain (says which coordinate, its value and the domain), or the reward is no number
    step_result<observation> step(std::span<const double> action) {
        const auto& inner = env_.step(action);
        const auto reward = static_cast<double>(inner.reward);
        detail::require_reward(reward);
        return {see(inner.observation), reward, static_cast<bool>(inner.terminated),
                static_cast<bool>(inner.truncated)};
    }

    [[nodiscard]] std::size_t observations() const noexcept { return 2 * dimension; } ///< numbers in an observation
    [[nodiscard]] actions_of<Env> actions() const { return env_.actions(); }          ///< those of the environment

    [[nodiscard]] const Env& inner() const noexcept { return env_; }             ///< the concrete environment
    [[nodiscard]] const Partition& partition() const noexcept { return cells_; } ///< the cells
    /// The state that the environment is in. @pre there was a `reset`
    [[nodiscard]] const abstraction::point<dimension>& state() const noexcept { return state_; }
    /// The number of its cell. @pre there was a `reset`
    [[nodiscard]] std::uint64_t cell() const noexcept { return cell_; }

private:
    observation see(std::span<const double> state) {
        if (state.size() != dimension) {
            throw environment_error{"a state has " + std::to_string(state.size()) + " numbers instead of " +
                                    std::to_string(dimension)};
        }
        detail::require_numbers(state, "the state");
        abstraction::point<dimension> x;
        std::copy(state.begin(), state.end(), x.begin());
        const auto cell = static_cast<std::uint64_t>(cells_.locate(x));
        if (cell == static_cast<std::uint64_t>(cells_.outside())) {
            throw outside(x);
        }
        state_ = x;
        cell_ = cell;
        const abstraction::box<dimension> bounds = cells_.cell_box(cell);
        const abstraction::box<dimension> domain = cells_.domain();
        observation seen;
        for (std::size_t i = 0; i < dimension; ++i) {
            const auto in_units = [&](double bound) {
                const double low = domain[i].lower();
                return scale_ == bounds_scale::raw ? bound : 2 * ((bound - low) / (domain[i].upper() - low)) - 1;
            };
            seen[i] = in_units(bounds[i].lower());
            seen[dimension + i] = in_units(bounds[i].upper());
        }
        return seen;
    }
    [[nodiscard]] environment_error outside(const abstraction::point<dimension>& x) const {
        const abstraction::box<dimension> domain = cells_.domain();
        for (std::size_t i = 0; i < dimension; ++i) {
            if (!domain[i].contains(x[i])) {
                return environment_error{"the state leaves the partition: coordinate " + std::to_string(i) + " is " +
                                         detail::number_text(x[i]) + ", its domain " + shown(domain[i])};
            }
        }
        return environment_error{"the partition has no cell for a state inside its domain"};
    }
    [[nodiscard]] static std::string shown(const abstraction::interval& side) {
        return "[" + detail::number_text(side.lower()) + ", " + detail::number_text(side.upper()) + "]";
    }

    Env env_;
    Partition cells_;
    bounds_scale scale_;
    abstraction::point<dimension> state_{};
    std::uint64_t cell_ = 0;
};

} // namespace opara::inline OPARA_ABI::learning
