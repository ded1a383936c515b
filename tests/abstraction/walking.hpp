/// @file
/// The smallest system, on a line of ten cells: what the tests of both builders share.
#pragma once

#include <opara/abstraction/box.hpp>
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

/// The cells [0, 1), [1, 2), ..., [9, 10].
inline const uniform_grid<1> line{box_of<1>({0.0}, {10.0}), {10}};

} // namespace opara::abstraction::test
