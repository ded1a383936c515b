#include <opara/core/file.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace fs = std::filesystem;

using opara::test::temporary_folder;

TEST_CASE("a file is written, replaced and read") {
    const temporary_folder folder;
    const std::string path = folder / "report.json";
    const std::string text = std::string(100'000, 'x') + '\0' + "\r\n";
    opara::write_file_atomically(path, "old");
    CHECK(opara::read_file(path) == "old");
    opara::write_file_atomically(path, text);
    CHECK(opara::read_file(path) == text);
    CHECK(folder.files() == 1);
}

TEST_CASE("what cannot be written says why and leaves nothing behind") {
    const temporary_folder folder;
    const auto complaint = [](const auto& f) -> std::string {
        try {
            f();
        } catch (const opara::error& e) {
            return e.what();
        }
        return "none";
    };
    const std::string nowhere = folder / "missing/report.json";
    CHECK(complaint([&] { opara::write_file_atomically(nowhere, "x"); }) ==
          "cannot create " + nowhere + ".partial: No such file or directory");
    CHECK(complaint([&] { opara::require_writable(nowhere); }) ==
          "cannot create " + nowhere + ".partial: No such file or directory");
    CHECK(complaint([&] { (void)opara::read_file(nowhere); }) ==
          "cannot read " + nowhere + ": No such file or directory");
    // A folder is in the way: it stays, and the partial file goes.
    const std::string taken = folder / "taken";
    fs::create_directories(taken + "/inside");
    CHECK(complaint([&] { opara::write_file_atomically(taken, "x"); }) ==
          "cannot replace " + taken + ": Is a directory");
    CHECK(complaint([&] { opara::require_writable(taken); }) == "cannot replace " + taken + ": Is a directory");
    CHECK(complaint([&] { (void)opara::read_file(taken); }) == "cannot read " + taken + ": Is a directory");
    CHECK(folder.files() == 1);
    if (fs::exists("/dev/full")) {
        const std::string full = folder / "full";
        fs::create_symlink("/dev/full", full + ".partial");
        CHECK(complaint([&] { opara::write_file_atomically(full, "x"); }) ==
              "cannot write " + full + ".partial: No space left on device");
    }
    const std::string fine = folder / "fine";
    CHECK(complaint([&] { opara::require_writable(fine); }) == "none");
    CHECK_FALSE(fs::exists(fine));
    CHECK(folder.files() == 1);
}
