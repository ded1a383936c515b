// Automata in the Hanoi format, as a reader of others sees them: jhoafparser, in Java, of two of the format's authors,
// validates what it reads, and prints it. PRISM has it among its libraries, where OPARA_PRISM leads; OPARA_JHOAFPARSER
// names the archive elsewhere. Where there is none this is skipped.

#include <opara/abstraction/export/hoa.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/agreement.hpp>
#include <tests/abstraction/export_readers.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

std::string jhoafparser() {
    if (const char* const archive = std::getenv("OPARA_JHOAFPARSER")) {
        return archive;
    }
    const char* const prism = std::getenv("OPARA_PRISM");
    const std::filesystem::path programs = std::filesystem::path{prism != nullptr ? prism : ""}.parent_path();
    std::error_code none;
    for (const auto& library : std::filesystem::directory_iterator{programs / "../lib", none}) {
        if (library.path().filename().string().rfind("jhoafparser", 0) == 0) {
            return library.path().string();
        }
    }
    return {};
}

bool have_jhoafparser() {
    if (!runs("command -v java >/dev/null && test -f '" + jhoafparser() + "'")) {
        opara::test::skip("the reader jhoafparser is needed, and java (from automata.tools/hoa, or with PRISM, see "
                          "OPARA_PRISM; OPARA_JHOAFPARSER names the archive)");
        return false;
    }
    return true;
}

// What the reader prints of each automaton; all in one run, because it takes half a second to begin.
std::vector<std::string> printed(const std::vector<std::string>& automata) {
    const temporary_folder folder;
    std::string command = "java -jar '" + jhoafparser() + "' print";
    for (std::size_t k = 0; k < automata.size(); ++k) {
        const std::string file = folder / std::to_string(k);
        opara::write_file_atomically(file, automata[k]);
        command += " '" + file + "'";
    }
    const std::string log = folder / "log";
    REQUIRE_MESSAGE(runs(command + " >'" + log + "' 2>&1"), opara::read_file(log));
    const std::string text = opara::read_file(log);
    std::vector<std::string> result;
    const std::string last_line = "--END--\n";
    for (std::size_t begin = 0, end = 0; (end = text.find(last_line, begin)) != std::string::npos; begin = end) {
        end += last_line.size();
        result.push_back(text.substr(begin, end - begin));
    }
    REQUIRE_MESSAGE(result.size() == automata.size(), text);
    return result;
}

std::string as_hoa(const transition_system& t) {
    std::ostringstream out;
    write_hoa(out, t);
    return out.str();
}

} // namespace

TEST_CASE("jhoafparser reads the automata of random systems as what they are") {
    if (!have_jhoafparser()) {
        return;
    }
    random_source random{37};
    std::vector<transition_system> systems;
    for (int k = 0; k < 200; ++k) {
        systems.push_back(random_system(random, k % 10 == 0 ? 300 : 12));
    }
    // Names that have to be escaped, no name at all, and a state where no run goes on.
    const truth yes = truth::yes;
    systems.push_back(transition_system::from_lists(
        {{1}, {}}, {0, 1}, {{"a b", {yes, truth::no}}, {"quo\"te", {yes, yes}}, {"back\\slash", {truth::no, yes}}}));
    systems.push_back(transition_system::from_lists({{0, 1}, {1}}, {1}));
    std::vector<std::string> automata;
    for (const transition_system& t : systems) {
        automata.push_back(as_hoa(t));
    }
    const std::vector<std::string> read = printed(automata);
    for (std::size_t k = 0; k < systems.size(); ++k) {
        CAPTURE(describe(systems[k]));
        REQUIRE(read_hoa(read[k]) == expected(systems[k]));
    }
}

TEST_CASE("jhoafparser does not read everything") {
    if (!have_jhoafparser()) {
        return;
    }
    const temporary_folder folder;
    std::string text = as_hoa(transition_system::from_lists({{0, 1}, {1}}, {0}));
    const auto is_read = [&] {
        opara::write_file_atomically(folder / "automaton", text);
        return runs("java -jar '" + jhoafparser() + "' parse '" + folder / "automaton" + "' >/dev/null 2>&1");
    };
    CHECK(is_read());
    text.replace(text.find("States: 2"), 9, "States: 1");
    CHECK_FALSE(is_read());
}
