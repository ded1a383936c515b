/// @file
/// The smallest systems, on a line of ten cells: what the tests of builders, proofs and replays share.
#pragma once

#include <opara/abstraction/box.hpp>
#include <opara/abstraction/controller.hpp>
#include <opara/abstraction/uniform_grid.hpp>

#include <array>
#include <cstddef>

namespace opara::abstraction::test {

/// x' = x + u, one dimension.
struct walking {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {x[0] + static_cast<T>(u)};
    }
};

/// x' = a x + u, one dimension.
struct scaling {
    static constexpr std::size_t dimension = 1;
    using action = double;
    double a = 1;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {static_cast<T>(a) * x[0] + static_cast<T>(u)};
    }
};

/// A controller that always does the same.
[[nodiscard]] inline auto always(double u) {
    return each_cell{[u](const box<1>&) { return u; }};
}

/// The cells [0, 1), [1, 2), ..., [9, 10].
inline const uniform_grid<1> line{box_of<1>({0.0}, {10.0}), {10}};

} // namespace opara::abstraction::test
