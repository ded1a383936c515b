// Verifies a trained controller on one of the benchmark systems: see `usage` in arguments.cpp.

#include <examples/opara_run/progress.hpp>
#include <examples/opara_verify/arguments.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <examples/opara_verify/by_lot.hpp>
#include <examples/opara_verify/choices.hpp>
#include <examples/opara_verify/controllers.hpp>
#include <examples/opara_verify/exports.hpp>
#include <examples/opara_verify/pilots.hpp>
#include <examples/opara_verify/quadrotor.hpp>
#include <examples/opara_verify/refinement.hpp>
#include <examples/opara_verify/report.hpp>
#include <examples/opara_verify/tube.hpp>
#include <examples/opara_verify/verification.hpp>
#include <examples/standard_output.hpp>
#include <opara/abstraction.hpp>
#include <opara/core/file.hpp>
#include <opara/core/file_set.hpp>
#include <opara/core/interruption.hpp>
#include <opara/core/stream_path.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <ostream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::examples::verify {

namespace {

// A controller that came without settings gets those of the system.
template <class System>
void complete(abstraction::trained_controller& c, const benchmark<System>& problem) {
    const auto& settings = problem.training;
    if (!c.widths.empty()) {
        return;
    }
    for (const interval& side : settings.space.sides) {
        c.lower.push_back(side.lower());
        c.upper.push_back(side.upper());
    }
    c.widths.assign(settings.widths.begin(), settings.widths.end());
    c.scale = settings.scale;
    c.offset = settings.offset;
    c.head = settings.chooses ? abstraction::head_kind::argmax : abstraction::head_kind::scaled;
}

// One controller, or one for each mode; all trained on the same grid.
template <class System>
void require_controllers(const std::vector<abstraction::trained_controller>& c) {
    constexpr bool has_modes = std::is_same_v<typename System::action, abstraction::mode_switch>;
    constexpr std::size_t expected = has_modes ? 9 : 1;
    if (c.size() != expected) {
        throw usage_error{"this system takes " + std::to_string(expected) +
                          (has_modes ? " controllers" : " controller") + ", --controller gave " +
                          std::to_string(c.size())};
    }
    for (const auto& each : c) {
        if (each.head != c.front().head) {
            throw error{"the controllers " + c.front().name + " and " + each.name + " have different heads"};
        }
        if (each.lower != c.front().lower || each.upper != c.front().upper || each.widths != c.front().widths ||
            each.cuts != c.front().cuts) {
            throw error{"the controllers " + c.front().name + " and " + each.name + " are for different grids"};
        }
    }
}

void require_trained_for(const std::string& system, const std::vector<abstraction::trained_controller>& c,
                         const std::vector<std::string>& files) {
    const std::string expected = system == "vcas_any" ? "vcas" : system;
    for (std::size_t k = 0; k < c.size(); ++k) {
        if (c[k].system != expected) {
            throw error{"the controller in " + files[k] + " is for the system " + c[k].system};
        }
    }
}

// The same problem, where an action is an affine law.
template <abstraction::state_controlled System>
benchmark<abstraction::piecewise_linear<System>> with_laws(const benchmark<System>& problem) {
    return {{problem.system}, problem.initial, problem.labels, problem.properties, problem.training, problem.tube};
}

template <class System>
report verify(const benchmark<System>& problem, const std::vector<abstraction::trained_controller>& c,
              const arguments& a, file_set& written, run::progress& doing) {
    const auto pilot = made_from(a.controllers, [&] { return pilot_of<System>(c); });
    return a.tube                                ? follow(problem, pilot, c.front(), a, doing)
           : a.refine || !c.front().cuts.empty() ? refine(problem, pilot, c.front(), a, written, doing)
                                                 : explore(problem, pilot, c.front(), a, written, doing);
}

// Systems with one control, or with actions to choose from, are those that can be controlled by lot.
template <class System>
report by_lot(const benchmark<System>& problem, const abstraction::trained_controller& c, const arguments& a,
              file_set& written, run::progress& doing) {
    if (a.refine || !a.project.empty() || !a.picture.empty()) {
        throw usage_error{"--refine, --project and --picture are not for policies that choose by lot"};
    }
    if constexpr (std::is_same_v<typename System::action, double>) {
        return explore_by_lot(problem, c, a, written, doing);
    } else {
        throw error{"the controller chooses among actions by lot, and the system takes several controls"};
    }
}

// A controller that was trained on cells that were cut decides on those, whatever the grid says.
void require_possible_on_cut_cells(const arguments& a, abstraction::head_kind head) {
    if (!a.widths.empty() || a.tube || a.steps || !a.project.empty() || !a.exports.empty() || !a.finer.empty() ||
        head == abstraction::head_kind::softmax) {
        throw usage_error{"the controller's cells are cut ones: --grid, --finer, --tube, --steps, --project, --export "
                          "and policies that choose by lot need a grid"};
    }
}

template <class System>
report run(benchmark<System> problem, std::vector<abstraction::trained_controller> c, const arguments& a,
           file_set& written, run::progress& doing) {
    using abstraction::head_kind;
    start_from(problem, a.initial);
    require_trained_for(a.system, c, a.controllers);
    require_controllers<System>(c);
    if (std::is_same_v<typename System::action, abstraction::mode_switch> && (a.scale || a.head)) {
        throw usage_error{"--scale and --head mean nothing to controllers that choose the next one"};
    }
    for (std::size_t k = 0; k < c.size(); ++k) {
        abstraction::trained_controller& each = c[k];
        complete(each, problem);
        each.head = a.head.value_or(each.head);
        if (a.scale && (each.head == head_kind::argmax || each.head == head_kind::softmax)) {
            throw usage_error{"--scale means nothing to a controller that chooses among actions"};
        }
        each.scale = a.scale.value_or(each.scale);
        each.actions = a.actions.empty() || each.head != head_kind::softmax ? each.actions : a.actions;
        require_choices<System>(each, a.controllers[k]);
    }
    const head_kind head = c.front().head;
    if (!c.front().cuts.empty()) {
        require_possible_on_cut_cells(a, head);
    }
    if ((a.at_least || a.simulate || !a.actions.empty()) && head != head_kind::softmax) {
        throw usage_error{"--at-least, --actions and --simulate are for policies that choose by lot"};
    }
    if (a.tube && (head == head_kind::argmax || head == head_kind::softmax)) {
        throw usage_error{"there are no settings for tubes of controllers that choose"};
    }
    if (head == head_kind::softmax) {
        return by_lot(problem, c.front(), a, written, doing);
    }
    if (head != head_kind::affine) {
        return verify(problem, c, a, written, doing);
    }
    if constexpr (abstraction::state_controlled<System>) {
        return verify(with_laws(problem), c, a, written, doing);
    } else {
        throw error{"the controller gives affine laws, and the system takes none"};
    }
}

report run(const std::vector<abstraction::trained_controller>& c, const arguments& a, file_set& written,
           run::progress& doing) {
    const std::string& s = a.system;
    if (s == "b1") {
        return run(b1(), c, a, written, doing);
    }
    if (s == "b2") {
        return run(b2(), c, a, written, doing);
    }
    if (s == "b1_trainify") {
        return run(b1_trainify(), c, a, written, doing);
    }
    if (s == "b2_trainify") {
        return run(b2_trainify(), c, a, written, doing);
    }
    if (s == "b3") {
        return run(b3(), c, a, written, doing);
    }
    if (s == "b4") {
        return run(b4(), c, a, written, doing);
    }
    if (s == "b5") {
        return run(b5(), c, a, written, doing);
    }
    if (s == "tora") {
        return run(tora(), c, a, written, doing);
    }
    if (s == "tora_stay") {
        return run(tora_stay(), c, a, written, doing);
    }
    if (s == "acc6") {
        return run(acc6(), c, a, written, doing);
    }
    if (s == "mountain_car") {
        return run(mountain_car(), c, a, written, doing);
    }
    if (s == "pendulum") {
        return run(pendulum(), c, a, written, doing);
    }
    if (s == "pendulum_angle") {
        return run(pendulum_angle(), c, a, written, doing);
    }
    if (s == "cart_pole") {
        return run(cart_pole(), c, a, written, doing);
    }
    if (s == "cart_pole_cascade") {
        return run(cart_pole_cascade(), c, a, written, doing);
    }
    if (s == "single_pendulum") {
        return run(single_pendulum(), c, a, written, doing);
    }
    if (s == "unicycle") {
        return run(unicycle(), c, a, written, doing);
    }
    if (s == "attitude") {
        return run(attitude(), c, a, written, doing);
    }
    if (s == "quadrotor") {
        return run(quadrotor(), c, a, written, doing);
    }
    if (s == "vcas") {
        return run(vertical_cas(abstraction::systems::pilot_response::middle), c, a, written, doing);
    }
    if (s == "vcas_any") {
        return run(vertical_cas(abstraction::systems::pilot_response::any), c, a, written, doing);
    }
    throw usage_error{"unknown system '" + s + "'"};
}

} // namespace

} // namespace opara::examples::verify

int main(int argc, char** argv) {
    namespace verify = opara::examples::verify;
    opara::examples::occupy_standard_streams();
    opara::leave_no_partial_files_when_interrupted();
    std::string what = "this controller";
    try {
        const verify::arguments a = verify::parse_arguments({argv + 1, argv + argc});
        if (a.help) {
            opara::examples::say(verify::usage);
            return 0;
        }
        what = a.system;
        std::vector<std::string> files;
        if (!a.report.empty()) {
            files.push_back(a.report);
        }
        if (!a.picture.empty()) {
            files.push_back(a.picture);
        }
        for (const verify::export_request& request : a.exports) {
            const auto more = verify::files_of(request);
            files.insert(files.end(), more.begin(), more.end());
        }
        opara::require_writable(files);
        std::vector<opara::abstraction::trained_controller> controllers;
        for (const std::string& file : a.controllers) {
            controllers.push_back(verify::read_controller(file, a.system == "vcas_any" ? "vcas" : a.system));
        }
        for (const std::string& file : files) {
            verify::require_no_input(file, a.controllers);
        }
        verify::report r;
        opara::file_set written; // all that was asked for, or nothing
        {
            opara::run::progress doing{std::cerr};
            r = verify::run(controllers, a, written, doing);
        }
        if (!a.report.empty()) {
            written.add(a.report, [&](std::ostream& out) { out << verify::to_json(r); });
        }
        written.move_into_place();
        // Whoever reads a file from the standard output wants nothing else there.
        const bool is_taken = std::any_of(files.begin(), files.end(), opara::is_standard_output);
        if (is_taken) {
            std::fputs(verify::to_text(r).c_str(), stderr);
        } else {
            opara::examples::say(verify::to_text(r));
        }
        return r.proved ? 0 : 1;
    } catch (const opara::examples::usage_error& e) {
        std::fprintf(stderr, "opara_verify: %s\n(opara_verify --help tells more)\n", e.what());
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr,
                     "opara_verify: there is not enough memory for what is reached of %s; it is less on a coarser "
                     "--grid, within --steps, and with fewer --max-cells of --refine\n",
                     what.c_str());
    } catch (const std::exception& e) {
        std::fprintf(stderr, "opara_verify: %s\n", e.what());
    }
    return 2;
}
