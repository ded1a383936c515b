// docs/simulator.md shows what the simulator says today.
#include <opara/sim/text.hpp>
#include <tests/sim/kinds.hpp>
#include <tests/support/page.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace opara::test;
using opara::edge;
using opara::frozen_graph;
using opara::sim::detail::number;
namespace cost = opara::cost;
namespace sim = opara::sim;

namespace {

int class_of(double ratio) { return ratio < 0.90 ? 0 : ratio > 1.30 ? 2 : 1; }

std::string two(double value) {
    std::string text = number(value, 2);
    if (text.find('.') == std::string::npos) {
        text += '.';
    }
    while (text.size() - text.find('.') < 3) {
        text += '0';
    }
    return text;
}

double makespan(std::size_t n, const std::vector<edge>& edges, const std::vector<double>& us) {
    return simulate_h200(frozen_graph{n, edges}, one_block(us)).makespan_us;
}
double chain(std::size_t n, double us) {
    std::vector<edge> edges;
    for (std::size_t v = 1; v < n; ++v) {
        edges.push_back(arc(v - 1, v));
    }
    return makespan(n, edges, std::vector<double>(n, us));
}
double fork_join(std::size_t m, std::size_t stages) {
    std::vector<edge> edges;
    std::size_t last_first = 0;
    std::size_t n = 0;
    for (std::size_t s = 0; s < stages; ++s) {
        const std::size_t parent = n++;
        for (std::size_t i = 0; i < m && s > 0; ++i) {
            edges.push_back(arc(last_first + i, parent));
        }
        last_first = n;
        for (std::size_t i = 0; i < m; ++i) {
            edges.push_back(arc(parent, n++));
        }
    }
    return makespan(n, edges, std::vector<double>(n, 2.0));
}
double chains(std::size_t k) {
    std::vector<edge> edges;
    for (std::size_t c = 0; c < k; ++c) {
        for (std::size_t i = 1; i < 20; ++i) {
            edges.push_back(arc((i - 1) * k + c, i * k + c));
        }
    }
    return makespan(20 * k, edges, std::vector<double>(20 * k, 3.0));
}

} // namespace

TEST_CASE("the page shows the graph costs") {
    std::string text = "| graph | measured | simulated |\n|---|---|---|\n";
    const auto row = [&](const std::string& what, double measured, double simulated) {
        text += "| " + what + " | " + two(measured) + " | " + two(simulated) + " |\n";
    };
    row("chain, beyond each kernel's time", 0.61, (chain(101, 2.0) - chain(1, 2.0)) / 100.0 - 2.0);
    row("chain of empty kernels", 0.50, (chain(101, 0.0) - chain(1, 0.0)) / 100.0);
    const std::pair<std::size_t, double> stages[] = {{1, 1.22}, {2, 1.43}, {3, 1.72}, {4, 2.00}, {5, 2.33}, {6, 2.63},
                                                     {7, 3.35}, {8, 3.48}, {16, 5.1}, {32, 7.9}, {64, 13.5}};
    for (const auto& [m, us] : stages) {
        row("stage of fork to " + std::to_string(m) + " and join, beyond its two kernels", us,
            (fork_join(m, 11) - fork_join(m, 1)) / 10.0 - 4.0);
    }
    const std::pair<std::size_t, double> rooted[] = {{2, 74.5},  {4, 75.0},   {8, 77.4},
                                                     {16, 84.0}, {32, 118.9}, {64, 231.6}};
    for (const auto& [k, us] : rooted) {
        row(std::to_string(k) + " chains of 20 kernels of 3 us, root and sink", us, chains(k));
    }
    check_page("simulator.md", "graph costs", text);
}

TEST_CASE("the page shows every pair of kinds") {
    std::string text = "| A \\ B |";
    for (const kind& k : kinds) {
        text += " " + std::string{k.name} + " |";
    }
    text += "\n|---|";
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        text += "---|";
    }
    double error = 0.0;
    for (std::size_t a = 0; a < kinds.size(); ++a) {
        text += "\n| **" + std::string{kinds[a].name} + "** |";
        for (std::size_t b = 0; b < kinds.size(); ++b) {
            const double measured = measured_ratio[a][b];
            const double simulated = simulated_ratio({kinds[a].launch, kinds[b].launch});
            const bool border = std::min(std::abs(measured - 0.90), std::abs(measured - 1.30)) <= 0.05;
            const bool other = class_of(measured) != class_of(simulated);
            text += " " + two(measured) + " / " + two(simulated) + (!other ? "" : border ? " ~" : " !") + " |";
            error += std::abs(std::log(simulated / measured));
        }
    }
    text += "\n\nMean distance: " + number(100.0 * (std::exp(error / 196.0) - 1.0), 1) + " %.\n";
    check_page("simulator.md", "pairs", text);
}
