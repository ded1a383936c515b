#include <opara/abstraction/check.hpp>
#include <opara/abstraction/export/promela.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

const char* const properties[] = {"AG p", "AF q", "A[p U q]", "AG (q -> p)", "AG AF q", "AG (p | q) & AF (q & p)"};

} // namespace

TEST_CASE("SPIN comes to the same verdicts on random systems") {
    if (!runs("spin -V >/dev/null 2>&1") || !runs("gcc --version >/dev/null 2>&1")) {
        opara::test::skip("spin and gcc are needed (Debian: spin)");
        return;
    }
    random_source random{9};
    const temporary_folder folder;
    std::size_t held = 0;
    std::size_t failed = 0;
    const std::size_t systems = asked("OPARA_SPIN_SYSTEMS", 6); // each costs a run of the C compiler
    for (std::size_t trial = 0; trial < systems; ++trial) {
        const transition_system t = random_system(random, 300);
        std::vector<std::pair<std::string, std::string>> named;
        for (const char* const f : properties) {
            named.emplace_back("property" + std::to_string(named.size()),
                               property_text(t, parse_formula(f), dialect::spin));
        }
        opara::write_file_atomically(folder / "model.pml",
                                     [&](std::ostream& out) { write_promela(out, t, named, "table.h"); });
        opara::write_file_atomically(folder / "table.h", [&](std::ostream& out) { write_promela_table(out, t); });
        REQUIRE(runs("cd '" + folder / "." + "' && spin -a model.pml >spin.log 2>&1 && gcc -w -O0 -o pan pan.c"));
        for (std::size_t k = 0; k < named.size(); ++k) {
            CAPTURE(properties[k]);
            REQUIRE(runs("cd '" + folder / "." + "' && ./pan -a -m100000 -N " + named[k].first + " >pan.log 2>&1"));
            const std::string log = opara::read_file(folder / "pan.log");
            REQUIRE(log.find("max search depth too small") == std::string::npos);
            const bool spin_says = log.find("errors: 0") != std::string::npos;
            REQUIRE((spin_says || log.find("errors: 1") != std::string::npos));
            CHECK_MESSAGE(check(t, parse_formula(properties[k])).holds == spin_says, describe(t));
            ++(spin_says ? held : failed);
        }
    }
    CHECK(held >= systems / 2);
    CHECK(failed >= systems / 2);
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
