#include <examples/drl/training/checkpoint.hpp>
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

const identity of{.system = "b1",
                  .agent = "ddpg",
                  .grid = "[0, 1] by 0.1",
                  .observe = "raw",
                  .recipe = "noise=0.1 hidden=20,20",
                  .seed = 3,
                  .environments = 2};

checkpoint some() {
    checkpoint c;
    c.before = 1.25;
    c.log.episodes = {{-3.5, 7, 7}, {0.1, 2, 9}};
    c.log.steps = 10;
    c.log.seconds = 0.3;
    c.log.end = opara::learning::training_end::episodes;
    c.episodes = {1, 1};
    c.attempt = 2;
    c.next_judgement = 12;
    c.stage = 4;
    c.penalty = 0.1;
    c.has_ended = true;
    for (int k = 0; k < 300; ++k) {
        c.state += static_cast<char>(k);
    }
    return c;
}

std::string why(const std::string& path, const identity& asked) {
    return complaint<opara::error>([&] { static_cast<void>(read_checkpoint(path, asked)); });
}

} // namespace

TEST_CASE("a checkpoint keeps all that it has") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "x.checkpoint";
    const checkpoint c = some();
    write_checkpoint(path, of, c);
    const checkpoint read = read_checkpoint(path, of);
    CHECK(read.before == c.before);
    CHECK(read.log == c.log);
    CHECK(read.episodes == c.episodes);
    CHECK(read.attempt == c.attempt);
    CHECK(read.next_judgement == c.next_judgement);
    CHECK(read.stage == c.stage);
    CHECK(read.penalty == c.penalty);
    CHECK(read.has_ended == c.has_ended);
    CHECK(read.state == c.state);
    CHECK(read_any_checkpoint(path).of == parts_of(of));
}

TEST_CASE("one of something else is refused with what differs") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "x.checkpoint";
    write_checkpoint(path, of, some());
    identity other = of;
    other.grid = "[0, 1] by 0.2";
    other.recipe = "noise=0.1 hidden=7";
    CHECK(why(path, other) ==
          "cannot go on from " + path +
              ": it was begun with other settings: grid is [0, 1] by 0.1 there and [0, 1] by 0.2 here; "
              "hidden is 20,20 there and 7 here");
    CHECK(says(why(folder / "none", of), "No such file"));
}

TEST_CASE("a checkpoint in which a byte has changed is none") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "x.checkpoint";
    write_checkpoint(path, of, some());
    const std::string whole = opara::read_file(path);
    for (std::size_t k = 0; k < whole.size(); ++k) {
        for (const unsigned change : {1U, 2U, 16U, 32U, 128U, 255U}) {
            std::string damaged = whole;
            damaged[k] = static_cast<char>(static_cast<unsigned char>(damaged[k]) ^ change);
            opara::write_file_atomically(path, damaged);
            REQUIRE_MESSAGE(says(why(path, of), "cannot go on from " + path + ": "), "byte " << k << " by " << change);
        }
        opara::write_file_atomically(path, whole.substr(0, k));
        REQUIRE_MESSAGE(says(why(path, of), "cannot go on from " + path + ": "), "cut off after " << k);
    }
    opara::write_file_atomically(path, whole);
    CHECK(why(path, of).empty());
}
