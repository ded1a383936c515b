#include <examples/drl/environments/problems.hpp>
#include <examples/drl/opara_refine/loop.hpp>
#include <examples/drl/opara_refine/systems.hpp>
#include <examples/opara_verify/benchmarks.hpp>

#include <optional>

namespace opara::examples::drl {

std::optional<bool> refine_in_more(const refine_arguments& a) {
    if (a.system == "tora") {
        return refiner{tora(), verify::tora(), a}.run();
    }
    if (a.system == "tora_stay") {
        return refiner{tora_stay(), verify::tora_stay(), a}.run();
    }
    if (a.system == "cart_pole") {
        return refiner{cart_pole(), verify::cart_pole(), a}.run();
    }
    if (a.system == "cart_pole_cascade") {
        return refiner{cart_pole_cascaded(), verify::cart_pole_cascade(), a}.run();
    }
    if (a.system == "acc6") {
        return refiner{acc6(), verify::acc6(), a}.run();
    }
    return std::nullopt;
}

} // namespace opara::examples::drl
