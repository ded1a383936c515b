/// @file
/// Paths that stand for what a process has open already: /dev/stdout, /dev/stderr, /dev/fd/3.
#pragma once

#include <opara/core/config.hpp>
#include <opara/core/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace opara::inline OPARA_ABI {

namespace detail {

/// How many symbolic links are followed, as the kernel does.
inline constexpr int most_links = 40;

/// Where a symbolic link leads; nothing if the path is none.
[[nodiscard]] inline std::optional<std::filesystem::path> link_target(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::is_symlink(file, failed)) {
        return std::nullopt;
    }
    return file.parent_path() / std::filesystem::read_symlink(file, failed); // an absolute one replaces it all
}

/// The path of the file to which a path leads through symbolic links, and which need not be there: the path itself if
/// it is no link. @throws error  the links go round in a circle
[[nodiscard]] inline std::string behind_links(const std::string& path) {
    std::filesystem::path file{path};
    for (int i = 0; i <= most_links; ++i) {
        const std::optional<std::filesystem::path> target = link_target(file);
        if (!target) {
            return file.string();
        }
        file = *target;
    }
    throw error{"cannot follow " + path + ": " + std::strerror(ELOOP)};
}

/// A name for the place to which a path leads, the same for all paths that lead there. @throws error  as `behind_links`
[[nodiscard]] inline std::filesystem::path place_of(const std::string& path) {
    std::error_code unknown; // then the name as it is has to do
    const std::filesystem::path file = behind_links(path);
    const std::filesystem::path whole = std::filesystem::weakly_canonical(std::filesystem::absolute(file), unknown);
    return unknown ? file : whole;
}

/// The open descriptor for which a path stands, through symbolic links: 1 for /dev/stdout, 3 for /proc/self/fd/3; -1
/// for one of another process, and nothing for a path that is one of a file. What such a path leads to may be a file,
/// as in `>> log`, and then it has an owner, a position and contents that are none of whoever writes there.
[[nodiscard]] inline std::optional<int> descriptor_of(const std::string& path) {
    std::filesystem::path file{path};
    for (int i = 0; i < most_links; ++i) {
        std::error_code failed;
        const std::filesystem::path folder =
            std::filesystem::canonical(file.has_parent_path() ? file.parent_path() : ".", failed);
        const std::vector<std::string> parts(folder.begin(), folder.end()); // "/", "proc", the process, ..., "fd"
        const std::string name = file.filename().string();
        int number = 0;
        const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (!failed && parts.size() > 3 && parts[1] == "proc" && parts.back() == "fd" && problem == std::errc{} &&
            end == name.data() + name.size() && number >= 0) {
            return parts[2] == std::to_string(::getpid()) ? number : -1;
        }
        const std::optional<std::filesystem::path> target = link_target(file);
        if (failed || !target) {
            return std::nullopt;
        }
        file = *target;
    }
    return std::nullopt;
}

/// A duplicate of an open descriptor, with its position and its way of writing; -1 and `errno` if there is none, or
/// nothing can be written there.
[[nodiscard]] inline int writable_duplicate(int descriptor) noexcept {
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
        errno = EBADF;
        return -1;
    }
    constexpr int least = 3; // not in the place of a standard stream that is closed
    return ::fcntl(descriptor, F_DUPFD_CLOEXEC, least);
}

/// A C stream to what a path of `descriptor_of` leads to, which is neither emptied nor replaced; null and `errno` if
/// there is none.
[[nodiscard]] inline std::FILE* open_descriptor(const std::string& path, int descriptor) {
    static_cast<void>(std::fflush(stdout)); // what was said before comes before
    const int file =
        descriptor >= 0 ? writable_duplicate(descriptor) : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    return file < 0 ? nullptr : ::fdopen(file, "wb");
}

} // namespace detail

/// Whether what is written to a path goes where the program's standard output goes: /dev/stdout and its other names.
[[nodiscard]] inline bool is_standard_output(const std::string& path) {
    return detail::descriptor_of(path) == STDOUT_FILENO;
}

} // namespace opara::inline OPARA_ABI
