// Trains a controller until a property is proved of it: see `refine_usage` in arguments.cpp.

#include <examples/drl/opara_refine/arguments.hpp>
#include <examples/drl/opara_refine/systems.hpp>
#include <examples/drl/training/interruption.hpp>
#include <examples/standard_output.hpp>
#include <opara/core/interruption.hpp>

#include <cstdio>
#include <exception>
#include <optional>

int main(int argc, char** argv) {
    namespace drl = opara::examples::drl;
    opara::examples::occupy_standard_streams();
    opara::leave_no_partial_files_when_interrupted();
    try {
        const drl::refine_arguments a = drl::parse_refine_arguments({argv + 1, argv + argc});
        if (a.help) {
            opara::examples::say(drl::refine_usage());
            return 0;
        }
        if (const auto settings = drl::settings_asked_for(a)) {
            opara::examples::say(*settings);
            return 0;
        }
        drl::watch_for_interruption();
        std::optional<bool> verified = drl::refine_in_the_plane(a);
        verified = verified ? verified : drl::refine_in_space(a);
        verified = verified ? verified : drl::refine_in_more(a);
        if (!verified) {
            throw opara::examples::usage_error{
                "unknown system '" + a.system +
                "'; there are: b1 b1_trainify b2 b2_trainify b3 b4 b5 tora tora_stay acc6 "
                "mountain_car pendulum pendulum_angle cart_pole cart_pole_cascade"};
        }
        opara::examples::require_said();
        return *verified ? 0 : 1;
    } catch (const drl::interrupted& e) {
        std::fprintf(stderr, "opara_refine: %s\n", e.what());
        return 130;
    } catch (const opara::examples::usage_error& e) {
        std::fprintf(stderr, "opara_refine: %s\n(opara_refine --help tells more)\n", e.what());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "opara_refine: %s\n", e.what());
    }
    return 2;
}
