#include <opara/abstraction/check.hpp>
#include <opara/abstraction/parse.hpp>
#include <opara/abstraction/promela.hpp>
#include <opara/core/file.hpp>
#include <opara/testing/random.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

// A folder of its own, gone at the end.
class temporary_folder {
public:
    temporary_folder() {
        std::string name = (fs::temp_directory_path() / "opara-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() { fs::remove_all(path_); }
    [[nodiscard]] std::string operator/(const char* name) const { return (path_ / name).string(); }

private:
    fs::path path_;
};

bool runs(const std::string& command) { return std::system(command.c_str()) == 0; }

// Sparse, with long ways and few cycles in some, so that every property holds in some systems and fails in others.
transition_system random_system(random_source& random) {
    const std::size_t n = random.between(2, 300);
    const bool forward = random.chance(0.6);
    std::vector<std::vector<std::uint32_t>> successors(n);
    labelling p{"p", std::vector<truth>(n, truth::yes)};
    labelling q{"q", std::vector<truth>(n, truth::no)};
    for (std::size_t s = 0; s < n; ++s) {
        for (std::size_t k = random.between(1, 3); k > 0; --k) {
            const std::size_t to = forward ? std::min(n - 1, s + random.between(1, 9)) : random.below(n);
            successors[s].push_back(static_cast<std::uint32_t>(to));
        }
        if (random.chance(0.02)) {
            p.holds[s] = random.chance(0.5) ? truth::maybe : truth::no;
        }
        if (random.chance(0.05) || (forward && s + 9 >= n && random.chance(0.8))) {
            q.holds[s] = truth::yes;
        }
    }
    return transition_system::from_lists(successors, {0, static_cast<std::uint32_t>(random.below(n))}, {p, q});
}

// Formulas of CTL and of LTL that say the same.
const std::vector<std::pair<std::string, std::string>> properties{
    {"AG p", "[] p"}, {"AF q", "<> q"}, {"A[p U q]", "p U q"}, {"AG (q -> p)", "[] (q -> p)"}, {"AG AF q", "[] <> q"}};

} // namespace

TEST_CASE("SPIN comes to the same verdicts on random systems") {
    if (!runs("spin -V >/dev/null 2>&1") || !runs("gcc --version >/dev/null 2>&1")) {
        opara::test::skip("spin and gcc are needed (Debian: spin)");
        return;
    }
    std::vector<std::pair<std::string, std::string>> named;
    for (std::size_t k = 0; k < properties.size(); ++k) {
        named.emplace_back("property" + std::to_string(k), properties[k].second);
    }
    random_source random{9};
    const temporary_folder folder;
    int held = 0;
    int failed = 0;
    const char* const asked = std::getenv("OPARA_SPIN_SYSTEMS");
    const int systems = asked != nullptr ? std::atoi(asked) : 6; // each costs a run of the C compiler
    for (int trial = 0; trial < systems; ++trial) {
        const transition_system t = random_system(random);
        const promela_model m = to_promela(t, named, "table.h");
        opara::write_file_atomically(folder / "model.pml", m.model);
        opara::write_file_atomically(folder / "table.h", m.table);
        REQUIRE(runs("cd '" + folder / "." + "' && spin -a model.pml >spin.log 2>&1 && gcc -w -O0 -o pan pan.c"));
        for (std::size_t k = 0; k < properties.size(); ++k) {
            CAPTURE(trial);
            CAPTURE(properties[k].first);
            REQUIRE(runs("cd '" + folder / "." + "' && ./pan -a -m100000 -N " + named[k].first + " >pan.log 2>&1"));
            const std::string log = opara::read_file(folder / "pan.log");
            REQUIRE(log.find("max search depth too small") == std::string::npos);
            const bool spin_says = log.find("errors: 0") != std::string::npos;
            REQUIRE((spin_says || log.find("errors: 1") != std::string::npos));
            CHECK(check(t, parse_formula(properties[k].first)).holds == spin_says);
            ++(spin_says ? held : failed);
        }
    }
    CHECK(held >= systems / 2);
    CHECK(failed >= systems / 2);
}

TEST_CASE("systems that SPIN cannot take are refused") {
    const auto with_label = [](const char* name) {
        return transition_system::from_lists({{0}}, {0}, {{name, {truth::yes}}});
    };
    CHECK_NOTHROW((void)to_promela(with_label("p_1"), {}, "t.h"));
    CHECK_THROWS_AS((void)to_promela(with_label("has space"), {}, "t.h"), label_error);
    CHECK_THROWS_AS((void)to_promela(with_label("Upper"), {}, "t.h"), label_error);
    CHECK_THROWS_AS((void)to_promela(with_label(""), {}, "t.h"), label_error);
    CHECK_THROWS_AS((void)to_promela(transition_system::from_lists({{}}, {0}), {}, "t.h"), system_error);
    CHECK_THROWS_AS((void)to_promela(transition_system::from_lists({{0}}, {}), {}, "t.h"), system_error);
    CHECK_THROWS_AS((void)to_promela(transition_system::from_lists(
                                         {{0}}, {0}, std::vector<labelling>(33, labelling{"p", {truth::yes}})),
                                     {}, "t.h"),
                    label_error);
}
