#include <examples/drl/training/run_files.hpp>
#include <opara/core/error.hpp>
#include <opara/core/file.hpp>
#include <tests/learning/minimal.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace opara::examples::drl;
using opara::test::complaint;
using opara::test::says;

namespace {

std::string why(const run_files& files, beginning how, const std::string& differs = {}) {
    return complaint<opara::error>([&] { static_cast<void>(files.goes_on(how, [&] { return differs; })); });
}

} // namespace

TEST_CASE("where there is nothing, everything begins") {
    const opara::test::temporary_folder folder;
    const run_files files{folder / "x", "state", {"json"}};
    for (const beginning how : {beginning::anew, beginning::resumed, beginning::fresh}) {
        CHECK_FALSE(files.goes_on(how, []() -> std::string { throw opara::error{"of nothing"}; }));
    }
}

TEST_CASE("what is there is not lost without a word") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "x";
    const run_files files{path, "state", {"json", "svg"}};
    opara::write_file_atomically(path + ".json", "the work of days");
    // Without the state there is nothing to go on from, and what was made of it would be written over.
    for (const beginning how : {beginning::anew, beginning::resumed}) {
        CHECK(says(why(files, how),
                   path + ".json is of an earlier run, of which " + path + ".state is missing: --fresh"));
    }
    opara::write_file_atomically(path + ".state", "s");
    CHECK(says(why(files, beginning::anew), path + ".state is of an earlier run: --resume goes on from it, --fresh"));
    CHECK(says(why(files, beginning::anew, "hidden is 7 there and 8 here"),
               path + ".state is of a run with other settings (hidden is 7 there and 8 here): --fresh"));
    CHECK(files.goes_on(beginning::resumed, [] { return std::string{}; }));
    CHECK(why(files, beginning::resumed, "hidden is 7 there and 8 here") ==
          "cannot go on from " + path + ".state: it was begun with other settings: hidden is 7 there and 8 here");
    const auto damaged = []() -> std::string { throw opara::error{"it is damaged"}; };
    for (const beginning how : {beginning::anew, beginning::resumed}) {
        CHECK(says(complaint<opara::error>([&] { static_cast<void>(files.goes_on(how, damaged)); }), "it is damaged"));
    }
    CHECK(opara::read_file(path + ".json") == "the work of days");
    CHECK_FALSE(files.goes_on(beginning::fresh, damaged));
    CHECK(std::filesystem::exists(path + ".state")); // asking removes nothing
    files.remove();
    CHECK_FALSE(std::filesystem::exists(path + ".state"));
    CHECK_FALSE(std::filesystem::exists(path + ".json"));
    files.remove(); // of nothing
}
