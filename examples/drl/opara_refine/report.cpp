#include <examples/drl/opara_refine/lines.hpp>
#include <examples/drl/opara_refine/report.hpp>
#include <opara/core/file.hpp>
#include <opara/core/json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

namespace {

using json = nlohmann::ordered_json;
using opara::detail::json_place;

constexpr const char* format = "opara-refinement-report";
constexpr std::uint32_t version = 2; // 2: with the settings of each round

json to_json(const round_settings& s) {
    return {{"penalty", s.penalty},
            {"further", s.further},
            {"patience", s.patience},
            {"starts", s.starts},
            {"proof_rounds", s.proof_rounds},
            {"max_cells", s.max_cells},
            {"max_decisions", s.max_decisions}};
}

json to_json(const check_record& c) {
    json j{{"added", c.added},       {"states", c.states}, {"transitions", c.transitions},
           {"suspects", c.suspects}, {"cuts", c.cuts},     {"seconds", c.seconds}};
    if (!c.replayed.empty()) {
        j["replayed"] = c.replayed;
    }
    return j;
}

json to_json(const round_record& r) {
    json checks = json::array();
    for (const check_record& c : r.checks) {
        checks.push_back(to_json(c));
    }
    json episodes = json::array();
    for (const learning::episode& e : r.episodes) {
        episodes.push_back({e.reward, e.length, e.step});
    }
    return {{"round", r.round},
            {"settings", to_json(r.asked)},
            {"training", r.training},
            {"attempts", r.attempts},
            {"training_s", r.training_s},
            {"reward", r.reward},
            {"worst", r.worst},
            {"decisions", r.decisions},
            {"checks", std::move(checks)},
            {"proof", r.proof},
            {"counterexample", r.counterexample},
            {"violated_from", r.violated_from},
            {"starts", r.starts},
            {"decisions_cut", r.decisions_cut},
            {"then", r.then},
            {"episodes", std::move(episodes)}};
}

std::size_t whole_at(const json_place& place, const char* key) {
    return static_cast<std::size_t>(place.at(key).number(std::numeric_limits<std::uint64_t>::max()));
}

round_settings settings_from(const json_place& j) {
    return {j.at("penalty").real(),      whole_at(j, "further"),   whole_at(j, "patience"),     whole_at(j, "starts"),
            whole_at(j, "proof_rounds"), whole_at(j, "max_cells"), whole_at(j, "max_decisions")};
}

check_record check_of(const json_place& j) {
    return {whole_at(j, "added"),
            whole_at(j, "states"),
            whole_at(j, "transitions"),
            whole_at(j, "suspects"),
            whole_at(j, "cuts"),
            j.at("seconds").real(),
            j.has("replayed") ? j.at("replayed").text() : std::string{}};
}

round_record round_of(const json_place& j) {
    round_record r;
    r.round = whole_at(j, "round");
    r.asked = settings_from(j.at("settings"));
    r.training = j.at("training").text();
    r.attempts = whole_at(j, "attempts");
    r.training_s = j.at("training_s").real();
    r.reward = j.at("reward").real();
    r.worst = j.at("worst").real();
    r.decisions = whole_at(j, "decisions");
    const json_place checks = j.at("checks");
    for (std::size_t k = 0; k < checks.size(); ++k) {
        r.checks.push_back(check_of(checks.at(k)));
    }
    r.proof = j.at("proof").text();
    r.counterexample = j.at("counterexample").text();
    r.violated_from = abstraction::detail::numbers(j.at("violated_from"));
    r.starts = whole_at(j, "starts");
    r.decisions_cut = whole_at(j, "decisions_cut");
    r.then = j.at("then").text();
    const json_place episodes = j.at("episodes");
    constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t k = 0; k < episodes.size(); ++k) {
        const json_place e = episodes.at(k);
        if (e.size() != 3) {
            e.fail("must be reward, length and step");
        }
        r.episodes.push_back({e.at(std::size_t{0}).real(), static_cast<std::size_t>(e.at(1).number(any)),
                              static_cast<std::size_t>(e.at(2).number(any))});
    }
    return r;
}

} // namespace

named_values parts_of(const refinement_report& r) {
    named_values all = parts_of(r.what);
    all.emplace_back("property", r.property);
    all.emplace_back("initial", r.initial);
    return all;
}

check_record record_of(const abstraction::proof_round& r) {
    return {r.added,
            r.states,
            r.transitions,
            r.suspects,
            r.cuts,
            r.seconds,
            r.replayed ? name_of(*r.replayed) : std::string{}};
}

std::string to_json(const refinement_report& r, const std::string& state) {
    json rounds = json::array();
    for (const round_record& one : r.rounds) {
        rounds.push_back(to_json(one));
    }
    json of;
    for (const auto& [name, value] : parts_of(r)) {
        of[name] = value;
    }
    const json document{{"format", format},
                        {"version", version},
                        {"of", std::move(of)},
                        {"verdict", r.verdict},
                        {"verified", r.is_verified},
                        {"seconds", r.seconds},
                        {"rounds", std::move(rounds)},
                        {"state", json::parse(state)}};
    return document.dump(1) + "\n";
}

namespace {

named_values parts_at(const json_place& root) {
    opara::detail::require_format(root, format, version);
    const json_place of = root.at("of");
    named_values all;
    for (const auto& [name, unused] : parts_of(refinement_report{})) {
        all.emplace_back(name, of.at(name.c_str()).text());
    }
    return all;
}

} // namespace

named_values parts_in_report(const std::string& path) {
    const nlohmann::json document = opara::detail::parse_json(read_file(path));
    return parts_at(json_place{document});
}

read_report read_refinement(const std::string& path, const refinement_report& of) {
    try {
        const nlohmann::json document = opara::detail::parse_json(read_file(path));
        const json_place root{document};
        const std::string differs = difference_between(parts_at(root), parts_of(of));
        if (!differs.empty()) {
            throw error{"it was begun with other settings: " + differs};
        }
        static_cast<void>(root.at("state")); // says so where it has none
        read_report r{of, document.at("state").dump()};
        r.report.verdict = root.at("verdict").text();
        r.report.is_verified = root.at("verified").equals(true);
        r.report.seconds = root.at("seconds").real();
        const json_place rounds = root.at("rounds");
        for (std::size_t k = 0; k < rounds.size(); ++k) {
            r.report.rounds.push_back(round_of(rounds.at(k)));
        }
        return r;
    } catch (const error& e) {
        throw error{"cannot go on from " + path + ": " + e.what()};
    }
}

} // namespace opara::examples::drl
