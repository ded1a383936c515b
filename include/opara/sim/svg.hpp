/// @file
/// Simulated runs as pictures.
#pragma once

#include <opara/core/id.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/sim/chart.hpp>
#include <opara/sim/text.hpp>
#include <opara/sim/timeline.hpp>
#include <opara/sim/trace.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace opara::inline OPARA_ABI::sim {

/// A moment worth a line in a picture: a lower bound, another plan's latency.
struct marker {
    std::string name; ///< short
    double us = 0.0;  ///< where
};

/// What a picture shows besides the run itself.
struct svg_options {
    std::string title = "Simulated run"; ///< network and policy
    std::string subtitle{};              ///< device, batch, what it is compared with
    std::vector<marker> markers{};       ///< drawn as vertical lines
    std::span<const bound> bounds{};     ///< by operator; gives the blocks their colour; empty: one colour for all
    double width = 1280.0;               ///< of the picture, in pixels
    std::size_t lanes = 24;              ///< up to so many get a row each; more share rows
};

namespace detail {

/// Draws one picture.
template <class Name>
class svg_writer {
public:
    /// All must outlive the writer.
    svg_writer(std::ostream& out, const timeline& t, Name& name, const svg_options& options)
        : out_{out}, t_{t}, name_{name}, options_{options}, rows_{rows_of(t, options.lanes)} {
        const double rows = static_cast<double>(std::max<std::size_t>(rows_.rows, 1));
        row_ = std::clamp(620.0 / rows, 9.0, 34.0);
        right_ = options.width - 28.0;
        bottom_ = top_ + rows * row_;
        strip_ = bottom_ + 44.0;
        longest_ = t.makespan_us;
        for (const marker& m : options.markers) {
            longest_ =
                m.us <= reach * t.makespan_us ? std::max(longest_, m.us) : longest_; // the run itself fills the page
        }
        longest_ = longest_ > 0.0 ? longest_ * 1.008 : 1.0;
        critical_.assign(t.operators.size(), false);
        for (const op_id v : t.critical) {
            critical_[v.index()] = true;
        }
    }

    /// Writes the whole picture.
    void write() {
        open();
        axis();
        blocks();
        waits();
        markers();
        strip();
        legend();
        out_ << "</svg>\n";
    }

private:
    static std::string n(double value) { return number(value, 2); }
    [[nodiscard]] double x(double us) const { return left_ + us / longest_ * (right_ - left_); }
    [[nodiscard]] double y(lane_id l) const { return top_ + static_cast<double>(rows_.of_lane[l.index()]) * row_; }

    void text(double at_x, double at_y, const char* kind, std::string_view what) {
        out_ << "<text x=\"" << n(at_x) << "\" y=\"" << n(at_y) << "\" class=\"" << kind << "\">" << xml_escaped(what)
             << "</text>\n";
    }
    void line(double x1, double y1, double x2, double y2, const char* kind) {
        out_ << "<path d=\"M" << n(x1) << ' ' << n(y1) << 'L' << n(x2) << ' ' << n(y2) << "\" class=\"" << kind
             << "\"/>\n";
    }

    void open() {
        const double height = strip_ + strip_height_ + 66.0;
        out_ << R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" << n(options_.width) << R"(" height=")"
             << n(height) << R"(" viewBox="0 0 )" << n(options_.width) << ' ' << n(height) << R"(" role="img">
<title>)" << xml_escaped(options_.title)
             << R"(</title>
<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#3c4453}
.title{font-size:19px;font-weight:600;fill:#1d2430}.sub{font-size:12.5px;fill:#6b7484}
.big{font-size:23px;font-weight:600;fill:#1d2430;text-anchor:end}.unit{font-size:12.5px;fill:#6b7484;text-anchor:end}
.tick{font-size:11px;fill:#7d8696;text-anchor:middle}.lane{font-size:10.5px;fill:#7d8696;text-anchor:end}
.in{font-size:10px;fill:#fff;pointer-events:none}.mark{font-size:11px;fill:#5d4b8c}.key{font-size:11.5px;fill:#565f70}
.page{fill:#fbfbfa}.band{fill:#f1f2f3}.grid{stroke:#e2e4e7;fill:none}.marker{stroke:#7b66b3;stroke-width:1.2;stroke-dasharray:4 3;fill:none}
.compute{fill:#8fa9cf}.memory{fill:#e0bd8b}.hot.compute{fill:#3f68ab}.hot.memory{fill:#c07f24}
.view{fill:#b9bfc9}.hot.view{fill:#7d8696}.wait{stroke:#8a93a3;stroke-width:.8;opacity:.55;fill:none}
.path{stroke:#c2454e;stroke-width:1.6;fill:none;opacity:.85;stroke-linejoin:round}.many .path{stroke-width:.9;opacity:.6}
.sms{fill:#c9d3e2}.dram{stroke:#c07f24;stroke-width:1.1;fill:none}.math{stroke:#3f68ab;stroke-width:1.1;fill:none}
@media(prefers-color-scheme:dark){text,.key{fill:#c3c9d4}.title,.big{fill:#f0f2f5}.sub,.unit,.tick,.lane{fill:#8c95a5}
.page{fill:#16191f}.band{fill:#1d2128}.grid{stroke:#2b3038}.mark{fill:#b9a8e6}.marker{stroke:#9d88d6}
.compute{fill:#4a6185}.memory{fill:#7d6238}.hot.compute{fill:#7fa6e6}.hot.memory{fill:#e3a653}.view{fill:#4a515d}.hot.view{fill:#9aa3b2}
.in{fill:#fff}.hot+.in{fill:#14171c}.wait{stroke:#76808f}.path{stroke:#ee7b82}.sms{fill:#323b49}.dram{stroke:#e3a653}.math{stroke:#7fa6e6}}
</style>
<rect class="page" width="100%" height="100%"/>
)";
        text(28.0, 38.0, "title", options_.title);
        text(28.0, 58.0, "sub", options_.subtitle);
        text(right_, 40.0, "big", number(t_.makespan_us, t_.makespan_us < 100.0 ? 2 : 1) + " \xC2\xB5s");
        text(right_, 58.0, "unit",
             std::to_string(t_.operators.size()) + " operators, SMs busy " + number(100.0 * t_.mean.sms, 0) + " %");
    }

    void axis() {
        for (std::size_t r = 0; r < rows_.rows; r += 2) {
            out_ << "<rect class=\"band\" x=\"" << n(left_) << "\" y=\"" << n(top_ + static_cast<double>(r) * row_)
                 << "\" width=\"" << n(right_ - left_) << "\" height=\"" << n(row_) << "\"/>\n";
        }
        const double step = tick_step(longest_, 12.0);
        for (std::size_t i = 0; static_cast<double>(i) * step <= longest_; ++i) {
            const double us = static_cast<double>(i) * step;
            line(x(us), top_, x(us), strip_ + strip_height_, "grid");
            text(x(us), bottom_ + 16.0, "tick", number(us, 3));
        }
        text(left_ - 8.0, bottom_ + 16.0, "lane", "\xC2\xB5s");
        for (std::size_t r = 0; r < rows_.rows && !rows_.shared && row_ >= 11.0; ++r) {
            text(left_ - 8.0, top_ + (static_cast<double>(r) + 0.5) * row_ + 3.7, "lane", "lane " + std::to_string(r));
        }
        if (rows_.shared) {
            text(left_ - 8.0, top_ + 10.0, "lane", std::to_string(rows_.of_lane.size()));
            text(left_ - 8.0, top_ + 22.0, "lane", "lanes");
        }
    }

    // The name, or the last of its components where it is too long.
    static std::string_view label_of(std::string_view name, std::size_t letters) {
        const std::size_t cut = name.size() > letters ? name.find_last_of("./") : std::string_view::npos;
        return cut == std::string_view::npos || cut + 1 == name.size() ? name : name.substr(cut + 1);
    }
    [[nodiscard]] const char* kind_of(std::size_t v) const {
        return v < options_.bounds.size() && options_.bounds[v] == bound::memory ? "memory" : "compute";
    }

    void blocks() {
        const double gap = row_ > 20.0 ? 3.0 : row_ > 12.0 ? 1.5 : 0.75;
        for (std::size_t v = 0; v < t_.operators.size(); ++v) {
            const activity& a = t_.operators[v];
            const std::string name{name_(op_id::from_index(v))};
            const bool nothing = a.end_us <= a.start_us;
            const double width = nothing ? 1.5 : std::max(x(a.end_us) - x(a.start_us), 0.7);
            const double inset = nothing ? row_ * 0.3 : gap;
            const double height = row_ - 2.0 * inset;
            out_ << "<g><title>" << xml_escaped(name) << "\noperator " << v << ", lane " << a.lane.value << '\n'
                 << number(a.start_us, 2) << " to " << number(a.end_us, 2) << " \xC2\xB5s, "
                 << number(a.end_us - a.start_us, 2) << " \xC2\xB5s on " << number(100.0 * a.sm_share, 0)
                 << " % of the SMs";
            if (a.held != held_by::nothing) {
                out_ << "\nstarts " << number(a.start_us - a.ready_us, 2) << " \xC2\xB5s after its arguments; held by "
                     << text_of(a.held) << ": " << xml_escaped(std::string{name_(a.cause)});
            }
            out_ << "</title><rect class=\"" << (critical_[v] ? "hot " : "") << (nothing ? "view" : kind_of(v))
                 << "\" x=\"" << n(x(a.start_us)) << "\" y=\"" << n(y(a.lane) + inset) << "\" width=\"" << n(width)
                 << "\" height=\"" << n(height) << "\" rx=\"" << n(std::min({4.0, height / 3.0, width / 3.0}))
                 << "\"/>";
            const auto letters = static_cast<std::size_t>(std::max((width - 7.0) / 5.6, 0.0));
            if (!nothing && letters >= 4 && row_ >= 15.0) {
                out_ << "<text class=\"in\" x=\"" << n(x(a.start_us) + 5.0) << "\" y=\""
                     << n(y(a.lane) + row_ / 2.0 + 3.6) << "\">"
                     << xml_escaped(shortened(label_of(name, letters), letters)) << "</text>";
            }
            out_ << "</g>\n";
        }
    }

    // Arrows where they can be told apart; always the critical chain.
    void waits() {
        std::size_t crossing = 0;
        for (std::size_t v = 0; v < t_.operators.size(); ++v) {
            crossing += t_.operators[t_.operators[v].cause.index()].lane != t_.operators[v].lane ? 1U : 0U;
        }
        for (std::size_t v = 0; v < t_.operators.size() && crossing <= 80 && row_ >= 12.0; ++v) {
            const activity& a = t_.operators[v];
            const activity& cause = t_.operators[a.cause.index()];
            if (cause.lane != a.lane && !critical_[v]) {
                curve(cause, a, "wait");
            }
        }
        out_ << (t_.operators.size() > 400 ? "<g class=\"many\">\n" : "<g>\n");
        for (std::size_t i = 1; i < t_.critical.size(); ++i) {
            const activity& a = t_.operators[t_.critical[i].index()];
            const activity& cause = t_.operators[t_.critical[i - 1].index()];
            if (y(cause.lane) != y(a.lane)) {
                curve(cause, a, "path");
            }
        }
        for (const op_id v : t_.critical) {
            const activity& a = t_.operators[v.index()];
            line(x(a.start_us), y(a.lane) + row_ - 1.0, x(a.end_us), y(a.lane) + row_ - 1.0, "path");
        }
        out_ << "</g>\n";
    }
    void curve(const activity& from, const activity& to, const char* kind) {
        const double x1 = x(std::min(from.end_us, to.start_us));
        const double x2 = x(to.start_us);
        const bool on_path = kind[0] == 'p';
        const double y1 = y(from.lane) + (on_path ? row_ - 1.0 : row_ / 2.0);
        const double y2 = y(to.lane) + (on_path ? row_ - 1.0 : row_ / 2.0);
        const double bend = std::max((x2 - x1) / 2.0, 3.0);
        out_ << "<path class=\"" << kind << "\" d=\"M" << n(x1) << ' ' << n(y1) << 'C' << n(x1 + bend) << ' ' << n(y1)
             << ' ' << n(x2 - bend) << ' ' << n(y2) << ' ' << n(x2) << ' ' << n(y2) << "\"/>\n";
    }

    void markers() {
        std::vector<marker> sorted = options_.markers;
        std::stable_sort(sorted.begin(), sorted.end(), [](const marker& a, const marker& b) { return a.us < b.us; });
        double taken[2] = {0.0, 0.0}; // labels in two lines, so that near ones do not meet
        for (const marker& m : sorted) {
            const bool outside = m.us > longest_;
            const auto room = static_cast<std::size_t>((right_ - left_) / 6.1); // for letters
            const std::string value = ' ' + number(m.us, 1);
            const std::string label =
                shortened(m.name, room - std::min(room, value.size() + 2)) + value + (outside ? " \xE2\x86\x92" : "");
            const double width = 6.1 * static_cast<double>(label.size() - (outside ? 2 : 0));
            const double at = std::max(std::min(x(m.us) - width / 2.0, right_ - width), left_);
            const std::size_t level = at >= taken[0] ? 0 : 1;
            taken[level] = at + width + 10.0;
            text(at, top_ - 8.0 - 13.0 * static_cast<double>(level), "mark", label);
            if (outside) {
                continue;
            }
            line(x(m.us), top_ - 4.0 - 13.0 * static_cast<double>(level), x(m.us), bottom_, "marker");
        }
    }

    void strip() {
        const auto columns = static_cast<std::size_t>(std::max(right_ - left_, 1.0));
        const auto draw = [&](double load::* value, const char* kind, bool filled) {
            const std::vector<double> levels = columns_of(t_, value, columns);
            const double base = strip_ + strip_height_;
            const double step = (x(t_.makespan_us) - left_) / static_cast<double>(columns);
            out_ << "<path class=\"" << kind << "\" d=\"M" << n(left_) << ' ' << n(base);
            std::string before;
            for (std::size_t i = 0; i < columns; ++i) {
                const std::string level = n(base - std::min(levels[i], 1.0) * strip_height_);
                if (level != before) {
                    out_ << 'H' << n(left_ + static_cast<double>(i) * step) << 'V' << level;
                    before = level;
                }
            }
            out_ << 'H' << n(x(t_.makespan_us)) << 'V' << n(base) << (filled ? "Z" : "") << "\"/>\n";
        };
        draw(&load::sms, "sms", true);
        draw(&load::dram, "dram", false);
        draw(&load::math, "math", false);
        text(left_ - 8.0, strip_ + 9.0, "lane", "100 %");
        text(left_ - 8.0, strip_ + strip_height_, "lane", "0");
    }

    void legend() {
        const double at = strip_ + strip_height_ + 34.0;
        double where = left_;
        const auto swatch = [&](const char* kind, bool is_line, std::string_view what) {
            if (is_line) {
                line(where, at - 4.0, where + 18.0, at - 4.0, kind);
            } else {
                out_ << "<rect class=\"" << kind << "\" x=\"" << n(where) << "\" y=\"" << n(at - 10.0)
                     << "\" width=\"18\" height=\"11\" rx=\"3\"/>\n";
            }
            text(where + 25.0, at, "key", what);
            where += 25.0 + 6.4 * static_cast<double>(what.size()) + 22.0;
        };
        if (options_.bounds.empty()) {
            swatch("compute", false, "operator");
        } else {
            swatch("compute", false, "bound by arithmetic");
            swatch("memory", false, "bound by memory");
        }
        swatch("path", true, "critical chain");
        if (!options_.markers.empty()) {
            swatch("marker", true, "lower bounds and other plans");
        }
        swatch("sms", false, "SMs busy");
        swatch("dram", true, "DRAM");
        swatch("math", true, "arithmetic");
    }

    static constexpr double reach = 1.2; // times the run: markers beyond are named at the edge
    static constexpr double left_ = 78.0;
    static constexpr double top_ = 104.0;
    static constexpr double strip_height_ = 64.0;

    std::ostream& out_;
    const timeline& t_;
    Name& name_;
    const svg_options& options_;
    chart_rows rows_;
    double row_ = 0.0; // height of one
    double right_ = 0.0;
    double bottom_ = 0.0; // of the rows
    double strip_ = 0.0;  // top of the strip
    double longest_ = 0.0;
    std::vector<bool> critical_;
};

} // namespace detail

/// Draws a simulated run as SVG: a row for each lane, a block for each operator (hover for its story), the critical
/// chain in red, lower bounds as lines, and below how busy SMs, DRAM and arithmetic are. Follows the viewer's light or
/// dark.
/// @param out  where to
/// @param t  the run
/// @param name  what to call an operator (`name(op)`)
/// @param options  title, bounds, colours
/// Complexity: O(operators log operators).
template <operator_names Name>
void write_svg(std::ostream& out, const timeline& t, Name&& name, const svg_options& options = {}) {
    detail::svg_writer<std::remove_reference_t<Name>>{out, t, name, options}.write();
}

} // namespace opara::inline OPARA_ABI::sim
