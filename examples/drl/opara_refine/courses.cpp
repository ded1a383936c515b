#include <examples/drl/opara_refine/pictures.hpp>
#include <examples/drl/training/curves.hpp>
#include <examples/drl/training/svg.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

using svg::number;

namespace {

constexpr double top = 74;
constexpr double left = 64;

} // namespace

void write_refinement(std::ostream& out, const refinement_report& r) {
    struct series {
        const char* name;
        const char* colour;
        std::vector<double> values;
    };
    std::vector<series> all{{"states", "#1f6fb2", {}}, {"to blame", "#c2410c", {}}, {"cells added", "#15803d", {}}};
    std::vector<std::pair<std::size_t, std::string>> begins; // of the rounds
    for (const round_record& round : r.rounds) {
        begins.emplace_back(all[0].values.size(), "round " + std::to_string(round.round));
        for (const check_record& c : round.checks) {
            all[0].values.push_back(static_cast<double>(c.states));
            all[1].values.push_back(static_cast<double>(c.suspects));
            all[2].values.push_back(static_cast<double>(c.added));
        }
    }
    constexpr double width = 860;
    constexpr double height = 380;
    const std::size_t checks = all[0].values.size();
    double most = 10;
    for (const series& s : all) {
        for (const double x : s.values) {
            most = std::max(most, x);
        }
    }
    const double decades = std::ceil(std::log10(most));
    const auto across = [&](std::size_t k) {
        return left + width * (static_cast<double>(k) + 0.5) / static_cast<double>(std::max<std::size_t>(checks, 1));
    };
    const auto up = [&](double x) { return top + height * (1 - std::log10(std::max(x, 1.0)) / decades); };
    svg::begin(out, left + width + 130, top + height + 60, left, r.what.system + ": " + r.property, r.verdict);
    for (double d = 0; d <= decades; ++d) {
        const double y = up(std::pow(10.0, d));
        out << "<path d=\"M" << left << ' ' << number(y) << "h" << width << "\" stroke=\"#e6e8ee\"/>\n";
        svg::text(out, left - 10, y + 4, number(std::pow(10.0, d)), " text-anchor=\"end\" fill=\"#667\"");
    }
    for (const auto& [k, name] : begins) {
        const double x = across(k) - 0.5 * width / static_cast<double>(std::max<std::size_t>(checks, 1));
        out << "<path d=\"M" << number(x) << ' ' << top << "v" << height
            << "\" stroke=\"#99a\" stroke-dasharray=\"4 4\"/>\n";
        svg::text(out, x + 4, top + 14, name, " font-size=\"11\" fill=\"#667\"");
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const series& s = all[i];
        out << "<polyline fill=\"none\" stroke=\"" << s.colour << "\" stroke-width=\"2\" points=\"";
        for (std::size_t k = 0; k < checks; ++k) {
            out << number(across(k)) << ',' << number(up(s.values[k])) << ' ';
        }
        out << "\"/>\n";
        for (std::size_t k = 0; k < checks; ++k) {
            out << "<circle cx=\"" << number(across(k)) << "\" cy=\"" << number(up(s.values[k])) << "\" r=\"3\" fill=\""
                << s.colour << "\"/>\n";
        }
        const double y = top + 14 + 20 * static_cast<double>(i);
        out << "<path d=\"M" << left + width + 16 << ' ' << y - 4 << "h20\" stroke=\"" << s.colour
            << "\" stroke-width=\"2.5\"/>\n";
        svg::text(out, left + width + 42, y, s.name, "");
    }
    out << "<rect x=\"" << left << "\" y=\"" << top << "\" width=\"" << width << "\" height=\"" << height
        << "\" fill=\"none\" stroke=\"#99a\"/>\n";
    svg::text(out, left + width / 2, top + height + 24, "checks, one after another (0 is drawn as 1)",
              " text-anchor=\"middle\"");
    out << "</svg>\n";
}

void write_reward(std::ostream& out, const refinement_report& r, std::size_t window) {
    curves drawn{r.what.system + " with " + r.what.agent,
                 "on cells of " + r.what.grid,
                 window,
                 {{"seed " + std::to_string(r.what.seed), {}}}};
    for (const round_record& round : r.rounds) {
        auto& all = drawn.all.front().episodes;
        drawn.marks.push_back({all.size(), "round " + std::to_string(round.round)});
        all.insert(all.end(), round.episodes.begin(), round.episodes.end());
    }
    write_curves(out, drawn);
}

} // namespace opara::examples::drl
