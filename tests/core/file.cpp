#include <opara/core/file.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <ostream>
#include <stdexcept>
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

TEST_CASE("a file is written through a stream, or not at all") {
    const temporary_folder folder;
    const std::string path = folder / "system.aut";
    opara::write_file_atomically(path, [](std::ostream& out) {
        out << "des (" << 0 << ')';
        out.put('\n');
    });
    CHECK(opara::read_file(path) == "des (0)\n");
    // The one who writes gives up half way: the old file stays.
    const auto gives_up = [](std::ostream& out) {
        out << std::string(100'000, 'x');
        throw std::runtime_error{"no more"};
    };
    CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, gives_up), "no more", std::runtime_error);
    CHECK(opara::read_file(path) == "des (0)\n");
    CHECK(folder.files() == 1);
    if (fs::exists("/dev/full")) {
        fs::create_symlink("/dev/full", path + ".partial");
        const std::string complaint = "cannot write " + path + ".partial: No space left on device";
        const auto short_text = [](std::ostream& out) { out << "new"; }; // fails when the file is closed
        CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, short_text), complaint.c_str(), opara::error);
        fs::create_symlink("/dev/full", path + ".partial");
        const auto long_text = [](std::ostream& out) { // fails at once, and then it must end
            for (;;) {
                out << std::string(100'000, 'x');
            }
        };
        CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, long_text), complaint.c_str(), opara::error);
        CHECK(opara::read_file(path) == "des (0)\n");
        CHECK(folder.files() == 1);
    }
}

TEST_CASE("a device is written and never replaced") {
    if (!fs::exists("/dev/full")) {
        return;
    }
    CHECK_NOTHROW(opara::require_writable("/dev/null"));
    opara::write_file_atomically("/dev/null", "x");
    CHECK(fs::is_character_file("/dev/null"));
    CHECK_THROWS_WITH_AS(opara::write_file_atomically("/dev/full", "x"),
                         "cannot write /dev/full: No space left on device", opara::error);
    CHECK(fs::is_character_file("/dev/full"));
}
