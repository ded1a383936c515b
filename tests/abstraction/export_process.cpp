// Processes with interval probabilities for Storm and PRISM: the text for a tiny one, readers that get random ones
// back, and what Storm makes of them.

#include <opara/abstraction/export/drn.hpp>
#include <opara/abstraction/export/prism.hpp>
#include <opara/abstraction/export/umb.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/ask_storm.hpp>
#include <tests/abstraction/random_process.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

template <class Write>
std::string text_of(Write write) {
    std::ostringstream out;
    write(out);
    return out.str();
}

branch to(std::uint32_t target, double lower, double upper) { return {state_id{target}, interval{lower, upper}}; }

const interval_process tiny = interval_process::from_lists(
    {{{to(0, 0.25, 0.5), to(1, 0.1, 0.75)}, {to(1, 1, 1)}}, {{to(1, 1, 1)}}}, {0},
    {labelling{"goal", {truth::maybe, truth::yes}}, labelling{"never", {truth::no, truth::no}}});

// States, choices and outcomes in the order of the file, from lines of numbers and punctuation.
using lists = std::vector<std::vector<std::vector<branch>>>;

lists content(const interval_process& p) {
    lists all(p.size());
    for (std::size_t s = 0; s < p.size(); ++s) {
        for (std::size_t c = p.first_choice(state_id::from_index(s)); c < p.end_of_choices(state_id::from_index(s));
             ++c) {
            all[s].emplace_back(p.outcomes(c).begin(), p.outcomes(c).end());
        }
    }
    return all;
}
lists read_tra(const std::string& text) {
    std::istringstream in{text};
    std::size_t states = 0;
    std::size_t choices = 0;
    std::size_t branches = 0;
    in >> states >> choices >> branches;
    lists all(states);
    std::size_t seen = 0;
    for (std::size_t k = 0; k < branches; ++k) {
        std::size_t from = 0;
        std::size_t choice = 0;
        std::uint32_t target = 0;
        double lower = 0;
        double upper = 0;
        char open = ' ';
        char comma = ' ';
        char close = ' ';
        REQUIRE((in >> from >> choice >> target >> open >> lower >> comma >> upper >> close));
        REQUIRE((open == '[' && comma == ',' && close == ']'));
        if (choice == all.at(from).size()) {
            all[from].emplace_back();
            ++seen;
        }
        REQUIRE(choice + 1 == all[from].size());
        all[from].back().push_back(to(target, lower, upper));
    }
    REQUIRE((in >> std::ws).eof());
    REQUIRE(seen == choices);
    return all;
}
lists read_drn(const std::string& text) {
    lists all;
    std::istringstream in{text.substr(text.find("@model\n") + 7)};
    for (std::string line; std::getline(in, line);) {
        std::istringstream words{line};
        std::string word;
        words >> word;
        if (word == "state") {
            all.emplace_back();
        } else if (word == "action") {
            all.back().emplace_back();
        } else {
            double lower = 0;
            double upper = 0;
            char colon = ' ';
            char open = ' ';
            char comma = ' ';
            char close = ' ';
            REQUIRE((words >> colon >> open >> lower >> comma >> upper >> close));
            REQUIRE((colon == ':' && open == '[' && comma == ',' && close == ']'));
            all.back().back().push_back(to(static_cast<std::uint32_t>(std::stoul(word)), lower, upper));
        }
    }
    return all;
}

// The words of a part of a tar file.
std::vector<std::uint64_t> words_of(const std::string& file, const std::string& part) {
    for (std::size_t at = 0; at + 512 <= file.size() && file[at] != '\0';) {
        const std::size_t size = std::stoul(file.substr(at + 124, 11), nullptr, 8);
        if (std::string{file.c_str() + at} == part) {
            std::vector<std::uint64_t> words(size / 8);
            std::memcpy(words.data(), file.data() + at + 512, 8 * words.size());
            return words;
        }
        at += 512 + (size + 511) / 512 * 512;
    }
    FAIL("no part " << part);
    return {};
}
lists read_umb(const std::string& file) {
    const auto choices = words_of(file, "state-to-choices.bin");
    const auto rows = words_of(file, "choice-to-branches.bin");
    const auto targets = words_of(file, "branch-to-target.bin");
    const auto bounds = words_of(file, "branch-to-probability.bin");
    REQUIRE((bounds.size() == 2 * targets.size() && rows.back() == targets.size()));
    lists all(choices.size() - 1);
    for (std::size_t s = 0; s + 1 < choices.size(); ++s) {
        for (std::size_t c = choices[s]; c < choices[s + 1]; ++c) {
            all[s].emplace_back();
            for (std::size_t k = rows.at(c); k < rows.at(c + 1); ++k) {
                all[s].back().push_back(to(static_cast<std::uint32_t>(targets[k]), std::bit_cast<double>(bounds[2 * k]),
                                           std::bit_cast<double>(bounds[2 * k + 1])));
            }
        }
    }
    return all;
}

// What Storm calls the states of which a label is at least this; it does not know what holds nowhere.
std::string name_in_storm(const interval_process& p, const std::string& label, truth at_least_so) {
    bool has_maybe = false;
    bool holds = false;
    for (const truth t : p.find_label(label)->holds) {
        has_maybe = has_maybe || t == truth::maybe;
        holds = holds || t >= at_least_so;
    }
    return !holds ? "false"
                  : "\"" + std::string{has_maybe && at_least_so == truth::maybe ? "possibly_" : ""} + label + "\"";
}

} // namespace

TEST_CASE("a tiny process in DRN and in PRISM's files") {
    CHECK(text_of([](std::ostream& out) { write_drn(out, tiny); }) ==
          "@type: MDP\n@value_type: "
          "double-interval\n@parameters\n\n@reward_models\n\n@nr_states\n2\n@nr_choices\n3\n@model\n"
          "state 0 init possibly_goal\n"
          "\taction 0\n\t\t0 : [0.25, 0.5]\n\t\t1 : [0.1, 0.75]\n\taction 1\n\t\t1 : [1, 1]\n"
          "state 1 goal possibly_goal\n\taction 0\n\t\t1 : [1, 1]\n");
    CHECK(text_of([](std::ostream& out) { write_prism_transitions(out, tiny); }) ==
          "2 3 4\n0 0 0 [0.25,0.5]\n0 0 1 [0.1,0.75]\n0 1 1 [1,1]\n1 0 1 [1,1]\n");
    CHECK(text_of([](std::ostream& out) { write_prism_labels(out, tiny); }) ==
          "0=\"init\" 1=\"deadlock\" 2=\"goal\" 3=\"possibly_goal\" 4=\"never\"\n0: 0 3\n1: 2 3\n");
    CHECK_THROWS_AS(text_of([](std::ostream& out) { write_drn(out, interval_process{}); }), system_error);
    CHECK_THROWS_AS(text_of([](std::ostream& out) { write_prism_transitions(out, interval_process{}); }), system_error);
    CHECK_THROWS_AS(text_of([](std::ostream& out) { write_umb(out, interval_process{}); }), system_error);
}

TEST_CASE("readers get random processes back, to the last bit") {
    random_source random{61};
    for (int round = 0; round < 200; ++round) {
        const interval_process p = random_process(random, random.between(1, 8));
        lists numbers = content(p);
        for (auto& state : numbers) { // numbers that are no eighths
            for (auto& choice : state) {
                for (branch& b : choice) {
                    b.probability = choice.size() == 1 ? interval{1.0}
                                                       : interval{b.probability.lower() * random.unit(),
                                                                  std::min(1.0, b.probability.upper() + random.unit())};
                }
            }
        }
        const interval_process q = interval_process::from_lists(numbers, {0});
        REQUIRE(read_tra(text_of([&](std::ostream& out) { write_prism_transitions(out, q); })) == numbers);
        REQUIRE(read_drn(text_of([&](std::ostream& out) { write_drn(out, q); })) == numbers);
        REQUIRE(read_umb(text_of([&](std::ostream& out) { write_umb(out, q); })) == numbers);
    }
}

TEST_CASE("Storm finds probabilities within our bounds on random processes") {
    if (!have_storm()) {
        return;
    }
    random_source random{62};
    const temporary_folder folder;
    std::string list;
    std::vector<interval> bounds;
    for (std::size_t k = asked("OPARA_STORM_SYSTEMS", 300); k > 0; --k) {
        const interval_process p = random_process(random, random.between(2, k % 20 == 0 ? 200 : 10), true);
        const bool binary = k % 2 == 0;
        const std::string path = folder / (std::to_string(k) + (binary ? ".umb" : ".drn"));
        opara::write_file_atomically(path, [&](std::ostream& out) { binary ? write_umb(out, p) : write_drn(out, p); });
        const probability_range range = until_probability(p, "q", "p");
        REQUIRE(range.is_precise);
        for (const bool most : {false, true}) {
            const truth t = most ? truth::maybe : truth::yes;
            list += path + "\t" + (most ? "Pmax" : "Pmin") + "=? [" + name_in_storm(p, "p", t) + " U " +
                    name_in_storm(p, "q", t) + "]\n";
            bounds.push_back(most ? range.most : range.least);
        }
    }
    opara::write_file_atomically(folder / "list", list);
    const std::string script = (std::filesystem::path{__FILE__}.parent_path() / "ask_storm_probability.py").string();
    const bool ran = runs("'" + storm_python() + "' '" + script + "' '" + folder / "list' '" + folder / "answer' >'" +
                          folder / "log' 2>&1");
    REQUIRE_MESSAGE(ran, opara::read_file(folder / "log"));
    std::istringstream answer{opara::read_file(folder / "answer")};
    std::size_t between = 0;
    for (const interval& bound : bounds) {
        double value = -1;
        REQUIRE((answer >> value));
        constexpr double storm = 1e-4; // its iteration stops where it moves by less than 1e-6
        CHECK(value >= bound.lower() - storm);
        CHECK(value <= bound.upper() + storm);
        between += value > 0.01 && value < 0.99 ? 1U : 0U;
    }
    CHECK(between >= bounds.size() / 20);
}
