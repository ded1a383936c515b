// Every export: the text for a tiny system, a reader that gets random systems back, and what is refused.

#include <opara/abstraction/export.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/export_readers.hpp>
#include <tests/support/full_disk.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

// Two initial states, a label that is `maybe` somewhere, one that holds nowhere, a state that is not reached.
const transition_system tiny = transition_system::from_lists(
    {{1, 2}, {2}, {0, 2}, {3}}, {0, 1, 0},
    {{"goal", {truth::no, truth::maybe, truth::yes, truth::no}}, {"nowhere", std::vector<truth>(4, truth::no)}});

template <class Write>
std::string text_of(Write write) {
    std::ostringstream out;
    write(out);
    return out.str();
}

using writer_function = void (*)(std::ostream&, const transition_system&);

// All formats, by name, with defaults for what they ask besides.
const std::vector<std::pair<const char*, writer_function>> writers{
    {"aiger", [](std::ostream& out, const transition_system& t) { write_aiger(out, t, parse_formula("AG true")); }},
    {"aldebaran", [](std::ostream& out, const transition_system& t) { write_aldebaran(out, t); }},
    {"dot", [](std::ostream& out, const transition_system& t) { write_dot(out, t, 1'000'000); }},
    {"drn", [](std::ostream& out, const transition_system& t) { write_drn(out, t); }},
    {"hoa", [](std::ostream& out, const transition_system& t) { write_hoa(out, t); }},
    {"prism .tra", [](std::ostream& out, const transition_system& t) { write_prism_transitions(out, t); }},
    {"prism .lab", [](std::ostream& out, const transition_system& t) { write_prism_labels(out, t); }},
    {"promela", [](std::ostream& out, const transition_system& t) { write_promela(out, t, {}, "t.h"); }},
    {"promela table", [](std::ostream& out, const transition_system& t) { write_promela_table(out, t); }},
    {"smv", [](std::ostream& out, const transition_system& t) { write_smv(out, t, state_numbers{t.size()}); }},
    {"umb", [](std::ostream& out, const transition_system& t) { write_umb(out, t); }},
};

content read_umb(const std::string& bytes) {
    const auto files = read_tar(bytes);
    REQUIRE(files.at(0).first == "index.json");
    std::map<std::string, std::string> parts(files.begin(), files.end());
    const nlohmann::json index = nlohmann::json::parse(parts.at("index.json"));
    const nlohmann::json& system = index.at("transition-system");
    const std::size_t states = system.at("#states");
    const std::size_t branches = system.at("#branches");
    REQUIRE(system.at("#choices") == branches);
    REQUIRE(system.at("#players") == 1);
    REQUIRE(system.at("time") == "discrete");
    const auto word = [&](const std::string& file, std::size_t k) {
        std::uint64_t value = 0;
        for (std::size_t b = 8; b-- > 0;) {
            value = value << 8U | static_cast<unsigned char>(parts.at(file).at(8 * k + b));
        }
        return static_cast<std::size_t>(value);
    };
    const auto bits = [&](const std::string& file) {
        std::set<std::size_t> set;
        REQUIRE(parts.at(file).size() == (states + 63) / 64 * 8);
        for (std::size_t s = 0; s < 8 * parts.at(file).size(); ++s) {
            if (((word(file, s / 64) >> (s % 64)) & 1U) != 0) {
                REQUIRE(s < states);
                set.insert(s);
            }
        }
        return set;
    };
    content c;
    REQUIRE(parts.at("state-to-choices.bin").size() == 8 * (states + 1));
    REQUIRE(parts.at("branch-to-target.bin").size() == 8 * branches);
    REQUIRE(parts.at("branch-to-probability.bin").size() == 8 * branches);
    REQUIRE(word("state-to-choices.bin", states) == branches);
    for (std::size_t s = 0; s < states; ++s) {
        c.successors.emplace_back();
        for (std::size_t k = word("state-to-choices.bin", s); k < word("state-to-choices.bin", s + 1); ++k) {
            REQUIRE(word("branch-to-probability.bin", k) == 0x3FF0'0000'0000'0000U);
            c.successors.back().push_back(word("branch-to-target.bin", k));
        }
    }
    c.initial = bits("state-is-initial.bin");
    REQUIRE(system.at("#initial-states") == c.initial.size());
    for (const auto& [id, ap] : index.at("annotations").at("aps").items()) {
        REQUIRE(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos);
        REQUIRE(ap.at("applies-to") == nlohmann::json::array({"states"}));
        c.where[ap.at("alias").get<std::string>()] = bits("annotations/aps/" + id + "/states/values.bin");
    }
    REQUIRE(files.size() == 5 + c.where.size());
    return c;
}

// The states that a circuit reaches, in its own coding: state s is s + 1, and 0 is before the beginning.
void check_circuit(const transition_system& t, const std::string& bytes, const std::set<std::size_t>& bad) {
    const circuit c{bytes};
    const content right = expected(t);
    std::set<std::size_t> known{0};
    std::vector<std::size_t> work{0};
    while (!work.empty()) {
        const std::size_t code = work.back();
        work.pop_back();
        std::set<std::size_t> next;
        for (std::size_t input = 0; input < (std::size_t{1} << c.inputs()); ++input) {
            const auto [to, is_bad] = c.step(code, input);
            REQUIRE((to >= 1 && to <= t.size()));
            REQUIRE(is_bad == (code != 0 && bad.count(code - 1) != 0));
            next.insert(to - 1);
            if (known.insert(to).second) {
                work.push_back(to);
            }
        }
        const std::set<std::size_t> wanted =
            code == 0 ? right.initial
                      : std::set<std::size_t>(right.successors[code - 1].begin(), right.successors[code - 1].end());
        REQUIRE(next == wanted);
    }
}

template <class Coordinates>
void check_smv(const transition_system& t, const Coordinates& coordinates) {
    const std::vector<formula> properties{parse_formula("AG (q -> p)")};
    smv_module m{text_of([&](std::ostream& out) { write_smv(out, t, coordinates, properties); })};
    const content right = expected(t);
    const bool two_names = right.where.count("possibly_q") != 0;
    CHECK(m.properties() == std::vector<std::string>{two_names ? "(AG (!possibly_q | p));" : "(AG (!q | p));"});
    // All values of the variables, and the state of each, if there is one.
    std::vector<smv_module::valuation> all{{}};
    for (const auto& [name, most] : m.variables()) {
        std::vector<smv_module::valuation> more;
        for (const auto& v : all) {
            for (std::size_t x = 0; x <= most; ++x) {
                more.push_back(v);
                more.back()[name] = x;
            }
        }
        all = std::move(more);
    }
    std::map<smv_module::valuation, std::size_t> state_of;
    for (std::size_t s = 0; s < t.size(); ++s) {
        smv_module::valuation v;
        for (std::size_t i = 0; i < coordinates.dimensions(); ++i) {
            v[coordinates.name(i)] = coordinates.at(state_id::from_index(s), i);
        }
        state_of[v] = s;
    }
    REQUIRE(state_of.size() == t.size());
    for (const auto& v : all) {
        const auto here = state_of.find(v);
        const bool is_state = here != state_of.end();
        REQUIRE(m.initial(v) == (is_state && right.initial.count(here->second) != 0));
        for (const auto& [name, expression] : m.defines()) {
            REQUIRE(m.holds(expression, v, v) == (is_state && right.where.at(name).count(here->second) != 0));
        }
        REQUIRE(m.defines().size() == right.where.size());
        for (const auto& next : all) {
            const auto there = state_of.find(next);
            const bool wanted = !is_state ? next == v
                                          : there != state_of.end() &&
                                                std::count(right.successors[here->second].begin(),
                                                           right.successors[here->second].end(), there->second) != 0;
            REQUIRE(m.follows(v, next) == wanted);
        }
    }
}

} // namespace

TEST_CASE("the text of a tiny system, format by format") {
    CHECK(text_of([](std::ostream& out) { write_aldebaran(out, tiny); }) ==
          R"(des (4,11,5)
(0,"step",1)
(0,"step",2)
(1,"possibly_goal",1)
(1,"step",2)
(2,"goal",2)
(2,"possibly_goal",2)
(2,"step",0)
(2,"step",2)
(3,"step",3)
(4,"start",0)
(4,"start",1)
)");
    CHECK(text_of([](std::ostream& out) { write_prism_transitions(out, tiny); }) ==
          "4 6 6\n0 0 1 1\n0 1 2 1\n1 0 2 1\n2 0 0 1\n2 1 2 1\n3 0 3 1\n");
    CHECK(text_of([](std::ostream& out) { write_prism_labels(out, tiny); }) ==
          "0=\"init\" 1=\"deadlock\" 2=\"goal\" 3=\"possibly_goal\" 4=\"nowhere\"\n0: 0\n1: 0 3\n2: 2 3\n");
    CHECK(text_of([](std::ostream& out) { write_prism_states(out, tiny, state_numbers{4}); }) ==
          "(s)\n0:(0)\n1:(1)\n2:(2)\n3:(3)\n");
    CHECK(text_of([](std::ostream& out) { write_drn(out, tiny); }) ==
          "@type: MDP\n@parameters\n\n@reward_models\n\n@nr_states\n4\n@nr_choices\n6\n@model\n"
          "state 0 init\n\taction 0\n\t\t1 : 1\n\taction 1\n\t\t2 : 1\n"
          "state 1 init possibly_goal\n\taction 0\n\t\t2 : 1\n"
          "state 2 goal possibly_goal\n\taction 0\n\t\t0 : 1\n\taction 1\n\t\t2 : 1\n"
          "state 3\n\taction 0\n\t\t3 : 1\n");
    CHECK(text_of([](std::ostream& out) { write_hoa(out, tiny); }) ==
          R"(HOA: v1
States: 4
Start: 0
Start: 1
AP: 3 "goal" "possibly_goal" "nowhere"
acc-name: all
Acceptance: 0 t
properties: state-labels explicit-labels state-acc
tool: "opara"
--BODY--
State: [!0 & !1 & !2] 0
1
2
State: [!0 & 1 & !2] 1
2
State: [0 & 1 & !2] 2
0
2
State: [!0 & !1 & !2] 3
3
--END--
)");
    CHECK(text_of([](std::ostream& out) { write_dot(out, tiny); }) ==
          R"(digraph opara {
  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
  0 [label="0", penwidth=3];
  1 [label="1 goal?", penwidth=3];
  2 [label="2 goal"];
  3 [label="3"];
  0 -> 1;
  0 -> 2;
  1 -> 2;
  2 -> 0;
  2 -> 2;
  3 -> 3;
}
)");
    const std::vector<formula> asked{parse_formula("A[!nowhere U goal]")};
    CHECK(text_of([&](std::ostream& out) { write_smv(out, tiny, state_numbers{4}, asked); }) ==
          R"(MODULE main
VAR
  s : 0..3;
INIT
s in 0..1;
TRANS
case
s = 0 : next(s) in 1..2;
s = 1 : next(s) = 2;
s = 2 : (next(s) = 0 |
next(s) = 2);
s = 3 : next(s) = 3;
TRUE : next(s) = s;
esac;
DEFINE goal :=
s = 2;
DEFINE possibly_goal :=
s in 1..2;
DEFINE nowhere :=
FALSE;
CTLSPEC A [ !nowhere U goal ];
)");
    // One input chooses; the latches count from the time before the beginning, state s being s + 1.
    const transition_system two = transition_system::from_lists({{0, 1}, {1}}, {0}, {{"p", {truth::yes, truth::no}}});
    CHECK(text_of([&](std::ostream& out) { write_aiger(out, two, parse_formula("AG p")); }) ==
          "aig 8 1 2 1 5\n12\n17\n6\n\x04\x01\x01\x05\x01\x04\x0A\x02\x01\x08"
          "i0 choice0\nl0 state0\nl1 state1\no0 bad\n");
}

TEST_CASE("readers get random systems back from every format") {
    random_source random{3};
    for (int k = 0; k < 200; ++k) {
        const transition_system t = random_system(random, k % 10 == 0 ? 200 : 12);
        CAPTURE(describe(t));
        const auto written = [&](auto write) { return text_of([&](std::ostream& out) { write(out, t); }); };
        REQUIRE(read_aldebaran(written([](auto& o, auto& s) { write_aldebaran(o, s); })) == expected(t, false));
        REQUIRE(read_prism(written([](auto& o, auto& s) { write_prism_transitions(o, s); }),
                           written([](auto& o, auto& s) { write_prism_labels(o, s); })) == expected(t));
        REQUIRE(read_drn(written([](auto& o, auto& s) { write_drn(o, s); })) == expected(t, false));
        REQUIRE(read_hoa(written([](auto& o, auto& s) { write_hoa(o, s); })) == expected(t));
        REQUIRE(read_umb(written([](auto& o, auto& s) { write_umb(o, s); })) == expected(t));
        std::set<std::size_t> bad; // where (q -> p) may fail
        for (std::size_t s = 0; s < t.size(); ++s) {
            if (t.labels()[0].holds[s] != truth::yes && t.labels()[1].holds[s] != truth::no) {
                bad.insert(s);
            }
        }
        check_circuit(t, written([](auto& o, auto& s) { write_aiger(o, s, parse_formula("AG (q -> p)")); }), bad);
        if (t.size() <= 12) {
            check_smv(t, state_numbers{t.size()});
        }
    }
}

TEST_CASE("systems on a grid: coordinates, the outside and the unexplored") {
    const uniform_grid<2> grid{box_of<2>({0, 0}, {3, 2}), {3, 2}};
    CHECK(grid.locate({2.5, 0.5}) == 4);
    const std::uint64_t unexplored = ~std::uint64_t{0};
    const std::vector<std::uint64_t> cells{4, 1, 0, 3, 2, grid.outside(), unexplored};
    const std::vector<truth> p{truth::yes, truth::yes, truth::no, truth::yes, truth::yes, truth::maybe, truth::maybe};
    const std::vector<truth> q{truth::yes, truth::no, truth::yes, truth::no, truth::no, truth::no, truth::no};
    // State 0 goes to a box of cells, state 1 to a box and the outside, state 2 to cells that are no box.
    const transition_system t = transition_system::from_lists(
        {{1, 2, 3, 4}, {2, 1, 5}, {0, 3, 6, 1}, {3}, {4}, {5}, {6}}, {0, 1}, {{"p", p}, {"q", q}});
    const grid_coordinates<2> coordinates{grid, cells};
    CHECK(text_of([&](std::ostream& out) { write_prism_states(out, t, coordinates); }) ==
          "(where,x0,x1)\n0:(0,2,0)\n1:(0,0,1)\n2:(0,0,0)\n3:(0,1,1)\n4:(0,1,0)\n5:(1,0,0)\n6:(2,0,0)\n");
    CHECK(coordinates.count(0) == 3);
    check_smv(t, coordinates);
    const std::string smv = text_of([&](std::ostream& out) { write_smv(out, t, coordinates); });
    CHECK(smv.find("x0 = 2 : case\nx1 = 0 : next(where) = 0 & next(x0) in 0..1 & next(x1) in 0..1;") != smv.npos);
    CHECK(smv.find("(next(where) = 0 & next(x0) = 0 & next(x1) in 0..1 |\nnext(where) = 1 & next(x0) = 0 & next(x1) = "
                   "0)") != smv.npos);
    // Only what there is takes room: without an outside, "where" has one value.
    CHECK(grid_coordinates<2>{grid, std::vector<std::uint64_t>{0, 1}}.count(0) == 1);
}

TEST_CASE("labels are escaped where the format can, and refused where it cannot") {
    const auto with_label = [](const std::string& name) {
        return transition_system::from_lists({{0}}, {0}, {{name, {truth::yes}}});
    };
    const auto accepting = [&](const std::string& name) {
        std::set<std::string> formats;
        for (const auto& [format, write] : writers) {
            std::ostringstream out;
            try {
                write(out, with_label(name));
                formats.insert(format);
            } catch (const label_error& e) {
                CHECK(e.label() == name);
                CHECK(std::string{e.what()}.find("the label \"" + name + "\" ") == 0);
                CHECK(out.str().empty()); // nothing of a file that would be of no use
            }
        }
        return formats;
    };
    using names = std::set<std::string>;
    const names circuits{"aiger", "prism .tra"}; // these do not name labels
    const auto and_circuits = [&](names more) {
        more.insert(circuits.begin(), circuits.end());
        return more;
    };
    CHECK(accepting("goal").size() == writers.size());
    CHECK(accepting("has space") == and_circuits({"aldebaran", "dot", "drn", "hoa", "umb"}));
    CHECK(accepting("quo\"te") == and_circuits({"dot", "hoa", "umb"}));
    CHECK(accepting("back\\slash") == and_circuits({"dot", "drn", "hoa", "umb"}));
    CHECK(accepting("Ziel \xC3\xA4") == and_circuits({"aldebaran", "dot", "drn", "hoa", "umb"}));
    CHECK(accepting("init") == and_circuits({"aldebaran", "dot", "hoa"}));
    CHECK(accepting("true").count("promela") + accepting("atomic").count("promela table") == 0);
    CHECK(accepting("deadlock") == and_circuits({"aldebaran", "dot", "hoa", "promela", "promela table", "smv"}));
    CHECK(accepting("next").count("smv") == 0);
    CHECK(accepting("EX").count("smv") == 0);
    CHECK(accepting("s").count("smv") == 0); // the name of the coordinate
    CHECK(accepting("step").count("aldebaran") == 0);
    CHECK(accepting("tau").count("aldebaran") == 0);
    CHECK(accepting(std::string(5001, 'a')).count("aldebaran") == 0);
    for (const char* const bad :
         {"", "line\nbreak", "\x7F", "\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
        CAPTURE(bad);
        CHECK(accepting(bad) == circuits);
    }
    // Two propositions of one name.
    const labelling twice{"p", {truth::maybe}};
    for (const auto& [format, write] : writers) {
        if (circuits.count(format) == 0) {
            std::ostringstream out;
            CHECK_THROWS_AS(write(out, transition_system::from_lists({{0}}, {0}, {twice, twice})), label_error);
            CHECK_THROWS_WITH_AS(
                write(out, transition_system::from_lists({{0}}, {0}, {twice, {"possibly_p", {truth::yes}}})),
                "the label \"possibly_p\" would stand for two things in the file", label_error);
        }
    }
    // What was escaped comes back.
    const transition_system odd = transition_system::from_lists({{0}}, {0}, {{"a \"b\\ c", {truth::yes}}});
    CHECK(read_hoa(text_of([&](std::ostream& out) { write_hoa(out, odd); })) == expected(odd));
    CHECK(read_umb(text_of([&](std::ostream& out) { write_umb(out, odd); })) == expected(odd));
    const transition_system spaced = with_label("a b");
    CHECK(read_drn(text_of([&](std::ostream& out) { write_drn(out, spaced); })) == expected(spaced));
}

TEST_CASE("systems without runs are refused, but for those formats that can say it") {
    const transition_system stuck = transition_system::from_lists({{1}, {}}, {0});
    const transition_system without_start = transition_system::from_lists({{0}}, {});
    for (const auto& [format, write] : writers) {
        const std::string name = format; // clang 14 captures no binding
        CAPTURE(name);
        std::ostringstream out;
        if (name == "aldebaran" || name == "dot" || name == "hoa") {
            CHECK_NOTHROW(write(out, stuck));
        } else {
            CHECK_THROWS_AS(write(out, stuck), system_error);
        }
        if (name == "dot") {
            CHECK_NOTHROW(write(out, without_start));
        } else {
            CHECK_THROWS_AS(write(out, without_start), system_error);
        }
    }
    CHECK_THROWS_WITH_AS(text_of([](std::ostream& out) { write_dot(out, tiny, 3); }),
                         "a drawing of 4 states: 3 is the most", system_error);
    const auto circuit_of = [](const char* f) {
        return text_of([&](std::ostream& out) { write_aiger(out, tiny, parse_formula(f)); });
    };
    CHECK_THROWS_WITH_AS(circuit_of("AF goal"),
                         "a circuit can only ask for AG of a formula without temporal operators, not for AF \"goal\"",
                         opara::error);
    CHECK_THROWS_AS(circuit_of("AG AF goal"), opara::error);
    CHECK_THROWS_AS(circuit_of("AG goal & AG goal"), opara::error);
    CHECK_THROWS_AS(circuit_of("AG nothing"), label_error);
}

TEST_CASE("formulas in the words of other checkers") {
    const auto in = [](dialect how, const char* f) { return property_text(tiny, parse_formula(f), how); };
    CHECK(in(dialect::prism, "AG (goal -> nowhere)") == R"(A [ G (!"possibly_goal" | "nowhere") ])");
    CHECK(in(dialect::smv, "AG (goal -> nowhere)") == "(AG (!possibly_goal | nowhere))");
    CHECK(in(dialect::storm, "AG (goal -> nowhere)") == R"((P>=1 [G !"possibly_goal"]))");
    // Constants are folded there: Storm takes !false for the name of a label.
    CHECK(in(dialect::storm, "AF (!nowhere & (goal | (true & nowhere)))") == R"((P>=1 [F "goal"]))");
    CHECK(in(dialect::storm, "AX (!nowhere | goal)") == "(P>=1 [X true])");
    CHECK(in(dialect::storm, "EF goal & !EX !goal") == R"((!(P<=0 [F "goal"]) & !!(P<=0 [X !"goal"])))");
    CHECK(in(dialect::prism, "E[true U !!goal]") == R"(E [ true U !!"goal" ])");
    CHECK(in(dialect::smv, "A[false U EG goal]") == "A [ FALSE U (EG goal) ]");
    CHECK_THROWS_AS(in(dialect::smv, "AF nothing"), label_error);
    CHECK(in(dialect::spin, "AG (goal -> nowhere) & A[!goal U nowhere]") ==
          "(([] (!possibly_goal || nowhere)) && (!possibly_goal U nowhere))");
    CHECK(in(dialect::spin, "AG AF goal") == "([] (<> goal))");
    CHECK(in(dialect::spin, "AG (goal | AF nowhere)") == "([] (goal || (<> nowhere)))");
    CHECK(in(dialect::spin, "A[AF goal U nowhere]") == "((<> goal) U nowhere)");
    CHECK(in(dialect::spin, "goal W nowhere") == "(([] goal) || (goal U nowhere))");
    CHECK(in(dialect::spin, "G (nowhere | ((F nowhere) W goal))") ==
          "([] (nowhere || (([] (<> nowhere)) || ((<> nowhere) U goal))))");
    CHECK(in(dialect::prism, "goal W nowhere") == R"(!E [ !"nowhere" U (!"goal" & !"nowhere") ])");
    CHECK(in(dialect::spin, "!E[goal U !nowhere]") == "!(possibly_goal U !nowhere)");
    CHECK(in(dialect::spin, "!EF goal & !EG !goal") == "(!(<> possibly_goal) && !([] !goal))");
    for (const char* const branching :
         {"EF goal", "!EX goal", "!EF AF goal", "!E[goal U EF nowhere]", "AF AG goal", "AG goal | AF nowhere",
          "!AF goal", "AX goal", "AF (AF goal & nowhere)", "A[nowhere U AF goal]"}) {
        CAPTURE(branching);
        CHECK_FALSE(is_linear(parse_formula(branching)));
        CHECK_THROWS_AS(in(dialect::spin, branching), opara::error);
    }
}

TEST_CASE("a stream that fails ends the export with an error, and the file before stays") {
    std::vector<std::vector<std::uint32_t>> successors;
    for (std::uint32_t s = 0; s < 50'000; ++s) {
        successors.push_back({s, (s + 1) % 50'000});
    }
    const transition_system large = transition_system::from_lists(successors, {0});
    const temporary_folder folder;
    for (const auto& [format, write] : writers) {
        const std::string name = format; // clang 14 captures no binding
        CAPTURE(name);
        std::ostringstream broken;
        broken.setstate(std::ios::badbit);
        CHECK_THROWS_WITH_AS(write(broken, tiny), "cannot write the export: its stream has failed", opara::error);
        const std::string path = folder / "file";
        opara::write_file_atomically(path, "before");
        const transition_system& t = std::string{format} == "aiger" || std::string{format} == "smv" ? tiny : large;
        const std::string complaint = "cannot write " + path + ".partial: File too large";
        const opara::test::full_disk limit{20};
        const auto export_it = [&, write = write](std::ostream& out) { write(out, t); };
        CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, export_it), complaint.c_str(), opara::error);
        CHECK(opara::read_file(path) == "before");
        CHECK(folder.files() == 1);
    }
}
