#include <examples/drl/training/sealed_file.hpp>
#include <opara/core/file.hpp>
#include <tests/learning/minimal.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace opara::examples::drl;
using opara::test::complaint;
using opara::test::says;

namespace {

const sealed contents{R"({"episodes":[[1.5,3,3]],"of":"b1"})", std::string{"\0\n\x7F weights \xFF\n", 13}};

std::string why(const std::string& path) {
    return complaint<opara::error>([&] { static_cast<void>(read_sealed(path, "opara-test", 3)); });
}

} // namespace

TEST_CASE("the checksum is that of XZ") {
    CHECK(checksum("123456789") == "995dc9bbdf1939fa"); // the catalogue's check value of CRC-64/XZ
    CHECK(checksum("") == "0000000000000000");
}

TEST_CASE("what was written is read, and nothing else") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "file";
    for (const sealed& one : {contents, sealed{"{}", ""}, sealed{"", "\n"}}) {
        write_sealed(path, "opara-test", 3, one);
        const sealed read = read_sealed(path, "opara-test", 3);
        CHECK(read.header == one.header);
        CHECK(read.body == one.body);
    }
    CHECK(says(complaint<opara::error>([&] { static_cast<void>(read_sealed(path, "opara-other", 3)); }),
               "$.format: must be \"opara-other\""));
    CHECK(says(complaint<opara::error>([&] { static_cast<void>(read_sealed(path, "opara-test", 4)); }),
               "$.version: this library reads version 4"));
    CHECK(says(why(folder / "nothing"), "No such file"));
}

TEST_CASE("damage of any byte is seen") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "file";
    write_sealed(path, "opara-test", 3, contents);
    const std::string whole = opara::read_file(path);
    for (std::size_t k = 0; k < whole.size(); ++k) {
        for (const unsigned change : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 128U, 255U}) { // each bit, and all of them
            std::string damaged = whole;
            damaged[k] = static_cast<char>(static_cast<unsigned char>(damaged[k]) ^ change);
            opara::write_file_atomically(path, damaged);
            REQUIRE_MESSAGE(!why(path).empty(), "byte " << k << " changed by " << change);
        }
        opara::write_file_atomically(path, whole.substr(0, k));
        REQUIRE_MESSAGE(!why(path).empty(), "cut off after " << k << " bytes");
        std::string shorter = whole;
        shorter.erase(k, 1);
        opara::write_file_atomically(path, shorter);
        REQUIRE_MESSAGE(!why(path).empty(), "without byte " << k);
        std::string longer = whole;
        longer.insert(k, 1, ' ');
        opara::write_file_atomically(path, longer);
        REQUIRE_MESSAGE(!why(path).empty(), "with a blank before byte " << k);
    }
    opara::write_file_atomically(path, whole.substr(0, whole.size() - 4));
    CHECK(says(why(path), "it is cut off, or damaged"));
    opara::write_file_atomically(path, whole + "more");
    CHECK(says(why(path), "it has 4 bytes more than it says"));
    std::string flipped = whole;
    flipped[flipped.size() - 2] ^= 1;
    opara::write_file_atomically(path, flipped);
    CHECK(says(why(path), "it is damaged: its checksum is "));
}
