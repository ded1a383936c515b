#include <opara/core/file_set.hpp>
#include <tests/support/full_disk.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string>

namespace fs = std::filesystem;

using opara::test::full_disk;
using opara::test::temporary_folder;

namespace {

auto text(std::size_t size, char c) {
    return [=](std::ostream& out) { out << std::string(size, c); };
}

} // namespace

TEST_CASE("files that belong together are replaced together") {
    const temporary_folder folder;
    opara::write_file_atomically(folder / "a", "old a");
    opara::write_file_atomically(folder / "b", "old b");
    opara::file_set files;
    files.add(folder / "a", text(3, 'a'));
    files.add(folder / "b", text(100'000, 'b'));
    files.add(folder / "c", text(0, 'c'));
    files.add("/dev/null", text(3, 'd'));
    CHECK(opara::read_file(folder / "a") == "old a");
    CHECK(opara::read_file(folder / "b") == "old b");
    files.move_into_place();
    CHECK(opara::read_file(folder / "a") == "aaa");
    CHECK(opara::read_file(folder / "b") == std::string(100'000, 'b'));
    CHECK(opara::read_file(folder / "c").empty());
    CHECK(folder.files() == 3);
    files.move_into_place(); // of none is nothing
}

TEST_CASE("where one of several files fails, all stay as they were") {
    const temporary_folder folder;
    const auto old = [&] {
        CHECK(opara::read_file(folder / "a") == "old a");
        CHECK(opara::read_file(folder / "b") == "old b");
        CHECK(folder.files() == 2);
    };
    opara::write_file_atomically(folder / "a", "old a");
    opara::write_file_atomically(folder / "b", "old b");
    for (const std::size_t size : {std::size_t{21}, std::size_t{100'000}}) { // fails at the end, or on the way
        const full_disk limit{20};
        opara::file_set files;
        files.add(folder / "a", text(20, 'a'));
        CHECK_THROWS_WITH_AS(files.add(folder / "b", text(size, 'b')),
                             ("cannot write " + folder / "b.partial" + ": File too large").c_str(), opara::error);
    }
    old();
    {
        opara::file_set files;
        files.add(folder / "a", text(20, 'a'));
        CHECK_THROWS_AS(files.add(folder / "b", [](std::ostream&) { throw std::runtime_error{"no more"}; }),
                        std::runtime_error);
        CHECK_THROWS_AS(files.add(folder / "no/such", text(1, 'c')), opara::error);
    }
    old();
    {
        opara::file_set given_up;
        given_up.add(folder / "a", text(20, 'a'));
        given_up.add(folder / "c", text(20, 'c'));
    }
    old();
}

TEST_CASE("where one of several files cannot be moved, those that were moved are moved back") {
    const temporary_folder folder;
    opara::write_file_atomically(folder / "a", "old a");
    fs::create_directory(folder / "gone");
    const auto fails = [&](const std::string& last, const auto& meanwhile) {
        opara::file_set files;
        files.add(folder / "a", text(3, 'a'));
        files.add(folder / "b", text(3, 'b'));
        files.add(last, text(3, 'c'));
        meanwhile();
        CHECK_THROWS_AS(files.move_into_place(), opara::error);
    };
    fails(folder / "gone/c", [&] { fs::remove_all(folder / "gone"); });
    CHECK(opara::read_file(folder / "a") == "old a");
    CHECK(folder.files() == 1);
    fails(folder / "d", [&] { fs::create_directory(folder / "d"); });
    CHECK(opara::read_file(folder / "a") == "old a");
    CHECK(fs::is_directory(folder / "d"));
    CHECK(folder.files() == 2);
}

TEST_CASE("a file is not begun in the place of another one") {
    for (const bool other_way_round : {false, true}) {
        const temporary_folder folder;
        const std::string first = folder / (other_way_round ? "x" : "x.partial");
        const std::string second = folder / (other_way_round ? "x.partial" : "./x");
        opara::file_set files;
        files.add(first, text(3, '1'));
        files.add(second, text(3, '2'));
        files.move_into_place();
        CHECK(opara::read_file(first) == "111");
        CHECK(opara::read_file(second) == "222");
        CHECK(folder.files() == 2);
    }
}
