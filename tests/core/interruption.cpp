#include <opara/core/file.hpp>
#include <opara/core/interruption.hpp>
#include <tests/support/temporary_folder.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

using opara::test::temporary_folder;

namespace {

// What a child process that runs f ends with: a signal, or 0.
template <class F>
int signal_that_ends(const F& f) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const rlimit no_core{0, 0};
        static_cast<void>(::setrlimit(RLIMIT_CORE, &no_core));
        f();
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

} // namespace

TEST_CASE("an interruption leaves what was there before, and nothing else") {
    for (const int signal :
         {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2}) {
        CAPTURE(signal);
        const temporary_folder folder;
        opara::write_file_atomically(folder / "old", "old");
        const int end = signal_that_ends([&] {
            static_cast<void>(std::signal(signal, SIG_DFL));
            opara::leave_no_partial_files_when_interrupted();
            opara::write_file_atomically(folder / "done", "done");
            opara::write_file_atomically(folder / "old", [&](std::ostream& out) {
                opara::write_file_atomically(folder / "new", [&](std::ostream& other) {
                    out << std::string(100'000, 'x') << std::flush;
                    other << "x" << std::flush;
                    static_cast<void>(std::raise(signal));
                });
            });
        });
        CHECK(end == signal);
        CHECK(opara::read_file(folder / "old") == "old");
        CHECK(opara::read_file(folder / "done") == "done");
        CHECK(folder.files() == 2);
    }
}

TEST_CASE("a file that may not grow is an error and not the end of the program") {
    for (const bool promised : {false, true}) {
        CAPTURE(promised);
        const temporary_folder folder;
        opara::write_file_atomically(folder / "old", "old");
        const int end = signal_that_ends([&] {
            const rlimit limit{1000, 1000};
            static_cast<void>(std::signal(SIGXFSZ, SIG_DFL));
            if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
                return;
            }
            if (promised) {
                opara::leave_no_partial_files_when_interrupted();
            }
            try {
                opara::write_file_atomically(folder / "old", std::string(100'000, 'x'));
            } catch (const opara::error&) {
                static_cast<void>(std::raise(SIGUSR1)); // tells of it
            }
        });
        CHECK(end == (promised ? SIGUSR1 : SIGXFSZ));
        CHECK(opara::read_file(folder / "old") == "old");
        CHECK(folder.files() == (promised ? 1 : 2));
    }
}

TEST_CASE("files with relative names are found from anywhere") {
    const temporary_folder folder;
    const temporary_folder elsewhere;
    const auto write = [&](const auto& then) {
        REQUIRE(::chdir((folder / "").c_str()) == 0);
        opara::write_file_atomically("new", [&](std::ostream& out) {
            out << "x" << std::flush;
            REQUIRE(::chdir((elsewhere / "").c_str()) == 0);
            then();
        });
    };
    CHECK(signal_that_ends([&] {
              static_cast<void>(std::signal(SIGTERM, SIG_DFL));
              opara::leave_no_partial_files_when_interrupted();
              write([] { static_cast<void>(std::raise(SIGTERM)); });
          }) == SIGTERM);
    CHECK(folder.files() == 0);
    CHECK(signal_that_ends([&] {
              try {
                  write([] { throw 1; });
              } catch (int) {
              }
          }) == 0);
    CHECK(folder.files() == 0);
    CHECK(signal_that_ends([&] { write([] {}); }) == 0);
    CHECK(opara::read_file(folder / "new") == "x");
    CHECK(folder.files() == 1);
    CHECK(elsewhere.files() == 0);
}

TEST_CASE("without the promise a file is left, and a signal that is ignored stays so") {
    const temporary_folder folder;
    const auto write = [&](int signal) {
        opara::write_file_atomically(folder / "new", [&](std::ostream&) { static_cast<void>(std::raise(signal)); });
    };
    CHECK(signal_that_ends([&] { // otherwise the test above shows nothing
              static_cast<void>(std::signal(SIGTERM, SIG_DFL));
              write(SIGTERM);
          }) == SIGTERM);
    CHECK(folder.files() == 1);
    CHECK(signal_that_ends([&] {
              static_cast<void>(std::signal(SIGHUP, SIG_IGN));
              opara::leave_no_partial_files_when_interrupted();
              write(SIGHUP);
          }) == 0);
    CHECK(folder.files() == 2); // the left one, and the new one
}

TEST_CASE("more files at once than are remembered are written as ever") {
    const temporary_folder folder;
    std::vector<std::unique_ptr<opara::detail::partial_file>> files;
    for (int k = 0; k < 40; ++k) {
        files.push_back(std::make_unique<opara::detail::partial_file>(folder / std::to_string(k)));
    }
    for (const auto& file : files) {
        file->move_into_place();
    }
    files.clear();
    CHECK(folder.files() == 40);
    for (const auto& name : opara::detail::fleeting_names) {
        CHECK(!name.taken);
        CHECK(!name.there);
    }
}
