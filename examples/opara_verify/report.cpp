#include <examples/opara_verify/report.hpp>
#include <opara/abstraction/interval.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace opara::examples::verify {

double chance_found::outward_rest(double p, bool up) {
    const abstraction::interval rest = abstraction::interval{1.0} - abstraction::interval{p};
    return std::clamp(up ? rest.upper() : rest.lower(), 0.0, 1.0);
}

std::string to_json(const report& r) {
    nlohmann::ordered_json j;
    j["system"] = r.system;
    j["controller"] = r.controller;
    j["property"] = r.property;
    j["initial"] = {{"lower", r.initial.lower}, {"upper", r.initial.upper}};
    j["trained_on"] = r.trained_widths;
    j["decides_on"] = r.decision_widths;
    j["cells"] = r.cells;
    j["states"] = r.states;
    j["transitions"] = r.transitions;
    j["build_s"] = r.build_s;
    j["check_s"] = r.check_s;
    j["verdict"] = r.verdict;
    j["bounded"] = r.bound ? nlohmann::ordered_json(*r.bound) : nlohmann::ordered_json(false);
    if (r.counterexample.empty()) {
        j["counterexample"] = nullptr;
    } else {
        nlohmann::ordered_json steps = nlohmann::ordered_json::array();
        for (const place& p : r.counterexample) {
            steps.push_back(p.what == "cell" ? nlohmann::ordered_json{{"lower", p.lower}, {"upper", p.upper}}
                                             : nlohmann::ordered_json(p.what));
        }
        j["counterexample"] = {{"steps", steps},
                               {"repeat", r.repeat ? nlohmann::ordered_json(*r.repeat) : nlohmann::ordered_json()},
                               {"conclusive", r.conclusive}};
        if (r.replay) {
            j["counterexample"]["replay"] = {
                {"verdict", r.replay->what},
                {"certain", r.replay->certain},
                {"run", r.replay->run},
                {"repeat", r.replay->repeat ? nlohmann::ordered_json(*r.replay->repeat) : nlohmann::ordered_json()}};
        }
    }
    if (r.projected_from) {
        j["projected_from"] = *r.projected_from;
    }
    if (r.chance) {
        j["probability"] = {
            {"least", r.chance->least},
            {"most", r.chance->most},
            {"at_least", r.chance->at_least},
            {"precise", r.chance->is_precise},
            {"failure", {{"least", r.chance->failure_at_least()}, {"most", r.chance->failure_at_most()}}}};
        if (const auto& s = r.chance->simulation) {
            j["probability"]["simulation"] = {{"runs", s->runs}, {"yes", s->yes}, {"no", s->no}};
        }
    }
    if (r.tube) {
        nlohmann::ordered_json hulls = nlohmann::ordered_json::array();
        for (const place& p : r.tube->hulls) {
            hulls.push_back({{"lower", p.lower}, {"upper", p.upper}});
        }
        j["tube"] = {{"parts", r.tube->parts}, {"steps", r.tube->steps}, {"peak", r.tube->peak}, {"hulls", hulls}};
        if (r.tube->safe_steps) {
            j["tube"]["safe_steps"] = *r.tube->safe_steps;
        }
    }
    if (!r.rounds.empty()) {
        j["rounds"] = nlohmann::ordered_json::array();
        for (const round_found& round : r.rounds) {
            j["rounds"].push_back({{"cells", round.cells},
                                   {"states", round.states},
                                   {"transitions", round.transitions},
                                   {"suspects", round.suspects},
                                   {"cuts", round.cuts},
                                   {"seconds", round.seconds}});
        }
    }
    j["exports"] = nlohmann::ordered_json::array();
    for (const exported& e : r.exports) {
        j["exports"].push_back({{"format", e.format}, {"file", e.path}, {"property", e.property}});
    }
    return j.dump(1) + "\n";
}

namespace {

std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    return text;
}

// In few digits, and never on the wrong side of the number.
std::string bound(double x, bool from_below) {
    double y = x;
    std::string text = number(y);
    for (double shown = std::strtod(text.c_str(), nullptr); from_below ? shown > x : shown < x;
         shown = std::strtod(text.c_str(), nullptr)) {
        y += (from_below ? -1e-6 : 1e-6) * std::abs(x);
        text = number(y);
    }
    return text;
}

std::string chance_to_text(const chance_found& c) {
    std::string t = "  probability  at least " + bound(c.least, true) + ", at most " + bound(c.most, false) +
                    " from each initial state; asked for: " + number(c.at_least) + "\n";
    t += "  failure      at least " + bound(c.failure_at_least(), true) + ", at most " +
         bound(c.failure_at_most(), false) + "\n";
    if (const auto& s = c.simulation) {
        const auto part = [&](std::size_t count) {
            return number(static_cast<double>(count) / static_cast<double>(s->runs));
        };
        t += "  simulated    " + std::to_string(s->runs) + " runs: " + part(s->yes) + " have the property, " +
             part(s->no) + " have not\n";
    }
    return t;
}

// One number for all dimensions, or one each.
template <class Number, class Write>
std::string list_of(const std::vector<Number>& numbers, const char* separator, Write write) {
    if (std::all_of(numbers.begin(), numbers.end(), [&](Number x) { return x == numbers.front(); })) {
        return write(numbers.front());
    }
    std::string text;
    for (const Number x : numbers) {
        text += (text.empty() ? "" : separator) + write(x);
    }
    return text;
}

std::string replay_to_text(const replayed& r) {
    if (r.what == "spurious") {
        return "  replayed     spurious: no run of the system does this (another one may still violate the property)\n";
    }
    if (r.what != "real") {
        return "  replayed     undecided: no run of the system was found to violate the property\n";
    }
    std::string t = "  replayed     real: this run of the system violates the property, ";
    t += r.certain ? "in real arithmetic, too\n" : "in double arithmetic\n";
    constexpr std::size_t shown = 6;
    for (std::size_t k = 0; k < r.run.size(); ++k) {
        if (r.run.size() > 2 * shown && k == shown) {
            t += "    ... " + std::to_string(r.run.size() - 2 * shown) + " more ...\n";
            k = r.run.size() - shown;
        }
        t += "    " + std::to_string(k) + "  (";
        for (std::size_t i = 0; i < r.run[k].size(); ++i) {
            t += (i == 0 ? "" : ", ") + number(r.run[k][i]);
        }
        t += ")\n";
    }
    if (r.repeat) {
        t += "    and again from " + std::to_string(*r.repeat) + "\n";
    }
    return t;
}

} // namespace

std::string to_text(const report& r) {
    std::string t = r.system + " under " + r.controller + ": " + r.property + "\n";
    if (r.decision_widths != r.trained_widths) {
        t += "  policy       decides on cells of " + list_of(r.decision_widths, ",", number) + "; it was trained on " +
             list_of(r.trained_widths, ",", number) + "\n";
    }
    t += "  grid         " + std::to_string(r.cells) + " cells";
    t += r.finer.empty() ? "\n" : ", parts of the policy's: " + list_of(r.finer, " x ", [](std::size_t parts) {
                                      return std::to_string(parts);
                                  }) + (r.finer.size() == 1 ? " in each dimension\n" : "\n");
    if (r.tube) {
        t += "  tube         " + std::to_string(r.tube->parts) + " parts, " + std::to_string(r.tube->steps) +
             " steps, at most " + std::to_string(r.tube->peak) + " boxes at once, in " + number(r.build_s) + " s\n";
        return t + "  verdict      " + r.verdict + "\n";
    }
    for (std::size_t k = 0; k < r.rounds.size(); ++k) {
        const round_found& round = r.rounds[k];
        t += (k == 0 ? "  refined      " : "               ") + std::to_string(k) + ": " +
             std::to_string(round.states) + " states";
        t += round.suspects == 0 ? "" : ", " + std::to_string(round.suspects) + " to blame";
        t += (round.cuts == 0 ? "" : ", " + std::to_string(round.cuts) + " cells cut") + ", " + number(round.seconds) +
             " s\n";
    }
    t += "  reached      " + std::to_string(r.states) + " states, " + std::to_string(r.transitions) + " transitions, " +
         (r.rounds.empty() ? "built in " : "all rounds in ") + number(r.build_s) + " s";
    t += r.states != 0 && r.build_s > 0 && !r.projected_from && r.rounds.empty()
             ? " (" + number(static_cast<double>(r.states) / r.build_s) + " states a second)\n"
             : "\n";
    if (r.projected_from) {
        t += "  projected    from " + std::to_string(*r.projected_from) + " states\n";
    }
    if (r.bound) {
        t += "  bound        explored for " + std::to_string(*r.bound) + (*r.bound == 1 ? " step" : " steps") +
             " only\n";
    }
    if (r.rounds.empty()) {
        t += "  checked in   " + number(r.check_s) + " s\n";
    }
    if (r.chance) {
        t += chance_to_text(*r.chance);
    }
    t += "  verdict      " + r.verdict + "\n";
    for (const exported& e : r.exports) {
        t += "  exported     " + e.format + " to " + e.path;
        t += e.property.empty() ? "\n" : ", where the property is  " + e.property + "\n";
    }
    if (!r.counterexample.empty()) {
        t += "  the abstraction (perhaps not the system) can do this:\n";
        constexpr std::size_t shown = 12;
        for (std::size_t k = 0; k < r.counterexample.size(); ++k) {
            if (r.counterexample.size() > 2 * shown && k == shown) {
                t += "    ... " + std::to_string(r.counterexample.size() - 2 * shown) + " more ...\n";
                k = r.counterexample.size() - shown;
            }
            const place& p = r.counterexample[k];
            t += "    " + std::to_string(k) + "  ";
            if (p.what != "cell") {
                t += p.what;
            }
            for (std::size_t i = 0; i < p.lower.size(); ++i) {
                t += (i == 0 ? "[" : " x [") + number(p.lower[i]) + ", " + number(p.upper[i]) + "]";
            }
            t += "\n";
        }
        if (r.repeat) {
            t += "    and again from " + std::to_string(*r.repeat) + "\n";
        }
        if (!r.conclusive) {
            t += "    (one of several runs that together refute the property)\n";
        }
        if (r.replay) {
            t += replay_to_text(*r.replay);
        }
    }
    return t;
}

} // namespace opara::examples::verify
