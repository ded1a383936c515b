// Formulas of CTL, as NuSMV decides them on the exported modules. Debian has no package of it: where it is not
// installed this is skipped. OPARA_NUSMV names the program, if it is not NuSMV.

#include <opara/abstraction/export/smv.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using question = std::pair<transition_system, formula>;

std::string nusmv() {
    const char* const name = std::getenv("OPARA_NUSMV");
    return name != nullptr ? name : "NuSMV";
}

// By the states' numbers, or with the states strewn over the cells of a grid, the last one outside.
std::vector<bool> ask_nusmv(const std::vector<question>& questions, bool on_grid) {
    const temporary_folder folder;
    const uniform_grid<2> grid{box_of<2>({0, 0}, {5, 4}), {5, 4}};
    random_source random{8};
    std::vector<bool> verdicts;
    for (const auto& [system, property] : questions) {
        std::vector<std::uint64_t> cells(grid.size());
        std::iota(cells.begin(), cells.end(), std::uint64_t{0});
        for (std::size_t k = cells.size(); k > 1; --k) {
            std::swap(cells[k - 1], cells[random.below(k)]);
        }
        cells.resize(system.size());
        cells.back() = grid.outside();
        const std::vector<formula> properties{property};
        opara::write_file_atomically(folder / "model.smv", [&, &t = system](std::ostream& out) {
            if (on_grid) {
                write_smv(out, t, grid_coordinates<2>{grid, cells}, properties);
            } else {
                write_smv(out, t, state_numbers{t.size()}, properties);
            }
        });
        REQUIRE(runs("'" + nusmv() + "' -dcx '" + folder / "model.smv' >'" + folder / "log' 2>&1"));
        const std::string log = opara::read_file(folder / "log");
        const std::size_t at = log.find("-- specification");
        REQUIRE_MESSAGE(at != std::string::npos, log);
        const bool holds = log.find(" is true", at) != std::string::npos;
        REQUIRE_MESSAGE(holds != (log.find(" is false", at) != std::string::npos), log);
        verdicts.push_back(holds);
    }
    return verdicts;
}

} // namespace

TEST_CASE("NuSMV comes to the same verdicts on random systems and formulas") {
    if (!runs("command -v '" + nusmv() + "' >/dev/null")) {
        opara::test::skip("the program NuSMV is needed (from nusmv.fbk.eu; OPARA_NUSMV names it)");
        return;
    }
    random_source random{29};
    for (const bool on_grid : {false, true}) {
        CAPTURE(on_grid);
        std::vector<question> questions;
        for (std::size_t k = asked("OPARA_NUSMV_SYSTEMS", 150); k > 0; --k) {
            questions.emplace_back(random_system(random, 20), random_formula(random, 3));
        }
        compare_verdicts(questions, [&](const std::vector<question>& all) { return ask_nusmv(all, on_grid); }, 0.2);
    }
}
