/// @file
/// Piecewise linear controllers: an affine law on each cell.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/dynamics.hpp>
#include <opara/core/number_text.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

namespace opara::inline OPARA_ABI::abstraction {

/// M controls that depend on the state of N coordinates: u = constant + gain x.
template <std::size_t N, std::size_t M = 1>
struct affine_law {
    std::array<double, M> constant{};            ///< the controls at x = 0
    std::array<std::array<double, N>, M> gain{}; ///< a row of N numbers a control

    /// The controls in a state. O(M N).
    template <class T>
    [[nodiscard]] constexpr std::array<T, M> operator()(const std::array<T, N>& x) const {
        std::array<T, M> u;
        for (std::size_t i = 0; i < M; ++i) {
            u[i] = static_cast<T>(constant[i]);
            for (std::size_t j = 0; j < N; ++j) {
                u[i] = u[i] + static_cast<T>(gain[i][j]) * x[j];
            }
        }
        return u;
    }

    friend bool operator==(const affine_law&, const affine_law&) = default;
    /// For messages.
    [[nodiscard]] friend std::string to_string(const affine_law& law) {
        std::string text = "the law " + detail::tuple_text(law.constant) + " + (";
        for (std::size_t i = 0; i < M; ++i) {
            text += (i == 0 ? "" : ", ") + detail::tuple_text(law.gain[i]);
        }
        return text + ") x";
    }
};

namespace detail {
template <class Action>
inline constexpr std::size_t control_count = 1;
template <std::size_t M>
inline constexpr std::size_t control_count<std::array<double, M>> = M;

// What takes the place of an action where controls are numbers of type T.
template <class System, class T>
using controls_of = std::conditional_t<std::is_same_v<typename System::action, double>, T,
                                       std::array<T, control_count<typename System::action>>>;
} // namespace detail

/// A system whose controls may depend on its state: they are a double or an array of them, and `f(x, u)` also takes
/// them as numbers of the type of the state's. Not one that takes some numbers only, as those of its actions
/// (`accepts`): a law gives others.
template <class F>
concept state_controlled = !requires(const typename F::action& u) {
    F::accepts(u);
} && requires(const F& f, const std::array<interval, F::dimension>& x, const detail::controls_of<F, interval>& u) {
    { f(x, u) } -> std::same_as<std::array<interval, F::dimension>>;
};

/// A system whose action is an affine law: the controls follow the state within the cell, and only the law is the same
/// in all of it. Model of `step_function`, so posts are as tight as the form makes them: `form::monotone` sees the
/// derivatives of the closed loop. Source of the idea: Jin et al., NeurIPS 2023, who let a network that sees a cell
/// give the coefficients of its law.
///
/// @code
/// const enclosure<piecewise_linear<systems::b1>> loop;
/// const box_network<2, head::affine<2>> pilot{net, {4}}; // c0, c1, c2: u = 4 (c0 + c1 x1 + c2 x2)
/// const cell_system s = build(grid, loop, pilot, initial);
/// @endcode
template <state_controlled System>
struct piecewise_linear {
    static constexpr std::size_t dimension = System::dimension;                             ///< of the state space
    static constexpr std::size_t controls = detail::control_count<typename System::action>; ///< of the system
    using action = affine_law<dimension, controls>; ///< what the controller gives

    System system{}; ///< what is controlled

    /// Whether this is a law: all its coefficients are finite numbers.
    [[nodiscard]] static constexpr bool accepts(const action& law) noexcept {
        const auto are_numbers = [](const auto& row) {
            return std::all_of(row.begin(), row.end(),
                               [](double c) { return c >= -detail::largest && c <= detail::largest; });
        };
        return are_numbers(law.constant) && std::all_of(law.gain.begin(), law.gain.end(), are_numbers);
    }

    /// The next state.
    template <class T>
    [[nodiscard]] constexpr std::array<T, dimension> operator()(const std::array<T, dimension>& x,
                                                                const action& law) const {
        const std::array<T, controls> u = law(x);
        if constexpr (std::is_same_v<typename System::action, double>) {
            return system(x, u[0]);
        } else {
            return system(x, u);
        }
    }
};

namespace head {

/// The coefficients of an affine law: for each of M controls, one after another, c0, c1, ..., cN, so that
/// u = `scale` (c0 + c1 x1 + ... + cN xN) + `offset`.
template <std::size_t N, std::size_t M = 1>
struct affine {
    double scale = 1;  ///< of all coefficients
    double offset = 0; ///< added to each control

    /// How many outputs the network must have, or 0 for any number.
    static constexpr std::size_t outputs = M * (N + 1);
    /// The law.
    [[nodiscard]] constexpr affine_law<N, M> operator()(std::span<const double> output) const noexcept {
        affine_law<N, M> law;
        for (std::size_t i = 0; i < M; ++i) {
            const std::span<const double> row = output.subspan(i * (N + 1), N + 1);
            law.constant[i] = scale * row[0] + offset;
            for (std::size_t j = 0; j < N; ++j) {
                law.gain[i][j] = scale * row[j + 1];
            }
        }
        return law;
    }
    friend bool operator==(const affine&, const affine&) = default;
};

} // namespace head

} // namespace opara::inline OPARA_ABI::abstraction
