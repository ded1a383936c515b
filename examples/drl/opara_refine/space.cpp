#include <examples/drl/environments/problems.hpp>
#include <examples/drl/opara_refine/loop.hpp>
#include <examples/drl/opara_refine/systems.hpp>
#include <examples/opara_verify/benchmarks.hpp>

#include <optional>

namespace opara::examples::drl {

std::optional<bool> refine_in_space(const refine_arguments& a) {
    if (a.system == "b4") {
        return refiner{b4(), verify::b4(), a}.run();
    }
    if (a.system == "b5") {
        return refiner{b5(), verify::b5(), a}.run();
    }
    if (a.system == "pendulum") {
        return refiner{pendulum(), verify::pendulum(), a}.run();
    }
    return std::nullopt;
}

} // namespace opara::examples::drl
