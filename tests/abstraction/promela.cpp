#include <opara/abstraction/check.hpp>
#include <opara/abstraction/export/promela.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/ask_spin.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

formula random_proposition(random_source& random) {
    static const formula all[] = {formula::atom("p"),      formula::atom("q"),      parse_formula("p | q"),
                                  parse_formula("q -> p"), parse_formula("p & !q"), parse_formula("!p")};
    return all[random.below(std::size(all))];
}

// A formula that is linear, nested this deeply. (SPIN's automata grow fast with the depth.)
formula random_linear_formula(random_source& random, std::size_t depth) {
    if (depth == 0) {
        return random_proposition(random);
    }
    const auto part = [&] { return random_linear_formula(random, depth - 1); };
    switch (random.below(8)) {
    case 1: return AF(random_proposition(random));
    case 2: return AU(part(), random_proposition(random));
    case 3: {
        const formula f = part();
        return f && part();
    }
    case 4: return implies(random_proposition(random), part());
    case 5: return ltl::A(ltl::W(part(), random_proposition(random)));
    case 6: return !EU(random_proposition(random), random_proposition(random));
    default: return AG(part());
    }
}

} // namespace

TEST_CASE("SPIN comes to the same verdicts on random systems") {
    if (!have_spin()) {
        return;
    }
    random_source random{9};
    std::vector<formula> formulas;
    for (const char* const f :
         {"AG p", "AF q", "A[p U q]", "AG (q -> p)", "AG AF q", "AG (p | q) & AF (q & p)", "AG (!p -> AF q)",
          "A[AF q U !p]", "p W q", "G (q -> (p W !q))", "(F q) W p", "!EF (p & q)"}) {
        formulas.push_back(parse_formula(f));
    }
    while (formulas.size() < 40) {
        formulas.push_back(random_linear_formula(random, 1 + formulas.size() % 2));
    }
    std::vector<std::pair<transition_system, formula>> questions;
    for (std::size_t k = asked("OPARA_SPIN_SYSTEMS", 2500); k > 0; --k) {
        questions.emplace_back(random_system(random, k % 100 == 0 ? 300 : 24), formulas[k % formulas.size()]);
    }
    compare_verdicts(questions, [](const auto& some) { return ask_spin(some); }, 0.2);
}

TEST_CASE("formulas of linear time mean what SPIN takes them for") {
    if (!have_spin()) {
        return;
    }
    const std::pair<const char*, const char*> formulas[] = {{"G p", "[]p"},
                                                            {"F q", "<>q"},
                                                            {"p U q", "p U q"},
                                                            {"G (!p -> F q)", "[](!p -> <>q)"},
                                                            {"(p U q) | G p", "(p U q) || []p"},
                                                            {"p W q", "(p U q) || []p"},
                                                            {"!(p U q)", "!(p U q)"},
                                                            {"!(p W q)", "!((p U q) || []p)"},
                                                            {"!F q", "!<>q"},
                                                            {"!G p", "![]p"},
                                                            {"G F q & G p", "([]<>q) && []p"},
                                                            {"(F q) U !p", "(<>q) U !p"},
                                                            {"(F q) W !p", "((<>q) U !p) || []<>q"},
                                                            {"G (q | (p W q))", "[](q || ((p U q) || []p))"},
                                                            {"q | G F p", "q || []<>p"}};
    random_source random{10};
    std::vector<std::pair<transition_system, formula>> questions;
    while (questions.size() < 600) {
        parts p{random_system(random, 12)};
        for (labelling& l : p.labels) {
            std::replace(l.holds.begin(), l.holds.end(), truth::maybe, truth::no);
        }
        questions.emplace_back(p.whole(), parse_formula(formulas[questions.size() % std::size(formulas)].first));
    }
    compare_verdicts(
        questions,
        [&](const std::vector<std::pair<transition_system, formula>>& some) {
            std::vector<std::pair<const transition_system*, std::string>> asked;
            for (const auto& [t, f] : some) {
                const auto same = std::find_if(std::begin(formulas), std::end(formulas),
                                               [&, f = f](const auto& g) { return parse_formula(g.first) == f; });
                asked.emplace_back(&t, same->second);
            }
            return ask_spin(asked);
        },
        0.1);
}

TEST_CASE("what is not linear is refused to SPIN") {
    const transition_system t = transition_system::from_lists({{0}}, {0}, {{"p", {truth::yes}}, {"q", {truth::yes}}});
    for (const char* const f :
         {"AF AG p", "AG p | AF q", "EF p", "!AG p", "!EX p", "!EF AF p", "A[p U AG q]", "AX p", "AG EF p"}) {
        CAPTURE(f);
        CHECK_FALSE(is_linear(parse_formula(f)));
        CHECK_THROWS_AS((void)property_text(t, parse_formula(f), dialect::spin), opara::error);
    }
    CHECK(property_text(t, parse_formula("AG (p -> A[p U q])"), dialect::spin) == "([] (!p || (p U q)))");
    CHECK(property_text(t, parse_formula("AG !!p"), dialect::spin) == "([] !(!p))"); // !! would be a syntax error
}

TEST_CASE("systems that SPIN cannot take are refused") {
    const auto written = [](const transition_system& t) {
        std::ostringstream model;
        std::ostringstream table;
        write_promela(model, t, {}, "t.h");
        write_promela_table(table, t);
        return model.str().size() + table.str().size();
    };
    const auto with_label = [](const char* name) {
        return transition_system::from_lists({{0}}, {0}, {{name, {truth::yes}}});
    };
    CHECK(written(with_label("p_1")) > 500);
    CHECK_THROWS_WITH_AS(written(with_label("has space")),
                         "the label \"has space\" is no name of SPIN's: a small letter comes first", label_error);
    CHECK_THROWS_AS(written(with_label("Upper")), label_error);
    for (const char* const taken : {"true", "false", "now", "skip", "do", "od", "if", "atomic", "proctype", "ltl",
                                    "int", "c_code", "active", "until", "defined", "opara_state", "opara_whatever"}) {
        CHECK_THROWS_WITH_AS(written(with_label(taken)),
                             ("the label \"" + std::string{taken} + "\" means something else to SPIN").c_str(),
                             label_error);
    }
    CHECK(written(with_label("nowhere")) > 500);
    std::ostringstream model;
    CHECK_THROWS_WITH_AS(write_promela(model, with_label("p"), {{"q", "[]p"}, {"p", "[]p"}}, "t.h"),
                         "the label \"p\" is the name of a property, too", label_error);
    for (const char* const name : {"", "a\"b.h", "a\\b.h", "a\nb.h", "\x7F"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH_AS(write_promela(model, with_label("p"), {}, name),
                             ("SPIN cannot include a table from \"" + std::string{name} +
                              "\": quotes, backslashes and line breaks have no place in such a name")
                                 .c_str(),
                             opara::error);
    }
    CHECK(model.str().empty());
    CHECK_THROWS_AS(written(with_label("")), label_error);
    CHECK_THROWS_AS(written(transition_system::from_lists({{}}, {0})), system_error);
    CHECK_THROWS_AS(written(transition_system::from_lists({{0}}, {})), system_error);
    std::vector<labelling> many;
    for (int k = 0; k < 33; ++k) {
        many.push_back({"p" + std::to_string(k), {truth::yes}});
    }
    CHECK_THROWS_WITH_AS(written(transition_system::from_lists({{0}}, {0}, many)),
                         "the label \"p32\" is one too many: the table has room for 32", label_error);
}

TEST_CASE("labels that are words of C, or names of the verifier's, mean what they mean to SPIN") {
    if (!have_spin()) {
        return;
    }
    std::vector<labelling> labels;
    for (const char* const name : {"while", "unix", "main", "state", "error", "include", "const", "property", "accept",
                                   "end", "progress", "never_0", "pan", "uchar", "trpt", "p"}) {
        labels.push_back({name, {truth::yes, labels.size() % 2 == 0 ? truth::yes : truth::no}});
    }
    const transition_system t = transition_system::from_lists({{0, 1}, {1}}, {0}, labels);
    std::vector<std::pair<transition_system, formula>> questions;
    for (const labelling& l : labels) {
        questions.emplace_back(t, AG(formula::atom(l.name)));
    }
    compare_verdicts(questions, [](const auto& some) { return ask_spin(some); }, 0.4);
}

TEST_CASE("a model does not compile with the table of another system") {
    if (!have_spin()) {
        return;
    }
    const labelling p{"p", {truth::yes, truth::no}};
    const transition_system mine = transition_system::from_lists({{0, 1}, {1}}, {0}, {p});
    const transition_system others[] = {
        transition_system::from_lists({{0, 1}, {0}}, {0}, {p}),
        transition_system::from_lists({{0}, {1, 1}}, {0}, {p}),
        transition_system::from_lists({{0, 1}, {1}}, {1}, {p}),
        transition_system::from_lists({{0, 1}, {1}}, {0}, {{"q", p.holds}}),
        transition_system::from_lists({{0, 1}, {1}}, {0}, {{"p", {truth::no, truth::no}}}),
        transition_system::from_lists({{0, 1}, {1}}, {0}),
        mine};
    const temporary_folder folder;
    opara::write_file_atomically(folder / "m.pml", [&](std::ostream& out) { write_promela(out, mine, {}, "t.h"); });
    const std::string there = "cd '" + folder / "." + "' && ";
    REQUIRE(runs(there + "spin -a m.pml >log 2>&1"));
    for (const transition_system& t : others) {
        opara::write_file_atomically(folder / "t.h", [&](std::ostream& out) { write_promela_table(out, t); });
        CHECK(runs(there + "gcc -w -fsyntax-only pan.c 2>log") == (&t == std::end(others) - 1));
        CHECK((opara::read_file(folder / "log").find("the table is of another system than the model") ==
               std::string::npos) == (t == mine));
    }
}
