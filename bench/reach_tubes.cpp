// Follows published controllers at their published settings, and compares with what the artifact that published them
// found: usage: bench_reach_tubes NETS RESULT.json [NAME[:WIDER]...]. NETS is a folder of controllers in JSON, with the
// artifact's tubes in artifact-tubes.json. WIDER is a list of numbers, one a dimension, like 2,2,2,4: how many times as
// wide as published the parts of the initial set are.

#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/core/file.hpp>
#include <opara/testing/random.hpp>
#include <opara/version.hpp>

#include <bench/machine.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace opara::abstraction;
namespace verify = opara::examples::verify;
using json = nlohmann::ordered_json;

const char* name_of(tube_outcome outcome) {
    switch (outcome) {
    case tube_outcome::reached: return "reached";
    case tube_outcome::not_reached: return "not reached";
    case tube_outcome::left_domain: return "left the domain";
    case tube_outcome::left_safe: return "left the safe set";
    case tube_outcome::too_many_boxes: return "too many boxes";
    }
    return "";
}

// Of all threads together.
double cpu_seconds() { return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC); }

template <std::size_t N>
uniform_grid<N> grid_of(const trained_controller& c) {
    point<N> lower;
    point<N> upper;
    point<N> widths;
    for (std::size_t i = 0; i < N; ++i) {
        lower[i] = c.lower[i];
        upper[i] = c.upper[i];
        widths[i] = c.widths[i];
    }
    return uniform_grid<N>::by_width(box_of<N>(lower, upper), widths);
}

// How many of so many random runs are ever outside the tube's hulls before they reach the target.
template <class System>
int escapes(const verify::benchmark<System>& problem, const uniform_grid<System::dimension>& grid,
            const box_network<System::dimension>& pilot, const reach_tube<System::dimension>& tube, int runs) {
    constexpr std::size_t n = System::dimension;
    opara::testing::random_source random{7};
    int lost = 0;
    for (int run = 0; run < runs; ++run) {
        point<n> x;
        for (std::size_t i = 0; i < n; ++i) {
            const interval& side = problem.initial[i];
            const double part = random.chance(0.2) ? 0.0 : random.chance(0.2) ? 1.0 : random.unit();
            x[i] = std::clamp(side.lower() + part * (side.upper() - side.lower()), side.lower(), side.upper());
        }
        for (std::size_t k = 0; k < tube.layers.size() && !problem.labels[0].set.contains(x); ++k) {
            if (!tube.layers[k].hull.contains(x)) {
                ++lost;
                break;
            }
            const std::vector<box<n>> cell{grid.cell_box(grid.locate(x))};
            std::vector<double> u(1);
            pilot.act(std::span<const box<n>>{cell}, std::span<double>{u});
            x = problem.system(x, u[0]);
        }
    }
    return lost;
}

// The largest distance by which the published hull of a step goes beyond ours, and ours beyond it.
template <std::size_t N>
void compare(json& row, const reach_tube<N>& tube, const json& published) {
    double ours_beyond = 0;
    double theirs_beyond = 0;
    std::size_t steps = 0;
    std::size_t our_boxes = 0;
    std::size_t their_boxes = 0;
    for (std::size_t k = 0; k + 1 < tube.layers.size() && k < published.size() && published[k].size() > 1; ++k) {
        const box<N>& ours = tube.layers[k + 1].hull;
        for (std::size_t i = 0; i < N; ++i) {
            const double low = published[k][1 + i].template get<double>();
            const double high = published[k][1 + N + i].template get<double>();
            ours_beyond = std::max({ours_beyond, low - ours[i].lower(), ours[i].upper() - high});
            theirs_beyond = std::max({theirs_beyond, ours[i].lower() - low, high - ours[i].upper()});
        }
        our_boxes += tube.layers[k + 1].count;
        their_boxes += published[k][0].template get<std::size_t>();
        ++steps;
    }
    row["compared_steps"] = steps;
    row["hull_beyond_published"] = ours_beyond;
    row["published_beyond_hull"] = theirs_beyond;
    row["boxes_in_all"] = our_boxes;
    row["published_boxes_in_all"] = their_boxes;
}

// A name from the command line.
struct request {
    explicit request(const std::string& text) : name{text.substr(0, text.find(':'))} {
        if (name.size() < text.size()) {
            std::istringstream list{text.substr(name.size() + 1)};
            for (std::string number; std::getline(list, number, ',');) {
                wider.push_back(std::stod(number));
            }
        }
    }

    std::string name;
    std::vector<double> wider; // of each dimension, or nothing
};

template <class System>
json measure(const verify::benchmark<System>& problem, const trained_controller& c, const json& published,
             const std::vector<double>& wider) {
    constexpr std::size_t n = System::dimension;
    const auto grid = grid_of<n>(c);
    const enclosure<System> dynamics{problem.system};
    const box_network<n> pilot{c.net, {c.scale}};
    point<n> widths = problem.tube.parts;
    json row{{"name", c.name}, {"system", c.system}};
    if (!wider.empty()) {
        if (wider.size() != n) {
            throw std::invalid_argument{c.name + " has " + std::to_string(n) + " dimensions, and " +
                                        std::to_string(wider.size()) + " numbers say how wide its parts are"};
        }
        for (std::size_t i = 0; i < n; ++i) {
            widths[i] *= wider[i];
        }
        row["parts_wider"] = wider;
    }
    const auto parts = split(problem.initial, widths);
    reach_tube<n> tube;
    for (const std::size_t threads : {std::size_t{1}, std::size_t{2}}) {
        tube_options<n> options;
        options.steps = problem.tube.steps;
        options.target = problem.labels[0].set;
        options.nearness = problem.tube.nearness;
        options.gap = problem.tube.gap;
        options.threads = threads;
        // The fastest of some, because others may use the machine: at least one, no more than ten seconds.
        double best = 0;
        double least_cpu = 0;
        double all = 0;
        for (int k = 0; k < 25 && (k == 0 || all < 10); ++k) {
            const auto start = std::chrono::steady_clock::now();
            const double cpu_before = cpu_seconds();
            tube = follow(grid, dynamics, pilot, parts, options);
            const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            const double cpu = cpu_seconds() - cpu_before;
            best = k == 0 ? s : std::min(best, s);
            least_cpu = k == 0 ? cpu : std::min(least_cpu, cpu);
            all += s;
        }
        const std::string suffix = threads == 1 ? "_1_thread" : "_2_threads";
        row["seconds" + suffix] = best;
        row["cpu_seconds" + suffix] = least_cpu;
    }
    row["outcome"] = name_of(tube.outcome);
    row["parts"] = parts.size();
    row["last_step"] = tube.last_step;
    row["peak"] = tube.peak;
    compare(row, tube, published);
    row["runs"] = 2'000;
    row["escapes"] = escapes(problem, grid, pilot, tube, 2'000);
    return row;
}

json measure(const trained_controller& c, const json& published, const std::vector<double>& wider) {
    const std::string& s = c.system;
    return s == "b1"     ? measure(verify::b1(), c, published, wider)
           : s == "b2"   ? measure(verify::b2(), c, published, wider)
           : s == "b3"   ? measure(verify::b3(), c, published, wider)
           : s == "b4"   ? measure(verify::b4(), c, published, wider)
           : s == "b5"   ? measure(verify::b5(), c, published, wider)
           : s == "tora" ? measure(verify::tora(), c, published, wider)
                         : measure(verify::acc6(), c, published, wider);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s NETS RESULT.json [NAME...]\n", argv[0]);
        return 2;
    }
    try {
        const std::filesystem::path folder{argv[1]};
        std::vector<request> requests(argv + 3, argv + argc);
        opara::require_writable(argv[2]);
        const json published = json::parse(opara::read_file((folder / "artifact-tubes.json").string()));
        if (requests.empty()) {
            for (const auto& entry : std::filesystem::directory_iterator{folder}) {
                const std::string stem = entry.path().stem().string();
                if (entry.path().extension() == ".json" && published.contains(stem)) {
                    requests.emplace_back(stem);
                }
            }
            std::sort(requests.begin(), requests.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        }
        json result{{"machine",
                     {{"cpu", bench::cpu_name()},
                      {"hardware_threads", std::thread::hardware_concurrency()},
                      {"compiler", __VERSION__},
                      {"opara", std::to_string(OPARA_VERSION_MAJOR) + "." + std::to_string(OPARA_VERSION_MINOR) + "." +
                                    std::to_string(OPARA_VERSION_PATCH)}}},
                    {"tubes", json::array()}};
        for (const request& asked : requests) {
            const auto c = controller_from_json(opara::read_file((folder / (asked.name + ".json")).string()));
            result["tubes"].push_back(measure(c, published.at(c.name)["tube"], asked.wider));
            std::printf("%s\n", result["tubes"].back().dump().c_str());
            std::fflush(stdout);
        }
        opara::write_file_atomically(argv[2], result.dump(1) + "\n");
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
        return 2;
    }
    return 0;
}
