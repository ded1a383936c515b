// Plans a network with every policy of the field, simulates the plans, and runs them for real: see --help.
#include <examples/opara_run/arguments.hpp>
#include <examples/opara_run/evaluation.hpp>
#include <examples/opara_run/model.hpp>
#include <examples/opara_run/progress.hpp>
#include <examples/opara_run/report.hpp>
#include <examples/standard_output.hpp>
#include <opara/core/file.hpp>
#include <opara/core/interruption.hpp>
#include <opara/plan/json.hpp>
#include <opara/sim/svg.hpp>
#include <opara/sim/trace.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace opara;

// Everything that is written goes out whole or not at all, and is known to be writable before the work starts.
void require_all_writable(const run::arguments& a) {
    std::vector<std::string> files;
    for (const auto* path : {&a.report, &a.timeline, &a.trace, &a.plan}) {
        if (*path) {
            files.push_back(**path);
        }
    }
    require_writable(files, run::files_read(a));
}

void write_files(const run::arguments& a, const run::evaluation& e) {
    const run::policy_result& best = e.policies[e.best];
    if (a.report) {
        write_file_atomically(*a.report, run::report(e));
    }
    if (a.plan) {
        write_file_atomically(*a.plan, to_json(best.plan));
    }
    const auto name = [&](op_id v) -> const std::string& { return e.operator_names[v.index()]; };
    if (a.timeline) {
        std::vector<bound> limits;
        for (std::size_t v = 0; v < e.graph.size(); ++v) {
            limits.push_back(e.costs.bound(op_id::from_index(v)));
        }
        sim::svg_options options = run::picture_options(e);
        options.bounds = limits;
        std::ostringstream text;
        sim::write_svg(text, best.simulated, name, options);
        write_file_atomically(*a.timeline, text.str());
    }
    if (a.trace) {
        std::ostringstream text;
        sim::write_trace(text, best.simulated, name, e.model + ", " + best.name);
        write_file_atomically(*a.trace, text.str());
    }
}

bool outputs_agree(const run::evaluation& e) {
    return std::all_of(e.policies.begin(), e.policies.end(), [](const run::policy_result& p) {
        return (!p.host || p.host->max_relative_difference == 0.0) &&
               (!p.cuda || p.cuda->max_relative_difference == 0.0);
    });
}

int work(const run::arguments& a) {
    require_all_writable(a);
    const cost::device device = run::find_device(a);
    run::progress steps{std::cerr};
    steps.step("loading " + a.model);
    const run::model m = run::load(a);
    const run::evaluation e = run::evaluate(a, m, device, steps);
    std::ostringstream found; // said in one piece, so that the reason is known if it cannot be said
    run::print(found, e);
    examples::say(found.str());
    write_files(a, e);
    if (!outputs_agree(e)) {
        std::cerr << "opara_run: a plan's outputs are not those of the sequential run\n";
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
    examples::occupy_standard_streams();
    leave_no_partial_files_when_interrupted();
    std::string what = "this model";
    try {
        const auto arguments = run::parse(argc, argv);
        if (!arguments) {
            examples::say(run::help());
            return EXIT_SUCCESS;
        }
        what = arguments->model;
        if (arguments->batch) {
            what += " with a batch of " + std::to_string(*arguments->batch);
        }
        return work(*arguments);
    } catch (const run::usage_error& e) {
        std::cerr << "opara_run: " << run::plain(e.what()) << "\n(opara_run --help tells more)\n";
        return 2;
    } catch (const std::bad_alloc&) {
        std::cerr << "opara_run: there is not enough memory for " << run::plain(what) << '\n';
        return EXIT_FAILURE;
    } catch (const std::exception& e) {
        std::cerr << "opara_run: " << run::plain(e.what()) << '\n';
        return EXIT_FAILURE;
    }
}
