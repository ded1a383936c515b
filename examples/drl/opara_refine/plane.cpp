#include <examples/drl/environments/problems.hpp>
#include <examples/drl/opara_refine/loop.hpp>
#include <examples/drl/opara_refine/systems.hpp>
#include <examples/opara_verify/benchmarks.hpp>

#include <optional>

namespace opara::examples::drl {

std::optional<bool> refine_in_the_plane(const refine_arguments& a) {
    if (a.system == "b1") {
        return refiner{b1(), verify::b1(), a}.run();
    }
    if (a.system == "b1_trainify") {
        return refiner{b1_trainify(), verify::b1_trainify(), a}.run();
    }
    if (a.system == "b2") {
        return refiner{b2(), verify::b2(), a}.run();
    }
    if (a.system == "b2_trainify") {
        return refiner{b2_trainify(), verify::b2_trainify(), a}.run();
    }
    if (a.system == "b3") {
        return refiner{b3(), verify::b3(), a}.run();
    }
    if (a.system == "mountain_car") {
        return refiner{mountain_car(), verify::mountain_car(), a}.run();
    }
    if (a.system == "pendulum_angle") {
        return refiner{pendulum_by_angle(), verify::pendulum_angle(), a}.run();
    }
    return std::nullopt;
}

} // namespace opara::examples::drl
