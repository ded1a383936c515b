#include <opara/core/file.hpp>
#include <opara/core/file_set.hpp>
#include <opara/core/stream_path.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

using opara::test::temporary_folder;

namespace {

// A descriptor as a shell leaves it to a program.
class redirection {
public:
    redirection(const std::string& file, int flags) : descriptor_{::open(file.c_str(), flags)} {
        REQUIRE(descriptor_ >= 0);
    }
    redirection(const redirection&) = delete;
    redirection& operator=(const redirection&) = delete;
    ~redirection() { static_cast<void>(::close(descriptor_)); }

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] std::string number() const { return std::to_string(descriptor_); }
    // What the program itself writes there.
    void say(const std::string& text) const {
        REQUIRE(::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }

private:
    int descriptor_;
};

} // namespace

TEST_CASE("what is appended to a file by the shell stays behind what was there") {
    const temporary_folder folder;
    const std::string log = folder / "log";
    for (const std::string where : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/", "/dev/../proc/self/fd/"}) {
        CAPTURE(where);
        opara::write_file_atomically(log, "precious\n");
        const redirection out{log, O_WRONLY | O_APPEND};
        opara::require_writable(where + out.number());
        opara::write_file_atomically(where + out.number(), "report\n");
        out.say("text\n");
        opara::file_set both;
        both.add(where + out.number(), [](std::ostream& to) { to << "one\n"; });
        both.add(where + out.number(), [](std::ostream& to) { to << "two\n"; });
        both.move_into_place();
        CHECK(opara::read_file(log) == "precious\nreport\ntext\none\ntwo\n");
        CHECK(folder.files() == 1);
    }
}

TEST_CASE("what goes to a file by the shell shares its place") {
    const temporary_folder folder;
    const std::string log = folder / "log";
    const std::string link = folder / "link";
    const redirection out{log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC};
    REQUIRE(::chmod(log.c_str(), 0600) == 0);
    fs::create_symlink("/proc/self/fd/" + out.number(), link);
    out.say("before\n");
    opara::write_file_atomically(link, "report\n"); // through a link of one's own, as /dev/stdout is one
    out.say("after\n");
    CHECK(opara::read_file(log) == "before\nreport\nafter\n");
    CHECK(fs::is_symlink(link));
    CHECK(folder.files() == 2);
}

TEST_CASE("one descriptor may take several outputs, but no file that is replaced") {
    const temporary_folder folder;
    const std::string log = folder / "log";
    const redirection out{log, O_WRONLY | O_CREAT | O_CLOEXEC};
    const std::string path = "/dev/fd/" + out.number();
    CHECK_NOTHROW(opara::require_writable(std::vector<std::string>{path, path, folder / "other"}));
    for (const auto& both : {std::vector<std::string>{path, log}, std::vector<std::string>{log, path}}) {
        CHECK_THROWS_WITH_AS(opara::require_writable(both),
                             ("two files are to be written to " + both[1] + ", which is " + both[0]).c_str(),
                             opara::error);
    }
    CHECK_THROWS_WITH_AS(opara::require_writable(std::vector<std::string>{path}, std::vector<std::string>{log}),
                         ("what is read from " + log + " would be written over").c_str(), opara::error);
}

TEST_CASE("what is not open for writing is said at once") {
    const temporary_folder folder;
    const std::string log = folder / "log";
    opara::write_file_atomically(log, "old");
    const redirection in{log, O_RDONLY | O_CLOEXEC};
    for (const std::string& path : {"/dev/fd/" + in.number(), std::string{"/dev/fd/99999"}}) {
        CHECK_THROWS_WITH_AS(opara::require_writable(path), ("cannot write " + path + ": Bad file descriptor").c_str(),
                             opara::error);
        CHECK_THROWS_WITH_AS(opara::write_file_atomically(path, "new"),
                             ("cannot create " + path + ": Bad file descriptor").c_str(), opara::error);
    }
    CHECK(opara::read_file(log) == "old");
}

TEST_CASE("which paths stand for something open") {
    const temporary_folder folder;
    using opara::detail::descriptor_of;
    CHECK(descriptor_of("/dev/stdin") == 0);
    CHECK(descriptor_of("/dev/stdout") == 1);
    CHECK(descriptor_of("/dev/stderr") == 2);
    CHECK(descriptor_of("/proc/" + std::to_string(::getpid()) + "/fd/7") == 7);
    CHECK(descriptor_of("/proc/" + std::to_string(::getppid()) + "/fd/1") == -1); // somebody else's
    for (const std::string& path : {std::string{}, std::string{"/"}, std::string{"1"}, std::string{"/dev/null"},
                                    std::string{"/proc/self/fd"}, std::string{"/proc/self/status"}, folder / "fd/1"}) {
        CAPTURE(path);
        CHECK_FALSE(descriptor_of(path).has_value());
    }
    CHECK(opara::is_standard_output("/dev/stdout"));
    CHECK(opara::is_standard_output("/proc/self/fd/1"));
    CHECK_FALSE(opara::is_standard_output("/dev/stderr"));
    CHECK_FALSE(opara::is_standard_output(folder / "1"));
    const std::string turning = folder / "turning";
    fs::create_symlink("turning", turning);
    CHECK_FALSE(descriptor_of(turning).has_value());
}
