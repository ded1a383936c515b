#include <examples/drl/environments/any_environment.hpp>
#include <examples/drl/environments/problems.hpp>
#include <examples/drl/foreign/environments.h>
#include <opara/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace drl = opara::examples::drl;
namespace learning = opara::learning;

struct opara_environment {
    std::variant<drl::any_environment<learning::discrete_actions>, drl::any_environment<learning::continuous_actions>>
        held;
    std::vector<double> lower;
    std::vector<double> upper;
    std::vector<double> widths;
    learning::discrete_actions choices{};
    learning::continuous_actions controls{};

    [[nodiscard]] std::size_t numbers_per_action() const { return controls.lower.empty() ? 1 : controls.lower.size(); }
    void require(std::span<const double> action) const {
        controls.lower.empty() ? learning::require_action(choices, action) : learning::require_action(controls, action);
    }
};

namespace {

thread_local std::string last_error;

// Calls f; what it throws becomes the last error, and `failed` is returned.
template <class F, class Result>
Result guarded(F f, Result failed) noexcept {
    try {
        return f();
    } catch (const std::exception& e) {
        last_error = e.what();
        return failed;
    }
}

template <class Problem>
std::unique_ptr<opara_environment> made(const Problem& p, std::span<const double> widths, bool normalised) {
    constexpr std::size_t n = Problem::dimension;
    if (!widths.empty() && widths.size() != n) {
        throw opara::error{"the system has " + std::to_string(n) + " dimensions, and there are widths for " +
                           std::to_string(widths.size())};
    }
    opara::abstraction::point<n> each = p.widths;
    std::copy(widths.begin(), widths.end(), each.begin());
    using actions = learning::actions_of<std::remove_cvref_t<decltype(p.environment)>>;
    const learning::abstract_environment seen{
        p.environment, p.grid(each), normalised ? learning::bounds_scale::normalised : learning::bounds_scale::raw};
    auto e = std::make_unique<opara_environment>(opara_environment{
        .held = drl::any_environment<actions>{seen}, .lower = {}, .upper = {}, .widths = {each.begin(), each.end()}});
    for (const auto& side : p.space.sides) {
        e->lower.push_back(side.lower());
        e->upper.push_back(side.upper());
    }
    if constexpr (std::is_same_v<actions, learning::discrete_actions>) {
        e->choices = p.environment.actions();
    } else {
        e->controls = p.environment.actions();
    }
    return e;
}

} // namespace

const char* opara_last_error(void) { return last_error.c_str(); }

const char* opara_systems(void) { return drl::problem_names; }

opara_environment* opara_environment_new(const char* system, const double* widths, size_t dimensions, int normalised) {
    return guarded(
        [&] {
            std::unique_ptr<opara_environment> e;
            drl::for_each_problem([&](const auto& p) {
                if (p.name == system) {
                    e = made(p, std::span{widths, widths == nullptr ? 0 : dimensions}, normalised != 0);
                }
            });
            if (!e) {
                throw opara::error{"unknown system '" + std::string{system} + "'; there are: " + drl::problem_names};
            }
            return e.release();
        },
        static_cast<opara_environment*>(nullptr));
}

void opara_environment_delete(opara_environment* e) { delete e; }

size_t opara_dimensions(const opara_environment* e) { return e->lower.size(); }

void opara_grid(const opara_environment* e, double* lower, double* upper, double* widths) {
    std::copy(e->lower.begin(), e->lower.end(), lower);
    std::copy(e->upper.begin(), e->upper.end(), upper);
    std::copy(e->widths.begin(), e->widths.end(), widths);
}

size_t opara_choices(const opara_environment* e) { return e->choices.count; }

size_t opara_controls(const opara_environment* e) { return e->controls.lower.size(); }

void opara_control_bounds(const opara_environment* e, double* lower, double* upper) {
    std::copy(e->controls.lower.begin(), e->controls.lower.end(), lower);
    std::copy(e->controls.upper.begin(), e->controls.upper.end(), upper);
}

int opara_reset(opara_environment* e, uint64_t seed, double* observation) {
    return guarded(
        [&] {
            const std::span<const double> seen = std::visit([&](auto& env) { return env.reset(seed); }, e->held);
            std::copy(seen.begin(), seen.end(), observation);
            return 0;
        },
        -1);
}

int opara_step(opara_environment* e, const double* action, double* observation, double* reward, int* terminated,
               int* truncated) {
    return guarded(
        [&] {
            const std::span<const double> done{action, e->numbers_per_action()};
            e->require(done);
            const auto r = std::visit([&](auto& env) { return env.step(done); }, e->held);
            std::copy(r.observation.begin(), r.observation.end(), observation);
            *reward = r.reward;
            *terminated = r.terminated ? 1 : 0;
            *truncated = r.truncated ? 1 : 0;
            return 0;
        },
        -1);
}
