#include <examples/drl/training/name_lock.hpp>
#include <opara/core/file.hpp>
#include <tests/learning/minimal.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

using opara::examples::drl::name_lock;
using opara::test::complaint;
using opara::test::says;

namespace {

std::string why(const std::string& path) {
    return complaint<opara::error>([&] { const name_lock mine{path}; });
}

// A process that holds a name until it is killed.
class holder {
public:
    explicit holder(const std::string& path) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        process_ = ::fork();
        if (process_ == 0) {
            const name_lock its{path};
            const char held = 'h';
            if (::write(ends[1], &held, 1) == 1) {
                ::pause();
            }
            ::_exit(0);
        }
        char held = 0;
        REQUIRE(::read(ends[0], &held, 1) == 1);
        static_cast<void>(::close(ends[0]));
        static_cast<void>(::close(ends[1]));
    }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    ~holder() { kill(); }
    void kill() {
        if (process_ > 0) {
            static_cast<void>(::kill(process_, SIGKILL));
            static_cast<void>(::waitpid(process_, nullptr, 0));
            process_ = 0;
        }
    }
    [[nodiscard]] pid_t process() const { return process_; }

private:
    pid_t process_ = 0;
};

} // namespace

TEST_CASE("a name has one holder, and the second one is told who that is") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "b1-ddpg-1";
    holder other{path};
    CHECK(why(path) == "process " + std::to_string(other.process()) + " writes the files " + path + ".* and holds " +
                           path + ".lock: wait for its end, or choose another --out");
    CHECK(why(folder / "b1-ddpg-2").empty());       // another name is free
    CHECK(std::filesystem::exists(path + ".lock")); // who asked in vain has removed nothing
    other.kill();
    CHECK(std::filesystem::exists(path + ".lock")); // nobody could remove it
    CHECK(why(path).empty());                       // but it holds nothing
    CHECK_FALSE(std::filesystem::exists(path + ".lock"));
}

TEST_CASE("a lock ends with its object, in a process, too") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "x";
    std::optional<name_lock> first{path};
    name_lock moved{std::move(*first)};
    first.reset(); // has nothing any more
    CHECK(says(why(path), "process " + std::to_string(::getpid())));
    {
        const name_lock last{std::move(moved)};
        CHECK(says(why(path), "holds"));
    }
    CHECK(why(path).empty());
}

TEST_CASE("what is in the file does not matter") {
    const opara::test::temporary_folder folder;
    const std::string path = folder / "x";
    opara::write_file_atomically(path + ".lock", "1\n"); // a process that there is
    CHECK(why(path).empty());
    CHECK(says(why(folder / "nowhere/x"), "cannot create " + (folder / "nowhere/x.lock") + ": No such file"));
    std::filesystem::create_directory(path + ".lock");
    CHECK(says(why(path), "cannot create " + path + ".lock: Is a directory"));
}
