#include <examples/opara_verify/picture.hpp>
#include <opara/core/escape.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::examples::verify {

namespace {

using abstraction::hull;
using abstraction::interval;

constexpr double left = 78;
constexpr double top = 74;
constexpr double width = 860;
constexpr double height = 560;
constexpr std::size_t columns = 430; // spots of two pixels
constexpr std::size_t rows = 280;

struct colour {
    double red, green, blue;
};

// Dark to light, by the part of the way that has been gone: one scale where the formula holds, one where it does not.
constexpr colour fine[] = {{20, 54, 104}, {33, 113, 150}, {79, 178, 176}, {190, 229, 205}};
constexpr colour failing[] = {{110, 16, 42}, {190, 54, 48}, {238, 130, 84}, {252, 214, 170}};
constexpr int shades = 24;

std::string shade_of(bool satisfies, int shade) {
    const colour* const scale = satisfies ? fine : failing;
    const double at = 3.0 * shade / (shades - 1);
    const auto k = std::min(static_cast<int>(at), 2);
    const auto mix = [&](double colour::* part) {
        return static_cast<int>(std::lround(scale[k].*part + (at - k) * (scale[k + 1].*part - scale[k].*part)));
    };
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", static_cast<unsigned>(mix(&colour::red)),
                  static_cast<unsigned>(mix(&colour::green)), static_cast<unsigned>(mix(&colour::blue)));
    return text;
}

std::string number(double x, int digits = 2) {
    char text[64];
    const auto [end, problem] = std::to_chars(text, text + sizeof text, x, std::chars_format::fixed, digits);
    std::string written{text, end};
    if (problem != std::errc{}) {
        return "0";
    }
    written.erase(written.find_last_not_of('0') + 1);
    if (written.back() == '.') {
        written.pop_back();
    }
    return written == "-0" ? "0" : written;
}

// What is shown of the plane: what was reached, and a little more.
rectangle view_of(const drawing& d) {
    rectangle view = d.initial;
    for (const drawn_cell& c : d.cells) {
        view = hull(view, c.where);
    }
    for (interval& side : view.sides) {
        const double margin = std::max((side.upper() - side.lower()) * 0.06, 1e-9 + std::abs(side.upper()) * 1e-9);
        side = interval{side.lower() - margin, side.upper() + margin};
    }
    return view;
}

class painter {
public:
    painter(std::ostream& out, const drawing& d) : out_{out}, d_{d}, view_{view_of(d)} {}

    void paint() {
        out_ << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << left + width + 200 << ' '
             << top + height + 64 << "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#223\">\n"
             << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
             << "<clipPath id=\"inside\"><rect x=\"" << left << "\" y=\"" << top << "\" width=\"" << width
             << "\" height=\"" << height << "\"/></clipPath>\n";
        text(left, 32, d_.title, " font-size=\"19\" font-weight=\"bold\"");
        text(left, 54, d_.subtitle, " fill=\"#667\"");
        axes();
        out_ << "<g clip-path=\"url(#inside)\">\n";
        cells();
        regions();
        initial();
        counterexample();
        out_ << "</g>\n";
        legend();
        out_ << "</svg>\n";
    }

private:
    struct spot {
        std::size_t step = std::numeric_limits<std::size_t>::max(); // of the nearest cell; the largest: nothing is here
        bool satisfies = true;                                      // all of them
    };

    [[nodiscard]] double across(double x) const {
        const double at = (x - view_[0].lower()) / (view_[0].upper() - view_[0].lower());
        return left + std::clamp(at, -1.0, 2.0) * width;
    }
    [[nodiscard]] double up(double y) const {
        const double at = (y - view_[1].lower()) / (view_[1].upper() - view_[1].lower());
        return top + (1 - std::clamp(at, -1.0, 2.0)) * height;
    }
    void text(double x, double y, std::string_view what, std::string_view style = {}) {
        out_ << "<text x=\"" << number(x) << "\" y=\"" << number(y) << '"' << style << '>'
             << opara::detail::xml_escaped(what) << "</text>\n";
    }
    void box(const rectangle& r, std::string_view style) {
        const double x = across(r[0].lower());
        const double y = up(r[1].upper());
        out_ << "<rect x=\"" << number(x) << "\" y=\"" << number(y) << "\" width=\"" << number(across(r[0].upper()) - x)
             << "\" height=\"" << number(up(r[1].lower()) - y) << '"' << style << "/>\n";
    }

    // Round numbers, some five of them.
    static std::vector<double> ticks(const interval& side) {
        const double span = side.upper() - side.lower();
        const double power = std::pow(10.0, std::floor(std::log10(span / 5)));
        const double part = span / 5 / power;
        const double step = power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
        std::vector<double> marks;
        for (double x = std::ceil(side.lower() / step) * step; x <= side.upper(); x += step) {
            marks.push_back(std::abs(x) < step / 1000 ? 0 : x);
        }
        return marks;
    }
    static std::string label_of(double x) {
        char written[32];
        std::snprintf(written, sizeof written, "%.6g", x);
        return written;
    }
    void axes() {
        for (const double x : ticks(view_[0])) {
            out_ << "<path d=\"M" << number(across(x)) << ' ' << top << "V" << top + height
                 << "\" stroke=\"#e6e8ee\"/>\n";
            text(across(x), top + height + 20, label_of(x), " text-anchor=\"middle\" fill=\"#667\"");
        }
        for (const double y : ticks(view_[1])) {
            out_ << "<path d=\"M" << left << ' ' << number(up(y)) << "H" << left + width << "\" stroke=\"#e6e8ee\"/>\n";
            text(left - 10, up(y) + 4, label_of(y), " text-anchor=\"end\" fill=\"#667\"");
        }
        out_ << "<rect x=\"" << left << "\" y=\"" << top << "\" width=\"" << width << "\" height=\"" << height
             << "\" fill=\"none\" stroke=\"#99a\"/>\n";
        text(left + width / 2, top + height + 46, d_.axes[0], " text-anchor=\"middle\"");
        text(22, top + height / 2, d_.axes[1], " text-anchor=\"middle\"");
    }

    void cells() {
        std::vector<spot> spots(columns * rows);
        for (const drawn_cell& c : d_.cells) {
            farthest_ = std::max(farthest_, c.step);
            some_fail_ = some_fail_ || !c.satisfies;
            const auto [first, last] = range(c.where[0], view_[0], columns);
            const auto [low, high] = range(c.where[1], view_[1], rows);
            for (std::size_t y = low; y <= high; ++y) {
                for (std::size_t x = first; x <= last; ++x) {
                    spot& s = spots[y * columns + x];
                    s.step = std::min(s.step, c.step);
                    s.satisfies = s.satisfies && c.satisfies;
                }
            }
        }
        // Neighbours of one colour in a row are one bar.
        constexpr double spot_width = width / columns;
        constexpr double spot_height = height / rows;
        out_ << "<g shape-rendering=\"crispEdges\">\n";
        for (std::size_t y = 0; y < rows; ++y) {
            for (std::size_t x = 0; x < columns;) {
                const std::size_t from = x;
                const std::string here = fill_of(spots[y * columns + x]);
                while (x < columns && fill_of(spots[y * columns + x]) == here) {
                    ++x;
                }
                if (!here.empty()) {
                    out_ << "<rect x=\"" << number(left + static_cast<double>(from) * spot_width) << "\" y=\""
                         << number(top + static_cast<double>(rows - 1 - y) * spot_height) << "\" width=\""
                         << number(static_cast<double>(x - from) * spot_width) << "\" height=\"" << number(spot_height)
                         << "\" fill=\"" << here << "\"/>\n";
                }
            }
        }
        out_ << "</g>\n";
    }
    [[nodiscard]] std::string fill_of(const spot& s) const {
        if (s.step == spot{}.step) {
            return {};
        }
        const double part = farthest_ == 0 ? 0 : static_cast<double>(s.step) / static_cast<double>(farthest_);
        return shade_of(s.satisfies, static_cast<int>(std::lround(part * (shades - 1))));
    }
    // The spots that a side covers, at least one.
    static std::pair<std::size_t, std::size_t> range(const interval& side, const interval& view, std::size_t count) {
        const auto spot_of = [&](double x) {
            const double at = (x - view.lower()) / (view.upper() - view.lower()) * static_cast<double>(count);
            return std::clamp(at, 0.0, static_cast<double>(count - 1));
        };
        const auto first = static_cast<std::size_t>(spot_of(side.lower()));
        const auto end = static_cast<std::size_t>(std::ceil(spot_of(side.upper())));
        return {first, std::max(first, end == 0 ? 0 : end - 1)};
    }

    void regions() {
        static constexpr std::string_view colours[] = {"#1a8f3c", "#7a4bc4", "#c07a00", "#00818a"};
        for (std::size_t k = 0; k < d_.regions.size(); ++k) {
            const drawn_region& r = d_.regions[k];
            const std::string c{colours[k % std::size(colours)]};
            box(r.where, " fill=\"" + c + "\" fill-opacity=\"0.10\" stroke=\"" + c +
                             "\" stroke-width=\"1.5\" stroke-dasharray=\"6 3\"");
            const double x = std::clamp(across(r.where[0].lower()), left, left + width - 40) + 5;
            const double y = std::clamp(up(r.where[1].upper()), top, top + height - 40) + 15;
            text(x, y, r.name,
                 " fill=\"" + c +
                     "\" font-style=\"italic\" stroke=\"#fff\" stroke-width=\"3\" "
                     "paint-order=\"stroke\"");
        }
    }
    void initial() {
        box(d_.initial, " fill=\"none\" stroke=\"#000\" stroke-width=\"2.5\"");
        text(across(d_.initial[0].upper()) + 5, up(d_.initial[1].upper()) - 5, "start",
             " font-weight=\"bold\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"");
    }
    void counterexample() {
        std::vector<std::array<double, 2>> middles;
        for (const rectangle& r : d_.counterexample) {
            box(r, " fill=\"none\" stroke=\"#c2185b\" stroke-width=\"1\"");
            middles.push_back(r.middle());
        }
        line(middles, " class=\"counterexample\" stroke=\"#c2185b\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"");
        line(d_.replayed, " class=\"replayed\" stroke=\"#000\" stroke-width=\"2\"");
        for (const auto& x : d_.replayed) {
            out_ << "<circle cx=\"" << number(across(x[0])) << "\" cy=\"" << number(up(x[1])) << "\" r=\"2.6\"/>\n";
        }
    }
    void line(const std::vector<std::array<double, 2>>& through, std::string_view style) {
        if (through.empty()) {
            return;
        }
        out_ << "<polyline fill=\"none\" stroke-linejoin=\"round\"" << style << " points=\"";
        for (const auto& x : through) {
            out_ << number(across(x[0])) << ',' << number(up(x[1])) << ' ';
        }
        out_ << "\"/>\n";
    }

    void legend() {
        const double x = left + width + 22;
        double y = top + 14;
        const auto scale = [&](bool satisfies, std::string_view what) {
            text(x, y, what, " font-weight=\"bold\"");
            y += 8;
            constexpr double part = 150.0 / shades;
            for (int k = 0; k < shades; ++k) {
                out_ << "<rect x=\"" << number(x + k * part) << "\" y=\"" << number(y) << "\" width=\""
                     << number(part + 0.5) << "\" height=\"12\" fill=\"" << shade_of(satisfies, k) << "\"/>\n";
            }
            y += 28;
            text(x, y, "0", " fill=\"#667\"");
            text(x + 150, y, std::to_string(farthest_) + " steps", " text-anchor=\"end\" fill=\"#667\"");
            y += 28;
        };
        scale(true, "the property holds");
        if (some_fail_) {
            scale(false, "it fails or is unknown");
        }
        const auto sample = [&](std::string_view style, std::string_view what) {
            out_ << "<path d=\"M" << number(x) << ' ' << number(y - 4) << "h26\"" << style << "/>\n";
            text(x + 34, y, what);
            y += 22;
        };
        sample(" stroke=\"#000\" stroke-width=\"2.5\"", "initial set");
        if (!d_.counterexample.empty()) {
            sample(" stroke=\"#c2185b\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"", "counterexample");
        }
        if (!d_.replayed.empty()) {
            sample(" stroke=\"#000\" stroke-width=\"2\"", "a run that fails");
        }
    }

    std::ostream& out_;
    const drawing& d_;
    rectangle view_;
    std::size_t farthest_ = 0;
    bool some_fail_ = false;
};

} // namespace

void write_picture(std::ostream& out, const drawing& d) { painter{out, d}.paint(); }

std::vector<std::size_t> steps_to(const abstraction::transition_system& graph) {
    constexpr std::size_t unseen = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> steps(graph.size(), unseen);
    std::vector<abstraction::state_id> queue;
    const auto visit = [&](abstraction::state_id s, std::size_t step) {
        if (steps[s.index()] == unseen) {
            steps[s.index()] = step;
            queue.push_back(s);
        }
    };
    for (const abstraction::state_id s : graph.initial()) {
        visit(s, 0);
    }
    for (std::size_t k = 0; k < queue.size(); ++k) {
        for (const abstraction::state_id t : graph.successors(queue[k])) {
            visit(t, steps[queue[k].index()] + 1);
        }
    }
    return steps;
}

} // namespace opara::examples::verify
