// Mountain Car, CartPole and Pendulum step by step as Gymnasium takes them. That comes from PyPI, not from Debian:
// without it this is skipped. OPARA_GYMNASIUM_PYTHON names the Python interpreter that has it, if it is not python3.

#include <examples/drl/environments/problems.hpp>
#include <opara/core/file.hpp>
#include <tests/support/skip.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

using namespace opara::examples::drl;
using opara::test::temporary_folder;

namespace {

std::string python() {
    const char* const name = std::getenv("OPARA_GYMNASIUM_PYTHON");
    return name != nullptr ? name : "python3";
}

std::string field(std::span<const double> numbers) {
    std::string text;
    for (const double x : numbers) {
        char written[40];
        std::snprintf(written, sizeof written, "%s%a", text.empty() ? "" : ",", x);
        text += written;
    }
    return text;
}

// A line for each step of some episodes, in which `act(state, random)` decides.
template <class Environment, class Act>
std::string table(const std::string& name, Environment env, Act act) {
    opara::random_source random{17};
    std::string lines;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        auto x = env.reset(seed);
        for (bool over = false; !over;) {
            const std::vector<double> action{act(x, random)};
            const auto r = env.step(action);
            const std::vector<double> told{r.reward, r.terminated ? 1.0 : 0.0};
            lines +=
                name + ' ' + field(x) + ' ' + field(action) + ' ' + field(r.observation) + ' ' + field(told) + '\n';
            x = r.observation;
            over = r.terminated || r.truncated;
        }
    }
    return lines;
}
} // namespace

TEST_CASE("steps, rewards and ends are Gymnasium's") {
    if (std::system(("'" + python() + "' -c 'import gymnasium' >/dev/null 2>&1").c_str()) != 0) {
        opara::test::skip(
            "the Python package gymnasium is needed (from PyPI; OPARA_GYMNASIUM_PYTHON names the interpreter)");
        return;
    }
    const temporary_folder folder;
    // Pushes along the way it rolls, but for some by lot: it comes to the left wall, and up the hill.
    const auto swing = [](const auto& x, opara::random_source& random) {
        const bool is_steep = x[0] > 0.1 && random.chance(0.1);
        return random.chance(0.2) || is_steep ? static_cast<double>(random.below(3)) : x[1] < 0 ? 0.0 : 2.0;
    };
    // Against the fall, mostly, so that the ends of the track occur, too.
    const auto balance = [](const auto& x, opara::random_source& random) {
        return random.chance(0.1) ? static_cast<double>(random.below(2)) : x[2] + 0.3 * x[3] > 0 ? 1.0 : 0.0;
    };
    const auto push = [](const auto&, opara::random_source& random) { return 4 * random.unit() - 2; };
    const std::string lines = table("MountainCar-v0", mountain_car().environment, swing) +
                              table("CartPole-v1", cart_pole().environment, balance) +
                              table("Pendulum-v1", pendulum().environment.limited_to(200), push);
    opara::write_file_atomically(folder / "table", lines);
    const std::string script = (std::filesystem::path{__FILE__}.parent_path() / "ask_gymnasium.py").string();
    const int code = std::system(
        ("'" + python() + "' '" + script + "' '" + (folder / "table") + "' >'" + (folder / "log") + "' 2>&1").c_str());
    const std::string log = opara::read_file(folder / "log");
    INFO(log);
    CHECK(code == 0);
    CHECK(log.find("agree with gymnasium") != std::string::npos);
    MESSAGE(log);
}
