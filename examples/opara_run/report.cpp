#include <examples/opara_run/report.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace opara::run {

namespace {

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

// How many times as long; 1 where neither takes any time, as in a network that launches nothing.
double ratio(double one, double other) { return one == other ? 1.0 : one / other; }

std::string scientific(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), value == 0.0 ? "%.0f" : "%.1e", value);
    return text.data();
}

// Rows of cells under a head; the first column is text and stands left, the others are numbers and stand right.
class table_text {
public:
    explicit table_text(std::vector<std::string> head) { rows_.push_back(std::move(head)); }

    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    void print(std::ostream& out) const {
        std::vector<std::size_t> wide(rows_.front().size(), 0);
        for (const auto& row : rows_) {
            for (std::size_t c = 0; c < row.size(); ++c) {
                wide[c] = std::max(wide[c], row[c].size());
            }
        }
        for (const auto& row : rows_) {
            for (std::size_t c = 0; c < row.size(); ++c) {
                const std::string space(wide[c] - row[c].size(), ' ');
                out << (c == 0 ? row[c] + space : "  " + space + row[c]);
            }
            out << '\n';
        }
    }

private:
    std::vector<std::vector<std::string>> rows_;
};

std::string plural(std::size_t count, const std::string& one) {
    return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string reason(const bounds& b) {
    switch (b.binding()) {
    case bound_kind::critical_path: return "the longest path";
    case bound_kind::area: return "all the work of the busiest resource";
    case bound_kind::head_tail: return "the work of the busiest resource, and what comes before and after";
    case bound_kind::articulation: return "the parts between operators that run alone, one by one";
    }
    return "";
}

// What the best plan does, lane by lane: enough to see its shape.
void print_lanes(std::ostream& out, const evaluation& e, const policy_result& best) {
    constexpr std::size_t shown_lanes = 12;
    constexpr std::size_t shown_operators = 4;
    std::vector<std::vector<op_id>> lanes(best.plan.lanes());
    for (const command& c : best.plan.commands()) {
        if (c.what == action::launch) {
            lanes[c.lane.index()].push_back(c.op);
        }
    }
    for (std::size_t lane = 0; lane < std::min(lanes.size(), shown_lanes); ++lane) {
        const auto& ops = lanes[lane];
        out << "  lane " << lane << (lane < 10 ? " " : "") << "  ";
        const std::size_t head = ops.size() <= shown_operators ? ops.size() : shown_operators - 1;
        for (std::size_t i = 0; i < head; ++i) {
            out << (i == 0 ? "" : ", ") << plain(e.operator_names[ops[i].index()]);
        }
        if (head < ops.size()) {
            out << ", ... (" << ops.size() - head - 1 << " more), " << plain(e.operator_names[ops.back().index()]);
        }
        out << '\n';
    }
    if (lanes.size() > shown_lanes) {
        out << "  and " << plural(lanes.size() - shown_lanes, "more lane") << " (--plan FILE.json writes all of it)\n";
    }
}

std::string megabytes(std::size_t bytes) {
    const double mb = static_cast<double>(bytes) / 1e6;
    return fixed(mb, mb < 0.1 ? 4 : 2);
}

// By how much something is faster, with the interval of 95 %.
std::string gain(const median_estimate& ratio) {
    return fixed(100.0 * (1.0 - ratio.median), 1) + " % (" + fixed(100.0 * (1.0 - ratio.high), 1) + " to " +
           fixed(100.0 * (1.0 - ratio.low), 1) + ")";
}

void print_measured(std::ostream& out, const measured_search_summary& m) {
    out << "measured: " << plural(m.finalists, "plan") << ", then " << plural(m.tried, "change") << " of the best, "
        << m.accepted << " kept\n  against " << m.policy << " in the variants that are fastest alone:\n"
        << "  searched gains " << fixed(100.0 * (1.0 - m.simulated_ratio), 1) << " % in simulation, "
        << gain(m.in_simulation) << " measured\n  searched_measured gains " << gain(m.by_measurement)
        << ", and on one operator after another " << gain(m.to_sequential) << '\n';
}

// What stands behind a network's name.
const char* suffix(granularity operators_are) {
    switch (operators_are) {
    case granularity::fused: return ", fused";
    case granularity::merged: return ", merged";
    case granularity::framework: break;
    }
    return "";
}

} // namespace

std::string plain(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, '?');
    return text;
}

void print(std::ostream& out, const evaluation& e) {
    const double bound = e.bounds.best();
    out << plain(e.model) << suffix(e.operators_are) << ", batch " << e.batch << ": "
        << plural(e.graph.size(), "operator") << ", " << plural(e.graph.edge_count(), "edge") << ", width " << e.width
        << "\nsimulated on " << e.device.name << "; no plan can take less than " << fixed(bound, 1) << " us ("
        << reason(e.bounds) << ")\n\n";

    std::vector<std::string> head{"policy", "lanes", "waits", "latency us", "speed-up", "over bound", "peak MB"};
    if (e.host) {
        head.insert(head.end(), {"host ms", "speed-up", "difference"});
    }
    if (e.cuda) {
        head.insert(head.end(), {"measured us", "95 %", "queued us", "speed-up", "difference"});
    }
    table_text rows{head};
    for (const policy_result& p : e.policies) {
        std::vector<std::string> row{p.name,
                                     std::to_string(p.plan.lanes()),
                                     std::to_string(p.plan.waits()),
                                     fixed(p.simulated.makespan_us, 1),
                                     fixed(ratio(e.sequential_us, p.simulated.makespan_us), 2),
                                     fixed(ratio(p.simulated.makespan_us, bound), 2),
                                     megabytes(p.peak_bytes)};
        if (e.host && p.host) {
            row.insert(row.end(), {fixed(p.host->wall_us / 1e3, 2), fixed(e.host->sequential_us / p.host->wall_us, 2),
                                   scientific(p.host->max_relative_difference)});
        }
        if (e.cuda && p.cuda) {
            row.insert(row.end(),
                       {fixed(p.cuda->measured_us, 1),
                        fixed(p.cuda->measured_low_us, 1) + " to " + fixed(p.cuda->measured_high_us, 1),
                        fixed(p.cuda->queued_us, 1), fixed(e.cuda->sequential.measured_us / p.cuda->measured_us, 2),
                        scientific(p.cuda->max_relative_difference)});
        }
        rows.add(std::move(row));
    }
    rows.print(out);

    const policy_result& best = e.policies[e.best];
    const double best_us = best.cuda ? best.cuda->measured_us : best.simulated.makespan_us;
    const double sequential_us = e.cuda ? e.cuda->sequential.measured_us : e.sequential_us;
    out << "\nbest: " << best.name << ", " << fixed(best_us, 1) << " us, " << fixed(ratio(sequential_us, best_us), 2)
        << " times as fast as one operator after another\n";
    for (const policy_result& p : e.policies) {
        if (e.budget && p.peak_bytes > *e.budget) {
            out << "--memory: " << p.name << " takes " << megabytes(p.peak_bytes) << " MB instead of "
                << megabytes(*e.budget) << ", the least that was found\n";
        }
    }
    if (e.search && e.search->taken_from) {
        out << "searched before: the plan is from " << plain(*e.search->taken_from) << '\n';
    } else if (e.search) {
        out << "searched: " << plural(e.search->steps, "move") << " on " << plural(e.search->parts, "part") << " in "
            << fixed(e.search->seconds, 1) << " s, " << plural(e.search->simulations, "simulation") << '\n';
        if (e.search->measured) {
            print_measured(out, *e.search->measured);
        }
    }
    print_lanes(out, e, best);
    if (e.host) {
        out << "\nhost: " << plural(e.host->threads, "thread") << "; one operator after another takes "
            << fixed(e.host->sequential_us / 1e3, 2) << " ms on one thread";
        if (e.host->reference_difference) {
            out << "; largest relative difference from the reference outputs "
                << scientific(*e.host->reference_difference);
        }
        out << '\n';
    }
    if (e.cuda) {
        out << "\nCUDA: " << e.cuda->gpu << "; one operator after another takes "
            << fixed(e.cuda->sequential.measured_us, 1) << " us, queued " << fixed(e.cuda->sequential.queued_us, 1)
            << " us; largest relative difference from the host's outputs " << scientific(e.cuda->host_difference);
        if (e.cuda->reference_difference) {
            out << ", from the reference outputs " << scientific(*e.cuda->reference_difference);
        }
        out << '\n';
    }
}

namespace {

using json = nlohmann::ordered_json;

json measured(const cuda_result& r) {
    return {{"measured_us", r.measured_us},           {"measured_low_us", r.measured_low_us},
            {"measured_high_us", r.measured_high_us}, {"queued_us", r.queued_us},
            {"queued_low_us", r.queued_low_us},       {"queued_high_us", r.queued_high_us}};
}

json measured(const median_estimate& ratio) {
    return {{"median", ratio.median}, {"low", ratio.low}, {"high", ratio.high}};
}

} // namespace

std::string report(const evaluation& e) {
    json policies = json::array();
    for (const policy_result& p : e.policies) {
        json entry{{"name", p.name},
                   {"lanes", p.plan.lanes()},
                   {"waits", p.plan.waits()},
                   {"latency_us", p.simulated.makespan_us},
                   {"speedup", ratio(e.sequential_us, p.simulated.makespan_us)},
                   {"peak_bytes", p.peak_bytes}};
        if (p.host) {
            entry["host_us"] = p.host->wall_us;
            entry["host_max_relative_difference"] = p.host->max_relative_difference;
        }
        if (p.cuda) {
            entry.update(measured(*p.cuda));
            entry["cuda_max_relative_difference"] = p.cuda->max_relative_difference;
            entry["cuda_host_difference"] = p.cuda->host_difference;
        }
        policies.push_back(std::move(entry));
    }
    json document{{"model", e.model},
                  {"batch", e.batch},
                  {"fused", e.operators_are != granularity::framework},
                  {"merged", e.operators_are == granularity::merged},
                  {"operators", e.graph.size()},
                  {"edges", e.graph.edge_count()},
                  {"width", e.width},
                  {"device", e.device.name},
                  {"sequential_us", e.sequential_us},
                  {"lower_bound_us", e.bounds.best()},
                  {"policies", std::move(policies)},
                  {"best", e.policies[e.best].name}};
    if (e.budget) {
        document["budget_bytes"] = *e.budget;
    }
    if (e.search && e.search->taken_from) {
        document["search"] = json{{"taken_from", *e.search->taken_from}};
    } else if (e.search) {
        document["search"] = json{{"seconds", e.search->seconds},
                                  {"steps", e.search->steps},
                                  {"simulations", e.search->simulations},
                                  {"parts", e.search->parts}};
        if (const auto& m = e.search->measured) {
            document["search"]["measured"] = json{{"finalists", m->finalists},
                                                  {"tried", m->tried},
                                                  {"accepted", m->accepted},
                                                  {"policy", m->policy},
                                                  {"simulated_ratio", m->simulated_ratio},
                                                  {"searched_to_policy", measured(m->in_simulation)},
                                                  {"searched_measured_to_policy", measured(m->by_measurement)},
                                                  {"searched_measured_to_sequential", measured(m->to_sequential)}};
        }
    }
    if (e.host) {
        double most = 0.0;
        for (const policy_result& p : e.policies) {
            most = std::max(most, p.host->max_relative_difference);
        }
        document["host"] = json{{"threads", e.host->threads},
                                {"sequential_us", e.host->sequential_us},
                                {"wall_us", e.policies[e.best].host->wall_us},
                                {"max_relative_difference", most}};
        if (e.host->reference_difference) {
            document["host"]["reference_difference"] = *e.host->reference_difference;
        }
    }
    if (e.cuda) {
        double most = 0.0;
        for (const policy_result& p : e.policies) {
            most = std::max(most, p.cuda->max_relative_difference);
        }
        document["cuda"] = json{{"gpu", e.cuda->gpu},
                                {"precision", engine::name_of(e.cuda->precision)},
                                {"sequential", measured(e.cuda->sequential)},
                                {"host_difference", e.cuda->host_difference},
                                {"max_relative_difference", most}};
        if (e.cuda->reference_difference) {
            document["cuda"]["reference_difference"] = *e.cuda->reference_difference;
        }
    }
    return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n"; // a name may be no UTF-8
}

sim::svg_options picture_options(const evaluation& e) {
    const policy_result& best = e.policies[e.best];
    sim::svg_options options;
    options.title = e.model + suffix(e.operators_are) + " on " + e.device.name;
    options.subtitle = "batch " + std::to_string(e.batch) + ", " + best.name + ", " +
                       plural(best.plan.lanes(), "lane") + ", " + plural(best.plan.waits(), "wait") + "; " +
                       fixed(ratio(e.sequential_us, best.simulated.makespan_us), 2) +
                       " times as fast as the sequential plan (" + fixed(e.sequential_us, 0) + " us)";
    options.markers = {{"lower bound", e.bounds.best()}};
    if (e.bounds.critical_path_us < 0.99 * e.bounds.best()) {
        options.markers.insert(options.markers.begin(), {"longest path", e.bounds.critical_path_us});
    }
    return options;
}

} // namespace opara::run
