/// @file
/// What all kinds of verification begin with.
#pragma once

#include <examples/opara_run/progress.hpp>
#include <examples/opara_verify/arguments.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <examples/opara_verify/report.hpp>
#include <opara/abstraction.hpp>
#include <opara/abstraction/json.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace opara::examples::verify {

/// Measures time from its birth on.
class stopwatch {
public:
    /// Since then.
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The grid of a controller, with other widths if there are any: one for all dimensions, or one each.
/// @throws error  the numbers of dimensions differ
template <std::size_t N>
abstraction::uniform_grid<N> make_grid(const abstraction::trained_controller& c, std::vector<double> widths) {
    if (c.lower.size() != N) {
        throw error{"the system has " + std::to_string(N) + " dimensions, the controller's grid " +
                    std::to_string(c.lower.size())};
    }
    if (widths.empty()) {
        widths = c.widths;
    } else if (widths.size() == 1) {
        widths.resize(N, widths.front());
    } else if (widths.size() != N) {
        throw usage_error{"--grid takes 1 or " + std::to_string(N) + " widths for this system"};
    }
    abstraction::point<N> lower;
    abstraction::point<N> upper;
    abstraction::point<N> each;
    for (std::size_t i = 0; i < N; ++i) {
        lower[i] = c.lower[i];
        upper[i] = c.upper[i];
        each[i] = widths[i];
    }
    return abstraction::uniform_grid<N>::by_width(box_of<N>(lower, upper), each);
}

/// The text of a property that was asked for by its name or as what it is; nothing asked for: the problem's first.
template <class System>
std::string text_of_property(const benchmark<System>& problem, const std::string& asked) {
    for (const auto& [name, text] : problem.properties) {
        if (asked.empty() || asked == name) {
            return text;
        }
    }
    return asked;
}

/// A property over the problem's labels.
/// @throws parse_error,abstraction::label_error  it is no formula over the system's labels
template <class System>
abstraction::formula parse_property(const benchmark<System>& problem, const std::string& text) {
    std::vector<abstraction::labelling> labels{{"outside", {}}, {"unexplored", {}}};
    for (const auto& label : problem.labels) {
        labels.push_back({label.name, {}});
    }
    return abstraction::parse_formula(text, labels);
}

/// The same problem from elsewhere, where something was asked for. @throws usage_error  it has other dimensions
template <class System>
void start_from(benchmark<System>& problem, const std::vector<interval>& initial) {
    constexpr std::size_t n = System::dimension;
    if (!initial.empty() && initial.size() != n) {
        throw usage_error{"--initial takes " + std::to_string(n) + " intervals for this system, not " +
                          std::to_string(initial.size())};
    }
    for (std::size_t i = 0; i < initial.size(); ++i) {
        problem.initial[i] = initial[i];
    }
}

/// What a report begins with, and the property in it.
/// @throws parse_error,abstraction::label_error  the property is no formula over the system's labels
template <class System>
abstraction::formula begin(report& r, const benchmark<System>& problem, const abstraction::trained_controller& c,
                           const arguments& a) {
    r.system = a.system;
    r.controller = c.name;
    r.property = text_of_property(problem, a.property);
    r.trained_widths = c.widths;
    r.decision_widths = a.widths.empty() ? c.widths : a.widths;
    r.decision_widths.resize(System::dimension, r.decision_widths.front());
    r.finer = a.finer;
    for (const interval& side : problem.initial.sides) {
        r.initial.lower.push_back(side.lower());
        r.initial.upper.push_back(side.upper());
    }
    return parse_property(problem, r.property);
}

/// Says how far an exploration has come.
inline auto teller(run::progress& doing) {
    return [&doing](const abstraction::build_progress& p) {
        doing.detail(std::to_string(p.reached) + " states, " + std::to_string(p.reached - p.explored) + " to explore");
    };
}

} // namespace opara::examples::verify
