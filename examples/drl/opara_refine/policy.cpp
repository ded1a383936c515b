#include <examples/drl/opara_refine/pictures.hpp>
#include <examples/drl/training/svg.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

namespace {

using svg::number;

std::string hex(double r, double g, double b) {
    const auto two = [](double x) {
        constexpr const char* digits = "0123456789abcdef";
        const auto n = static_cast<std::size_t>(std::lround(std::clamp(x, 0.0, 255.0)));
        return std::string{digits[n / 16], digits[n % 16]};
    };
    return "#" + two(r) + two(g) + two(b);
}
// From one colour over a pale one to another, so that the middle of the range is seen.
std::string diverging(double part) {
    const double x = 2 * std::clamp(part, 0.0, 1.0) - 1;
    const double far = std::abs(x);
    return x < 0 ? hex(244 - far * 213, 244 - far * 133, 244 - far * 66)
                 : hex(244 - far * 50, 244 - far * 179, 244 - far * 232);
}
std::string deepening(double part) {
    const double x = std::clamp(part, 0.0, 1.0);
    return hex(236 - 190 * x, 240 - 200 * x, 236 - 140 * x);
}

constexpr double top = 74;
constexpr double left = 64;
constexpr double side = 400; // of a panel
constexpr double gap = 150;  // between panels, with room for a legend
constexpr std::size_t spots = 200;

// Values over a square of spots.
class raster {
public:
    explicit raster(const rectangle& view) : view_{view}, values_(spots * spots), known_(spots * spots, 0) {}

    void paint(const rectangle& where, double value) {
        const auto [x0, x1] = spots_of(where[0], 0);
        const auto [y0, y1] = spots_of(where[1], 1);
        for (std::size_t y = y0; y <= y1; ++y) {
            for (std::size_t x = x0; x <= x1; ++x) {
                values_[y * spots + x] = value;
                known_[y * spots + x] = 1;
            }
        }
    }
    template <class Colour>
    void write(std::ostream& out, double at, Colour colour) const {
        std::map<std::string, std::string> paths; // one a colour, sorted so that equal pictures are equal files
        const double spot = side / static_cast<double>(spots);
        for (std::size_t y = 0; y < spots; ++y) {
            for (std::size_t x = 0; x < spots;) {
                const std::size_t k = y * spots + x;
                if (known_[k] == 0) {
                    ++x;
                    continue;
                }
                const std::string c = colour(values_[k]);
                std::size_t end = x + 1;
                while (end < spots && known_[y * spots + end] != 0 && colour(values_[y * spots + end]) == c) {
                    ++end;
                }
                const double width = spot * static_cast<double>(end - x);
                paths[c] += "M" + number(at + spot * static_cast<double>(x)) + " " +
                            number(top + side - spot * static_cast<double>(y + 1)) + "h" + number(width) + "v" +
                            number(spot) + "h-" + number(width) + "z";
                x = end;
            }
        }
        for (const auto& [c, path] : paths) {
            out << "<path fill=\"" << c << "\" d=\"" << path << "\"/>\n";
        }
    }

private:
    // A cell that is smaller than a spot fills the one in which its middle lies.
    [[nodiscard]] std::pair<std::size_t, std::size_t> spots_of(const abstraction::interval& s, std::size_t i) const {
        const double unit = (view_[i].upper() - view_[i].lower()) / static_cast<double>(spots);
        const auto spot = [&](double x) {
            return static_cast<std::size_t>(
                std::clamp((x - view_[i].lower()) / unit, 0.0, static_cast<double>(spots) - 1));
        };
        const std::size_t first = spot(s.lower() + 0.5 * unit);
        const std::size_t last = spot(s.upper() - 0.5 * unit);
        return first <= last ? std::pair{first, last} : std::pair{spot(s.middle()), spot(s.middle())};
    }

    rectangle view_;
    std::vector<double> values_;
    std::vector<unsigned char> known_;
};

rectangle view_of(const policy_picture& p) {
    rectangle view = p.initial;
    for (const painted_cell& c : p.cells) {
        for (std::size_t i = 0; i < 2; ++i) {
            view[i] = {std::min(view[i].lower(), c.where[i].lower()), std::max(view[i].upper(), c.where[i].upper())};
        }
    }
    for (std::size_t i = 0; i < 2; ++i) {
        const double margin = 0.02 * (view[i].upper() - view[i].lower());
        view[i] = {view[i].lower() - margin, view[i].upper() + margin};
    }
    return view;
}

class panel {
public:
    panel(std::ostream& out, const rectangle& view, double at) : out_{out}, view_{view}, at_{at} {}

    void outline(const rectangle& where, const std::string& name, const char* colour) {
        const double x0 = across(where[0].lower());
        const double x1 = across(where[0].upper());
        const double y0 = up(where[1].upper());
        const double y1 = up(where[1].lower());
        if (x0 >= x1 && y0 >= y1) { // a point
            out_ << "<circle cx=\"" << number(x0) << "\" cy=\"" << number(y0) << "\" r=\"4\" fill=\"" << colour
                 << "\"/>\n";
        } else {
            out_ << "<rect x=\"" << number(x0) << "\" y=\"" << number(y0) << "\" width=\"" << number(x1 - x0)
                 << "\" height=\"" << number(y1 - y0) << "\" fill=\"none\" stroke=\"" << colour
                 << "\" stroke-width=\"1.5\"/>\n";
        }
        svg::text(out_, x0 + 3, std::max(y0 - 4, top + 12), name,
                  " font-size=\"12\" fill=\"" + std::string{colour} + "\"");
    }
    void frame() {
        for (std::size_t i = 0; i < 2; ++i) {
            const double every = svg::step_of(view_[i].upper() - view_[i].lower());
            for (double x = std::ceil(view_[i].lower() / every) * every; x <= view_[i].upper(); x += every) {
                const std::string mark = number(std::abs(x) < every / 1000 ? 0 : x);
                i == 0 ? svg::text(out_, across(x), top + side + 18, mark, " text-anchor=\"middle\" fill=\"#667\"")
                       : svg::text(out_, at_ - 8, up(x) + 4, mark, " text-anchor=\"end\" fill=\"#667\"");
            }
        }
        out_ << "<rect x=\"" << at_ << "\" y=\"" << top << "\" width=\"" << side << "\" height=\"" << side
             << "\" fill=\"none\" stroke=\"#99a\"/>\n";
        svg::text(out_, at_ + side / 2, top + side + 38, "x0", " text-anchor=\"middle\"");
        svg::text(out_, at_ - 44, top + side / 2, "x1", "");
    }

private:
    [[nodiscard]] double part(double x, std::size_t i) const {
        return std::clamp((x - view_[i].lower()) / (view_[i].upper() - view_[i].lower()), 0.0, 1.0);
    }
    [[nodiscard]] double across(double x) const { return at_ + side * part(x, 0); }
    [[nodiscard]] double up(double y) const { return top + side * (1 - part(y, 1)); }

    std::ostream& out_;
    rectangle view_;
    double at_;
};

// Colours with what they mean.
void legend(std::ostream& out, double x, const std::string& title,
            const std::vector<std::pair<std::string, std::string>>& entries) {
    svg::text(out, x, top + 8, title, " font-weight=\"bold\"");
    for (std::size_t k = 0; k < entries.size(); ++k) {
        const double y = top + 20 + 19 * static_cast<double>(k);
        out << "<rect x=\"" << x << "\" y=\"" << y << "\" width=\"18\" height=\"14\" fill=\"" << entries[k].first
            << "\" stroke=\"#99a\" stroke-width=\"0.5\"/>\n";
        svg::text(out, x + 25, y + 12, entries[k].second, "");
    }
}

} // namespace

void write_policy(std::ostream& out, const policy_picture& p) {
    const rectangle view = view_of(p);
    double low = p.cells.front().action;
    double high = low;
    std::size_t deepest = 0;
    for (const painted_cell& c : p.cells) {
        low = std::min(low, c.action);
        high = std::max(high, c.action);
        deepest = std::max(deepest, c.depth);
    }
    if (!p.choices.empty()) {
        low = 0;
        high = static_cast<double>(p.choices.size()) - 1;
    }
    raster actions{view};
    raster depths{view};
    for (const painted_cell& c : p.cells) {
        actions.paint(c.where, c.action);
        depths.paint(c.where, static_cast<double>(c.depth));
    }
    constexpr double second = left + side + gap;
    svg::begin(out, second + side + gap, top + side + 56, left, p.title, p.subtitle);
    constexpr double shades = 24; // of the controls: more make the file larger, and are not seen
    const auto colour_of_action = [&](double action) {
        return diverging(high > low ? std::round(shades * (action - low) / (high - low)) / shades : 0.5);
    };
    const auto colour_of_depth = [&](double depth) {
        return deepening(deepest > 0 ? depth / static_cast<double>(deepest) : 0);
    };
    actions.write(out, left, colour_of_action);
    depths.write(out, second, colour_of_depth);
    for (const double at : {left, second}) {
        panel drawn{out, view, at};
        for (const named_box& r : p.regions) {
            drawn.outline(r.where, r.name, "#15803d");
        }
        drawn.outline(p.initial, "start", "#111");
        drawn.frame();
    }
    std::vector<std::pair<std::string, std::string>> entries;
    const std::size_t count = p.choices.empty() ? 5 : p.choices.size();
    for (std::size_t k = 0; k < count; ++k) {
        const double action =
            count == 1 ? high : high - (high - low) * static_cast<double>(k) / static_cast<double>(count - 1);
        entries.emplace_back(colour_of_action(action), p.choices.empty() ? number(action) : p.choices[count - 1 - k]);
    }
    legend(out, left + side + 16, p.choices.empty() ? "control" : "action", entries);
    entries.clear();
    for (std::size_t k = 0; k <= deepest; k += std::max<std::size_t>(1, (deepest + 7) / 8)) {
        entries.emplace_back(colour_of_depth(static_cast<double>(k)), std::to_string(k));
    }
    legend(out, second + side + 16, "cuts", entries);
    out << "</svg>\n";
}

} // namespace opara::examples::drl
