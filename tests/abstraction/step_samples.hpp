/// @file
/// Random steps of a system against the post of boxes around them: what the tests of step functions share.
#pragma once

#include <opara/abstraction/dynamics.hpp>
#include <opara/abstraction/forms.hpp>
#include <opara/abstraction/mode_switch.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <cstddef>
#include <utility>

namespace opara::abstraction::test {

using testing::random_source;

/// Widths from points over cells to boxes as wide as the domain.
template <std::size_t N>
box<N> random_box(const box<N>& domain, random_source& random) {
    box<N> b;
    const double scale = std::array{0.0, 1e-3, 1e-2, 0.3}[random.below(4)];
    for (std::size_t i = 0; i < N; ++i) {
        const double low = point_of(domain[i], random);
        const double high = low + scale * random.unit() * (domain[i].upper() - domain[i].lower());
        b[i] = interval{low, std::max(low, std::min(high, domain[i].upper()))};
    }
    return b;
}

/// Random actions out of an interval.
struct some_control {
    interval range;
    double operator()(random_source& random) const { return point_of(range, random); }
};
/// Random numbers of actions.
struct some_choice {
    std::size_t choices;
    double operator()(random_source& random) const { return static_cast<double>(random.below(choices)); }
};
/// Random vectors of actions.
template <std::size_t M>
struct some_controls {
    interval range;
    std::array<double, M> operator()(random_source& random) const {
        std::array<double, M> u;
        for (double& x : u) {
            x = point_of(range, random);
        }
        return u;
    }
};
/// Random advisories, the same one again as often as another one.
struct some_advice {
    mode_switch operator()(random_source& random) const {
        const std::size_t from = random.below(9);
        return {from, random.chance(0.5) ? from : random.below(9)};
    }
};

/// A system whose disturbance, if it has one, is somewhere in its range.
template <class System>
System disturbed(System system, random_source& random) {
    if constexpr (requires { system.share; }) {
        system.share = point_of(interval{-1.0, 1.0}, random);
    } else if constexpr (requires { system.ode.share; }) {
        system.ode.share = point_of(interval{-1.0, 1.0}, random);
    }
    return system;
}

/// How many random steps, computed in double and in 64 bits of precision, leave the post of a box around the state. The
/// former may do so by `rounding`, of numbers up to 1 or of their own size: a form that speaks of real numbers does not
/// bound what double arithmetic makes of them.
template <class Post, class System, class Actions>
int escapes(const Post& post, const System& undisturbed, const box<System::dimension>& domain, const Actions& actions,
            std::size_t count, double rounding = 0) {
    constexpr std::size_t n = System::dimension;
    constexpr std::size_t points = 4; // of a box: a post costs more than a step
    random_source random{17};
    int lost = 0;
    for (std::size_t k = 0; k < count; k += points) {
        const box<n> b = random_box(domain, random);
        const auto u = actions(random);
        const auto image = post(b, u);
        for (std::size_t m = 0; m < points; ++m) {
            const point<n> x = point_of(b, random);
            const System system = disturbed(undisturbed, random);
            const point<n> y = system(x, u);
            std::array<long double, n> precise;
            for (std::size_t i = 0; i < n; ++i) {
                precise[i] = x[i];
            }
            precise = system(precise, u);
            bool inside = true;
            for (std::size_t i = 0; i < n; ++i) {
                const double off = rounding * std::max(1.0, std::abs(y[i]));
                inside = inside && image[i].lower() <= y[i] + off && y[i] - off <= image[i].upper();
                // Its own rounding error may carry it over a bound that is exact.
                const long double slack = 8 * LDBL_EPSILON * std::max(1.0L, std::abs(precise[i]));
                inside = inside && image[i].lower() <= precise[i] + slack && precise[i] - slack <= image[i].upper();
            }
            lost += inside ? 0 : 1;
        }
    }
    return lost;
}

namespace detail {
template <class Indices>
struct halved_form;
template <std::size_t... I>
struct halved_form<std::index_sequence<I...>> {
    using type = form::subdivided<form::natural, (I < 3 ? 2 : 1)...>;
};
} // namespace detail
/// Up to three sides in halves.
template <std::size_t N>
using halved = typename detail::halved_form<std::make_index_sequence<N>>::type;

template <class System, class Actions>
void check_system(const System& system, const box<System::dimension>& domain, const Actions& actions) {
    using action = typename System::action;
    const std::size_t count = samples();
    const enclosure<System, form::natural> natural{system};
    const enclosure<System> monotone{system};
    CHECK(escapes([&](const auto& b, const action& u) { return natural.post(b, u); }, system, domain, actions, count) ==
          0);
    CHECK(escapes([&](const auto& b, const action& u) { return monotone.post(b, u); }, system, domain, actions,
                  count) == 0);
    const enclosure<System, form::mean_value> mean_value{system};
    CHECK(escapes([&](const auto& b, const action& u) { return mean_value.post(b, u); }, system, domain, actions,
                  count / 4, 4 * DBL_EPSILON) == 0);
    const enclosure<System, halved<System::dimension>> in_pieces{system};
    CHECK(escapes([&](const auto& b, const action& u) { return in_pieces.post(b, u); }, system, domain, actions,
                  count / 16) == 0);
    // The mutation without outward rounding must show.
    if constexpr (LDBL_MANT_DIG > DBL_MANT_DIG) {
        const auto unrounded = [&](const box<System::dimension>& b, const action& u) {
            std::array<basic_interval<nearest>, System::dimension> x;
            for (std::size_t i = 0; i < System::dimension; ++i) {
                x[i] = {b[i].lower(), b[i].upper()};
            }
            return system(x, u);
        };
        CHECK(escapes(unrounded, system, domain, actions, 2'000) > 0);
    }
    // No form is wider than the natural one.
    random_source random{23};
    for (int k = 0; k < 2'000; ++k) {
        const auto b = random_box(domain, random);
        const action u = actions(random);
        REQUIRE(natural.post(b, u).contains(monotone.post(b, u)));
        REQUIRE(natural.post(b, u).contains(mean_value.post(b, u)));
        REQUIRE(natural.post(b, u).contains(in_pieces.post(b, u)));
    }
}

template <std::size_t N>
box<N> cube(double half_width) {
    box<N> b;
    b.sides.fill(interval{-half_width, half_width});
    return b;
}

} // namespace opara::abstraction::test
