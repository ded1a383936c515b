// Proofs by refinement of published controllers, with the library's rule of what to cut and with others, as Markdown:
// usage: bench_refinement NETS [SECONDS]. NETS is a folder of controllers in JSON; no rule gets more than SECONDS (20)
// for one controller. One thread; CPU time, because the wall clock suffers from what else a machine does.

#include <examples/opara_verify/benchmarks.hpp>
#include <opara/abstraction.hpp>
#include <opara/abstraction/json.hpp>
#include <opara/core/file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <span>
#include <string>
#include <vector>

namespace {

namespace verify = opara::examples::verify;
using namespace opara::abstraction;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

enum class rule {
    widest,     // the library's
    artifact,   // every failing cell that is reached, in all dimensions (Trainify)
    all_sides,  // every suspect, in all dimensions
    posts,      // every suspect, in the dimension whose halves' posts meet the fewest suspects
    straddling, // suspects with a successor that is none, where they are widest
};
constexpr std::array rules{rule::widest, rule::artifact, rule::all_sides, rule::posts, rule::straddling};
const char* name_of(rule r) {
    constexpr std::array names{"widest (ours)", "artifact's", "all sides", "fewest posts", "straddling"};
    return names[static_cast<std::size_t>(r)];
}

struct outcome {
    bool proved = false;
    std::size_t rounds = 0;
    std::size_t first = 0; // states of the first round
    std::size_t states = 0;
    std::uint64_t cells = 0; // added
    double seconds = 0;
};

template <class System>
class experiment {
public:
    static constexpr std::size_t n = System::dimension;

    experiment(const verify::benchmark<System>& problem, const trained_controller& c, formula f, double limit)
        : initial_{problem.initial},
          grid_{grid_of(c)},
          dynamics_{problem.system},
          pilot_{grid_, box_network<n>{c.net, {c.scale, c.offset}}},
          problem_{detail::until_goal(build_options<n>{.labels = problem.labels, .threads = 1}, f)},
          formula_{std::move(f)},
          limit_{limit} {}

    outcome run(rule r) {
        adaptive_tree<n> cells{grid_};
        outcome o;
        const double start = cpu_seconds();
        for (;; ++o.rounds) {
            const cell_system built = build(cells, dynamics_, pilot_, initial_, problem_);
            const evaluation sets{built.graph, formula_};
            blame why = find_blame(built.graph, formula_);
            o.states = built.graph.size();
            o.first = o.rounds == 0 ? o.states : o.first;
            o.proved = why.count == 0;
            o.cells = cells.size() - grid_.size();
            o.seconds = cpu_seconds() - start;
            if (o.proved || o.seconds > limit_ || o.states > 8'000'000) {
                return o;
            }
            if (r == rule::artifact) {
                for (std::size_t s = 0; s < built.graph.size(); ++s) {
                    why.suspects[s] = sets.result()[s] == 0 ? 1 : 0;
                }
            }
            cut(cells, built, why, r);
        }
    }

private:
    static uniform_grid<n> grid_of(const trained_controller& c) {
        point<n> lower;
        point<n> upper;
        point<n> widths;
        for (std::size_t i = 0; i < n; ++i) {
            lower[i] = c.lower[i];
            upper[i] = c.upper[i];
            widths[i] = c.widths[i];
        }
        return uniform_grid<n>::by_width(box_of<n>(lower, upper), widths);
    }

    void cut(adaptive_tree<n>& cells, const cell_system& built, const blame& why, rule r) const {
        if (r == rule::widest) {
            for (const cell_cut& c : choose_cuts(cells, initial_, problem_, built, why)) {
                cells.cut(c.cell, c.dimension, c.at);
            }
            return;
        }
        if (r == rule::straddling || r == rule::posts) {
            blame some = why;
            detail::cell_index index;
            for (const std::uint64_t cell : built.cells) {
                index.insert(cell);
            }
            std::vector<cell_cut> cuts;
            for (std::size_t s = 0; s < some.suspects.size(); ++s) {
                const auto next = built.graph.successors(state_id::from_index(s));
                const bool straddles =
                    std::any_of(next.begin(), next.end(), [&](state_id t) { return why.suspects[t.index()] == 0; });
                if (r == rule::straddling && !straddles) {
                    some.suspects[s] = 0;
                }
            }
            cuts = choose_cuts(cells, initial_, problem_, built, some);
            if (cuts.empty()) { // no straddling cell: those in which runs go round
                cuts = choose_cuts(cells, initial_, problem_, built, why);
            }
            for (cell_cut& c : cuts) {
                const box<n> b = cells.cell_box(c.cell);
                if (r == rule::posts && c.at == b[c.dimension].middle()) {
                    c.dimension = fewest(cells, index, why, b);
                    c.at = b[c.dimension].middle();
                }
                cells.cut(c.cell, c.dimension, c.at);
            }
            return;
        }
        for (std::size_t s = 0; s < built.cells.size(); ++s) {
            if (why.suspects[s] == 0 || built.cells[s] == cells.outside()) {
                continue;
            }
            std::vector<std::size_t> sides;
            const box<n> b = cells.cell_box(built.cells[s]);
            for (std::size_t i = 0; i < n; ++i) {
                if (b[i].lower() < b[i].middle() && b[i].middle() < b[i].upper()) {
                    sides.push_back(i);
                }
            }
            cells.bisect(built.cells[s], sides);
        }
    }
    // The dimension in which the posts of a cell's two halves meet the fewest suspects.
    [[nodiscard]] std::size_t fewest(const adaptive_tree<n>& cells, const detail::cell_index& index, const blame& why,
                                     const box<n>& b) const {
        double u = 0;
        pilot_.act(std::span<const box<n>>{&b, 1}, std::span<double>{&u, 1});
        std::size_t best = 0;
        std::size_t least = static_cast<std::size_t>(-1);
        for (std::size_t i = 0; i < n; ++i) {
            std::size_t met = 0;
            const double middle = b[i].middle();
            for (const interval half : {interval{b[i].lower(), middle}, interval{middle, b[i].upper()}}) {
                box<n> part = b;
                part[i] = half;
                cells.for_each_overlap(dynamics_.post(part, u), [&](std::uint64_t cell) {
                    const std::uint32_t s = index.find(cell);
                    met += s != detail::cell_index::absent && why.suspects[s] != 0 ? 1U : 0U;
                });
            }
            if (met < least && b[i].lower() < middle && middle < b[i].upper()) {
                least = met;
                best = i;
            }
        }
        return best;
    }

    box<n> initial_;
    uniform_grid<n> grid_;
    enclosure<System> dynamics_;
    coarse_controller<uniform_grid<n>, box_network<n>> pilot_;
    build_options<n> problem_;
    formula formula_;
    double limit_;
};

template <class System>
void compare(const verify::benchmark<System>& problem, const trained_controller& c, double limit) {
    for (const auto& [name, text] : problem.properties) {
        std::string shown = text;
        std::replace(shown.begin(), shown.end(), '|', '/'); // a bar would end the table's column
        experiment<System> e{problem, c, parse_formula(text), limit};
        for (const rule r : rules) {
            const outcome o = e.run(r);
            std::printf("| `%s` | %s | %s | %s | %zu | %zu | %zu | %llu | %.2g s |\n", c.name.c_str(), shown.c_str(),
                        name_of(r), o.proved ? "proved" : "not proved", o.rounds, o.first, o.states,
                        static_cast<unsigned long long>(o.cells), o.seconds);
            std::fflush(stdout);
            if (r == rule::widest && o.proved && o.rounds == 0) {
                break; // the grid is enough: there is nothing to compare
            }
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: bench_refinement NETS [SECONDS]\n", stderr);
        return 2;
    }
    try {
        const double limit = argc > 2 ? std::strtod(argv[2], nullptr) : 20;
        std::puts("| controller | property | rule | | rounds | states at first | at last | cells added | CPU |\n"
                  "|---|---|---|---|---|---|---|---|---|");
        for (const char* const name :
             {"b1_tanh_2x20_d0.02", "b1_tanh_2x20_d0.05", "b1_tanh_3x100_d0.02_assumed", "b1_relu_2x20_d0.02",
              "b1_relu_2x20_d0.03", "b1_relu_2x20_d0.05", "b2_tanh_2x20_d0.1", "b2_tanh_2x20_d0.3", "b2_relu_2x20_d0.1",
              "b3_tanh_2x20_d0.2", "b3_relu_2x20_d0.3", "b4_tanh_2x20_d0.2"}) {
            const trained_controller c =
                controller_from_json(opara::read_file(std::string{argv[1]} + "/" + name + ".json"));
            switch (c.system[1]) {
            case '1': compare(verify::b1(), c, limit); break;
            case '2': compare(verify::b2(), c, limit); break;
            case '3': compare(verify::b3(), c, limit); break;
            default: compare(verify::b4(), c, limit); break;
            }
        }
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "bench_refinement: %s\n", e.what());
        return 2;
    }
}
