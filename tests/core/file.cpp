#include <opara/core/file.hpp>
#include <tests/support/full_disk.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace fs = std::filesystem;

using opara::test::full_disk;
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
    const std::string full = folder / "full";
    {
        const full_disk limit{0};
        CHECK(complaint([&] { opara::write_file_atomically(full, "x"); }) ==
              "cannot write " + full + ".partial: File too large");
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
    const std::string complaint = "cannot write " + path + ".partial: File too large";
    const auto short_text = [](std::ostream& out) { out << "new"; }; // fails when the file is closed
    const auto long_text = [](std::ostream& out) {                   // fails at once, and then it must end
        for (;;) {
            out << std::string(100'000, 'x');
        }
    };
    {
        const full_disk limit{2};
        CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, short_text), complaint.c_str(), opara::error);
        CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, long_text), complaint.c_str(), opara::error);
    }
    CHECK(opara::read_file(path) == "des (0)\n");
    CHECK(folder.files() == 1);
}

TEST_CASE("somebody's own file beside the one that is written stays as it is") {
    const temporary_folder folder;
    const std::string path = folder / "plan.json";
    opara::write_file_atomically(path + ".partial", "precious");
    opara::write_file_atomically(path, "new");
    opara::require_writable(path);
    fs::create_symlink(path, path + ".partial1");
    opara::write_file_atomically(path, [](std::ostream& out) { out << "newer"; });
    CHECK(opara::read_file(path) == "newer");
    CHECK(opara::read_file(path + ".partial") == "precious");
    CHECK(fs::is_symlink(path + ".partial1"));
    CHECK(folder.files() == 3);
}

TEST_CASE("what runs leave that are killed is used again, and what others are writing is not") {
    const temporary_folder folder;
    const std::string path = folder / "plan.json";
    opara::write_file_atomically(path + ".partial", "left");
    opara::write_file_atomically(path + ".partial1", "left");
    for (int k = 0; k < 300; ++k) {
        opara::write_file_atomically(path, std::to_string(k));
    }
    CHECK(opara::read_file(path) == "299");
    CHECK(folder.files() == 2); // PATH.partial could be somebody's own
    CHECK(opara::read_file(path + ".partial") == "left");
    // One inside the other, as two programs would.
    opara::write_file_atomically(path + ".partial1", "left");
    opara::write_file_atomically(path, [&](std::ostream& out) {
        out << "outer" << std::flush;
        opara::write_file_atomically(path, "inner");
        CHECK(opara::read_file(path) == "inner");
        CHECK(fs::exists(path + ".partial1"));
    });
    CHECK(opara::read_file(path) == "outer");
    CHECK(folder.files() == 2);
}

TEST_CASE("two outputs in one file are found before either is written") {
    const temporary_folder folder;
    const std::string path = folder / "a.json";
    const std::string same = folder / "./x/../a.json";
    fs::create_directory(folder / "x");
    CHECK_NOTHROW(opara::require_writable(std::vector<std::string>{path, folder / "b.json", path + "l"}));
    CHECK_NOTHROW(opara::require_writable(std::vector<std::string>{"/dev/null", "/dev/null"}));
    CHECK_THROWS_WITH_AS(opara::require_writable(std::vector<std::string>{path, folder / "b.json", path}),
                         ("two files are to be written to " + path).c_str(), opara::error);
    CHECK_THROWS_WITH_AS(opara::require_writable(std::vector<std::string>{path, same}),
                         ("two files are to be written to " + same + ", which is " + path).c_str(), opara::error);
    CHECK_THROWS_AS(opara::require_writable(std::vector<std::string>{path, folder / "no/such"}), opara::error);
    // Through a link to a file that is not there yet.
    const std::string link = folder / "link.json";
    fs::create_symlink("a.json", link);
    CHECK_FALSE(fs::exists(path));
    CHECK_THROWS_WITH_AS(opara::require_writable(std::vector<std::string>{path, link}),
                         ("two files are to be written to " + link + ", which is " + path).c_str(), opara::error);
}

TEST_CASE("what cannot be replaced is known before the work") {
    const temporary_folder folder;
    const std::string long_name = folder / std::string(256, 'a');
    CHECK_THROWS_WITH_AS(opara::require_writable(long_name),
                         ("cannot replace " + long_name + ": File name too long").c_str(), opara::error);
    // A link that leads to itself leads nowhere, and is not ours to replace.
    const std::string loop = folder / "loop";
    fs::create_symlink("loop", loop);
    const std::string complaint = "cannot follow " + loop + ": Too many levels of symbolic links";
    CHECK_THROWS_WITH_AS(opara::require_writable(loop), complaint.c_str(), opara::error);
    CHECK_THROWS_WITH_AS(opara::write_file_atomically(loop, "x"), complaint.c_str(), opara::error);
    CHECK(fs::is_symlink(loop));
    CHECK(folder.files() == 1);
}

TEST_CASE("what is read stays") {
    const temporary_folder folder;
    const std::string model = folder / "model.onnx";
    opara::write_file_atomically(model, "precious");
    const std::vector<std::string> read{folder / "other", model};
    CHECK_NOTHROW(opara::require_writable(std::vector<std::string>{folder / "report"}, read));
    CHECK_THROWS_WITH_AS(opara::require_writable(std::vector<std::string>{folder / "./model.onnx"}, read),
                         ("what is read from " + model + " would be written over").c_str(), opara::error);
}

TEST_CASE("a file keeps its mode, and a link stays one") {
    const temporary_folder folder;
    const std::string path = folder / "private.json";
    opara::write_file_atomically(path, "old");
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    const std::string link = folder / "link.json";
    fs::create_symlink("private.json", link);
    opara::write_file_atomically(link, "new");
    CHECK(fs::is_symlink(link));
    CHECK(opara::read_file(path) == "new");
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(folder.files() == 2);
    // A link that leads nowhere yet.
    const std::string early = folder / "early.json";
    fs::create_symlink("late.json", early);
    opara::write_file_atomically(early, "here");
    CHECK(fs::is_symlink(early));
    CHECK(opara::read_file(folder / "late.json") == "here");
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

TEST_CASE("no more is read than was asked for") {
    const temporary_folder folder;
    const std::string path = folder / "long";
    opara::write_file_atomically(path, std::string(10'000, 'x'));
    CHECK(opara::read_file(path, 10'000).size() == 10'000);
    const std::string reason = "cannot read " + path + ": it has more than 9999 bytes";
    CHECK_THROWS_WITH_AS((void)opara::read_file(path, 9'999), reason.c_str(), opara::error);
    CHECK_THROWS_WITH_AS((void)opara::read_file("/dev/zero", 100'000),
                         "cannot read /dev/zero: it has more than 100000 bytes", opara::error);
}

TEST_CASE("names as long as a file system takes them") {
    const temporary_folder folder;
    const std::string umlaut = "\u00e4"; // two bytes, which belong together
    for (const std::size_t size : {247U, 248U, 254U, 255U}) {
        const std::string plain = folder / std::string(size, 'x');
        std::string text(size % 2, 'y');
        while (text.size() < size) {
            text += umlaut;
        }
        for (const std::string& path : {plain, folder / text}) {
            opara::require_writable(path);
            opara::write_file_atomically(path, "old");
            opara::write_file_atomically(path, [&](std::ostream& out) {
                opara::write_file_atomically(path, "inner"); // which must take another name beside it
                out << "outer";
            });
            CHECK(opara::read_file(path) == "outer");
        }
    }
    CHECK(folder.files() == 8);
    CHECK(opara::detail::partial_name("/a/b", ".partial") == "/a/b.partial");
    CHECK(opara::detail::partial_name("/a/" + std::string(255, 'x'), ".partial7") ==
          "/a/" + std::string(246, 'x') + ".partial7");
    CHECK_THROWS_WITH_AS(opara::write_file_atomically(folder / std::string(256, 'x'), "new"),
                         doctest::Contains("File name too long"), opara::error);
}
