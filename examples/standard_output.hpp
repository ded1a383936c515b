/// @file
/// What a program says on its standard output, as something that may fail.
#pragma once

#include <opara/core/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace opara::examples {

/// Takes the places of standard streams that are closed (`>&-`), so that no file that is opened later gets into one of
/// them, and what is said into its contents. Saying something stays an error. To be called first.
inline void occupy_standard_streams() noexcept {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) {
            // The lowest number that is free is this one. Open the wrong way round: who uses it gets an error.
            static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
        }
    }
}

namespace detail {
[[noreturn]] inline void fail_to_say(int reason) {
    throw error{std::string{"what was found could not be written to the standard output"} +
                (reason == 0 ? "" : std::string{": "} + std::strerror(reason))};
}
} // namespace detail

/// Makes sure that what was said on the standard output has got there: whoever reads only that must not take silence,
/// or half of a table, for a result. To be called last. @throws error  it was lost, with the system's reason if it is
/// known
inline void require_said() {
    errno = 0;
    const bool flushed = std::fflush(stdout) == 0;
    const int reason = errno;
    if (!flushed || std::ferror(stdout) != 0) {
        detail::fail_to_say(reason);
    }
}

/// Says something on the standard output, as the last of it. @throws error  it was lost, with the system's reason
inline void say(std::string_view text) {
    errno = 0;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
        detail::fail_to_say(errno);
    }
    require_said();
}

} // namespace opara::examples
