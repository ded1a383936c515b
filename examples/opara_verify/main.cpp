// Verifies a trained controller on one of the benchmark systems: see `usage` in arguments.cpp.

#include <examples/opara_verify/arguments.hpp>
#include <examples/opara_verify/benchmarks.hpp>
#include <examples/opara_verify/controllers.hpp>
#include <examples/opara_verify/exports.hpp>
#include <examples/opara_verify/pilots.hpp>
#include <examples/opara_verify/report.hpp>
#include <opara/abstraction.hpp>
#include <opara/core/file.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::examples::verify {

namespace {

class stopwatch {
public:
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

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

template <std::size_t N>
void fill(report& r, const abstraction::uniform_grid<N>& grid, const abstraction::cell_system& built,
          const abstraction::verdict& v) {
    r.states = built.graph.size();
    r.transitions = built.graph.transitions();
    if (!v.counterexample) {
        return;
    }
    r.repeat = v.counterexample->repeat;
    r.conclusive = v.counterexample->conclusive;
    for (const abstraction::state_id s : v.counterexample->states) {
        const std::uint64_t cell = built.cells[s.index()];
        place p{cell < grid.size() ? "cell" : cell == grid.outside() ? "outside" : "unexplored", {}, {}};
        if (cell < grid.size()) {
            for (const interval& side : grid.cell_box(cell).sides) {
                p.lower.push_back(side.lower());
                p.upper.push_back(side.upper());
            }
        }
        r.counterexample.push_back(p);
    }
}

// Can the system itself do what the abstraction did?
template <class Dynamics, class Pilot>
void replay(report& r, const abstraction::uniform_grid<Dynamics::dimension>& grid, const Dynamics& dynamics,
            const Pilot& pilot, const box<Dynamics::dimension>& initial,
            const abstraction::build_options<Dynamics::dimension>& options, const abstraction::cell_system& built,
            const abstraction::formula& property, const abstraction::verdict& v) {
    if (!v.counterexample) {
        return;
    }
    const auto found =
        abstraction::falsify(grid, dynamics, pilot, initial, options, built, property, *v.counterexample);
    r.replay.emplace();
    switch (found.what) {
    case abstraction::counterexample_kind::real:
        r.replay->what = "real";
        for (const auto& x : found.run.states) {
            r.replay->run.emplace_back(x.begin(), x.end());
        }
        r.replay->repeat = found.run.repeat;
        break;
    case abstraction::counterexample_kind::spurious: r.replay->what = "spurious"; break;
    case abstraction::counterexample_kind::undecided: r.replay->what = "undecided"; break;
    }
}

// Every run reaches the first label, or it is not known.
template <class System, class Pilot>
report follow(const benchmark<System>& problem, const Pilot& pilot, const abstraction::trained_controller& c,
              const arguments& a) {
    constexpr std::size_t n = System::dimension;
    if (problem.tube.steps == 0) {
        throw usage_error{"there are no settings for a tube of " + a.system};
    }
    const auto grid = make_grid<n>(c, a.widths);
    abstraction::tube_options<n> options;
    options.steps = a.steps.value_or(problem.tube.steps);
    options.target = problem.labels.front().set;
    options.nearness = problem.tube.nearness;
    options.threads = a.threads;
    const stopwatch following;
    const auto tube = abstraction::follow(grid, abstraction::enclosure<System>{problem.system}, pilot,
                                          abstraction::split(problem.initial, problem.tube.parts), options);
    report r;
    r.build_s = following.seconds();
    r.system = a.system;
    r.controller = c.name;
    r.cells = grid.size();
    r.property = "AF " + problem.labels.front().name;
    r.proved = tube.outcome == abstraction::tube_outcome::reached;
    switch (tube.outcome) {
    case abstraction::tube_outcome::reached:
        r.verdict = "proved, after " + std::to_string(tube.last_step) + " steps at most";
        break;
    case abstraction::tube_outcome::not_reached: r.verdict = "not proved: boxes are left after the last step"; break;
    case abstraction::tube_outcome::left_domain: r.verdict = "not proved: boxes leave the domain"; break;
    case abstraction::tube_outcome::too_many_boxes: r.verdict = "not proved: too many boxes"; break;
    }
    r.tube = tube_found{tube.parts.size(), tube.last_step, tube.peak, {}};
    for (const auto& layer : tube.layers) {
        place& p = r.tube->hulls.emplace_back(place{"hull", {}, {}});
        for (const interval& side : layer.hull.sides) {
            p.lower.push_back(side.lower());
            p.upper.push_back(side.upper());
        }
    }
    return r;
}

template <class System, class Pilot>
report run(const benchmark<System>& problem, const Pilot& pilot, const abstraction::trained_controller& c,
           const arguments& a) {
    constexpr std::size_t n = System::dimension;
    const auto grid = make_grid<n>(c, a.widths);
    report r;
    r.system = a.system;
    r.controller = c.name;
    r.cells = grid.size();
    r.property = a.property.empty() ? problem.properties.front().first : a.property;
    for (const auto& [name, text] : problem.properties) {
        r.property = r.property == name ? text : r.property;
    }
    // Before the long work: the formula must be one, over the labels that there will be.
    std::vector<abstraction::labelling> labels{{"outside", {}}, {"unexplored", {}}};
    for (const auto& label : problem.labels) {
        labels.push_back({label.name, {}});
    }
    const abstraction::formula property = abstraction::parse_formula(r.property, labels);

    for (const export_request& e : a.exports) {
        require_exportable(e, property);
    }

    const abstraction::enclosure<System> dynamics{problem.system};
    const abstraction::build_options<n> options{.labels = problem.labels, .threads = a.threads};
    const stopwatch building;
    if (a.steps) {
        const auto built = abstraction::build_bounded(grid, dynamics, pilot, problem.initial, *a.steps, options);
        r.build_s = building.seconds();
        const stopwatch checking;
        const auto v = abstraction::check(built, property);
        r.check_s = checking.seconds();
        r.proved = v.what == abstraction::bounded_conclusion::proved;
        r.verdict = r.proved ? "proved"
                    : v.what == abstraction::bounded_conclusion::holds_within_bound
                        ? "holds within the bound of " + std::to_string(v.steps) + " steps, not proved beyond"
                        : "not proved";
        if (built.unexplored) {
            r.bound = built.steps;
        }
        fill(r, grid, built.part, v.abstraction);
        r.exports = write_exports(a.exports, built.part, grid, property);
        replay(r, grid, dynamics, pilot, problem.initial, options, built.part, property, v.abstraction);
    } else {
        const auto built = abstraction::build(grid, dynamics, pilot, problem.initial, options);
        r.build_s = building.seconds();
        const stopwatch checking;
        const auto v = abstraction::check(built, property);
        r.check_s = checking.seconds();
        r.proved = v.what == abstraction::conclusion::proved;
        r.verdict = r.proved ? "proved" : "not proved";
        fill(r, grid, built, v.abstraction);
        r.exports = write_exports(a.exports, built, grid, property);
        replay(r, grid, dynamics, pilot, problem.initial, options, built, property, v.abstraction);
    }
    if (!property.is_universal()) {
        r.verdict += " (the formula speaks of some runs, not of all: no abstraction of this kind can prove it)";
    }
    return r;
}

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

template <class Action>
inline constexpr bool is_law = false;
template <std::size_t N, std::size_t M>
inline constexpr bool is_law<abstraction::affine_law<N, M>> = true;

// What the controllers do in a cell.
template <class System>
any_pilot<System::dimension, typename System::action> pilot_of(const std::vector<abstraction::trained_controller>& c) {
    constexpr std::size_t n = System::dimension;
    using action = typename System::action;
    using abstraction::head_kind;
    if constexpr (std::is_same_v<action, abstraction::mode_switch>) {
        std::vector<abstraction::network> networks;
        for (const auto& each : c) {
            networks.push_back(each.net);
        }
        return any_pilot<n, action>{abstraction::mode_networks<n>{std::move(networks), vertical_cas_inputs}};
    } else if constexpr (is_law<action>) {
        return any_pilot<n, action>{abstraction::box_network<n, abstraction::head::affine<n, System::controls>>{
            c.front().net, {c.front().scale, c.front().offset}}};
    } else if constexpr (std::is_same_v<action, double>) {
        if (c.front().head == head_kind::argmax) {
            return any_pilot<n, action>{abstraction::box_network<n, abstraction::head::argmax>{c.front().net}};
        }
        return any_pilot<n, action>{abstraction::box_network<n>{c.front().net, {c.front().scale, c.front().offset}}};
    } else {
        using head = abstraction::head::scaled_each<std::tuple_size_v<action>>;
        if (c.front().head == head_kind::argmax) {
            throw error{"the controller chooses among actions, and the system takes " +
                        std::to_string(std::tuple_size_v<action>) + " numbers"};
        }
        return any_pilot<n, action>{
            abstraction::box_network<n, head>{c.front().net, {c.front().scale, c.front().offset}}};
    }
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
        if (each.lower != c.front().lower || each.upper != c.front().upper || each.widths != c.front().widths) {
            throw error{"the controllers " + c.front().name + " and " + each.name + " are for different grids"};
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
              const arguments& a) {
    return a.tube ? follow(problem, pilot_of<System>(c), c.front(), a)
                  : run(problem, pilot_of<System>(c), c.front(), a);
}

template <class System>
report run(const benchmark<System>& problem, std::vector<abstraction::trained_controller> c, const arguments& a) {
    require_controllers<System>(c);
    for (auto& each : c) {
        complete(each, problem);
        each.head = a.head.value_or(each.head);
        if (a.scale && each.head == abstraction::head_kind::argmax) {
            throw usage_error{"--scale means nothing to a controller that chooses among actions"};
        }
        each.scale = a.scale.value_or(each.scale);
    }
    if (a.tube && c.front().head == abstraction::head_kind::argmax) {
        throw usage_error{"there are no settings for tubes of controllers that choose"};
    }
    if (c.front().head != abstraction::head_kind::affine) {
        return verify(problem, c, a);
    }
    if constexpr (abstraction::state_controlled<System>) {
        return verify(with_laws(problem), c, a);
    } else {
        throw error{"the controller gives affine laws, and the system takes none"};
    }
}

report run(const std::vector<abstraction::trained_controller>& c, const arguments& a) {
    const std::string& s = a.system;
    const std::string& trained_for = s == "vcas_any" ? "vcas" : s;
    for (std::size_t k = 0; k < c.size(); ++k) {
        if (c[k].system != trained_for) {
            throw error{"the controller in " + a.controllers[k] + " is for the system " + c[k].system};
        }
    }
    if (s == "b1") {
        return run(b1(), c, a);
    }
    if (s == "b2") {
        return run(b2(), c, a);
    }
    if (s == "b3") {
        return run(b3(), c, a);
    }
    if (s == "b4") {
        return run(b4(), c, a);
    }
    if (s == "b5") {
        return run(b5(), c, a);
    }
    if (s == "tora") {
        return run(tora(), c, a);
    }
    if (s == "acc6") {
        return run(acc6(), c, a);
    }
    if (s == "mountain_car") {
        return run(mountain_car(), c, a);
    }
    if (s == "pendulum") {
        return run(pendulum(), c, a);
    }
    if (s == "cart_pole") {
        return run(cart_pole(), c, a);
    }
    if (s == "single_pendulum") {
        return run(single_pendulum(), c, a);
    }
    if (s == "unicycle") {
        return run(unicycle(), c, a);
    }
    if (s == "attitude") {
        return run(attitude(), c, a);
    }
    if (s == "vcas") {
        return run(vertical_cas(abstraction::systems::pilot_response::middle), c, a);
    }
    if (s == "vcas_any") {
        return run(vertical_cas(abstraction::systems::pilot_response::any), c, a);
    }
    throw usage_error{"unknown system '" + s + "'"};
}

} // namespace

} // namespace opara::examples::verify

int main(int argc, char** argv) {
    namespace verify = opara::examples::verify;
    try {
        const verify::arguments a = verify::parse_arguments({argv + 1, argv + argc});
        if (a.help) {
            std::fputs(verify::usage, stdout);
            return 0;
        }
        std::vector<std::string> files;
        if (!a.report.empty()) {
            files.push_back(a.report);
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
        const verify::report r = verify::run(controllers, a);
        std::fputs(verify::to_text(r).c_str(), stdout);
        if (!a.report.empty()) {
            opara::write_file_atomically(a.report, verify::to_json(r));
        }
        return r.proved ? 0 : 1;
    } catch (const verify::usage_error& e) {
        std::fprintf(stderr, "opara_verify: %s\n%s", e.what(), verify::usage);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "opara_verify: %s\n", e.what());
    }
    return 2;
}
