#include <examples/drl/training/curves.hpp>
#include <examples/drl/training/svg.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace opara::examples::drl {

namespace {

constexpr double left = 84;
constexpr double top = 74;
constexpr double width = 860;
constexpr double height = 420;
constexpr std::size_t spots = 430; // two pixels each
constexpr std::string_view colours[] = {"#1f6fb2", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#0e7490", "#be185d"};

using svg::number;
using svg::step_of;

std::vector<double> moving_mean(const std::vector<learning::episode>& episodes, std::size_t window) {
    std::vector<double> means;
    double sum = 0;
    for (std::size_t k = 0; k < episodes.size(); ++k) {
        sum += episodes[k].reward;
        sum -= k >= window ? episodes[k - window].reward : 0;
        means.push_back(sum / static_cast<double>(std::min(k + 1, window)));
    }
    return means;
}

class painter {
public:
    painter(std::ostream& out, const curves& c) : out_{out}, c_{c} {
        for (const curve& one : c.all) {
            longest_ = std::max(longest_, one.episodes.size());
            for (const learning::episode& e : one.episodes) {
                low_ = any_ ? std::min(low_, e.reward) : e.reward;
                high_ = any_ ? std::max(high_, e.reward) : e.reward;
                any_ = true;
            }
        }
        const double margin = std::max(0.04 * (high_ - low_), 1e-6 + 1e-6 * std::abs(high_));
        low_ -= margin;
        high_ += margin;
    }

    void paint() {
        svg::begin(out_, left + width + 130, top + height + 60, left, c_.title, c_.subtitle);
        axes();
        for (const curve_mark& m : c_.marks) {
            out_ << "<path d=\"M" << number(across(m.episode)) << ' ' << top << "v" << height
                 << "\" stroke=\"#99a\" stroke-dasharray=\"4 4\"/>\n";
            text(across(m.episode) + 4, top + 14, m.text, " font-size=\"11\" fill=\"#667\"");
        }
        for (std::size_t k = 0; k < c_.all.size(); ++k) {
            line(c_.all[k], colours[k % std::size(colours)]);
        }
        for (std::size_t k = 0; k < c_.all.size(); ++k) {
            const double y = top + 14 + 20 * static_cast<double>(k);
            const std::string colour{colours[k % std::size(colours)]};
            out_ << "<path d=\"M" << left + width + 16 << ' ' << y - 4 << "h20\" stroke=\"" << colour
                 << "\" stroke-width=\"2.5\"/>\n";
            text(left + width + 42, y, c_.all[k].name, "");
        }
        out_ << "</svg>\n";
    }

private:
    [[nodiscard]] double across(std::size_t episode) const {
        return left +
               width * static_cast<double>(episode) / static_cast<double>(std::max<std::size_t>(longest_, 2) - 1);
    }
    [[nodiscard]] double up(double reward) const { return top + height * (1 - (reward - low_) / (high_ - low_)); }
    void text(double x, double y, std::string_view what, std::string_view style) { svg::text(out_, x, y, what, style); }
    void axes() {
        const double rewards = step_of(high_ - low_);
        for (double y = std::ceil(low_ / rewards) * rewards; y <= high_; y += rewards) {
            out_ << "<path d=\"M" << left << ' ' << number(up(y)) << "h" << width << "\" stroke=\"#e6e8ee\"/>\n";
            text(left - 10, up(y) + 4, number(std::abs(y) < rewards / 1000 ? 0 : y),
                 " text-anchor=\"end\" fill=\"#667\"");
        }
        const double every = std::max(step_of(static_cast<double>(std::max<std::size_t>(longest_, 2))), 1.0);
        for (double x = 0; x < static_cast<double>(longest_); x += every) {
            text(across(static_cast<std::size_t>(x)), top + height + 20, number(x),
                 " text-anchor=\"middle\" fill=\"#667\"");
        }
        out_ << "<rect x=\"" << left << "\" y=\"" << top << "\" width=\"" << width << "\" height=\"" << height
             << "\" fill=\"none\" stroke=\"#99a\"/>\n";
        text(left + width / 2, top + height + 44, "episode", " text-anchor=\"middle\"");
        text(left - 60, top - 10, "reward", "");
    }
    void path(const std::vector<double>& rewards, const std::string& style) {
        if (rewards.empty()) {
            return;
        }
        out_ << "<polyline fill=\"none\" stroke-linejoin=\"round\"" << style << " points=\"";
        const std::size_t each = (rewards.size() + spots - 1) / spots; // episodes a spot
        for (std::size_t first = 0; first < rewards.size(); first += each) {
            const auto begin = rewards.begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = begin + static_cast<std::ptrdiff_t>(std::min(each, rewards.size() - first));
            const auto [least, most] = std::minmax_element(begin, end);
            const std::string x = number(across(first));
            out_ << x << ',' << number(up(*least)) << ' ';
            if (*most != *least) {
                out_ << x << ',' << number(up(*most)) << ' ';
            }
        }
        out_ << "\"/>\n";
    }
    void line(const curve& one, std::string_view colour) {
        std::vector<double> rewards;
        for (const learning::episode& e : one.episodes) {
            rewards.push_back(e.reward);
        }
        const std::string stroke = " stroke=\"" + std::string{colour} + "\"";
        path(rewards, stroke + " stroke-opacity=\"0.25\"");
        path(moving_mean(one.episodes, c_.window), stroke + " stroke-width=\"2.5\"");
    }

    std::ostream& out_;
    const curves& c_;
    std::size_t longest_ = 0;
    double low_ = 0;
    double high_ = 0;
    bool any_ = false;
};

} // namespace

void write_curves(std::ostream& out, const curves& c) { painter{out, c}.paint(); }

} // namespace opara::examples::drl
