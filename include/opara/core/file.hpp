/// @file
/// Writing files so that nobody ever sees half of one.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/partial_file.hpp>
#include <opara/core/stream_path.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Replaces a file's contents in one step: writes PATH.partial beside it, then renames that. Where there is such a file
/// already it stays, and PATH.partial1 or so is written, which may be what is left of a run that was killed; the file's
/// mode stays, and of a symbolic link what it leads to is replaced. If anything fails, the old contents stay and no
/// partial file is left (nor by a signal, see `leave_no_partial_files_when_interrupted`). A device or a pipe is written
/// as it is; and so is what the process has open (/dev/stdout, /dev/fd/3), behind what was written there before, even
/// where that is a file (`>> log`).
/// @throws error  with the path and the system's reason
inline void write_file_atomically(const std::string& path, std::string_view text) {
    detail::partial_file file{path};
    file.write(text);
    file.move_into_place();
}

/// The same for contents that are made piece by piece, so that they never lie in memory as a whole.
/// @param fill  `fill(std::ostream&)` writes them; a failure to write, or an exception of its own, ends it
/// @throws error  with the path and the system's reason
template <std::invocable<std::ostream&> F>
void write_file_atomically(const std::string& path, F&& fill) {
    detail::partial_file file{path};
    detail::fill_partial_file(file, fill);
    file.move_into_place();
}

/// Makes sure, before long work starts, that `write_file_atomically` will be able to create its file; creates and
/// removes PATH.partial and leaves PATH alone. Of devices and pipes it says nothing: to try them would be to use them;
/// of what the process has open, only whether it is open for writing.
/// @throws error  with the path and the system's reason
inline void require_writable(const std::string& path) {
    if (const std::optional<int> open = detail::descriptor_of(path); open && *open >= 0) {
        const int file = detail::writable_duplicate(*open);
        if (file < 0) {
            throw error{"cannot write " + path + ": " + std::strerror(errno)};
        }
        static_cast<void>(::close(file));
    }
    if (detail::is_written_as_it_is(path)) {
        return;
    }
    const detail::partial_file file{path};
    if (std::FILE* const there = std::fopen(path.c_str(), "r+b")) {
        static_cast<void>(std::fclose(there));
    } else if (errno == EISDIR || errno == ENAMETOOLONG) { // what else hinders writing does not hinder replacing
        throw error{"cannot replace " + path + ": " + std::strerror(errno)};
    }
}

/// The same for all files that a program is going to write, which must be different files, however they are named, and
/// none of those that it reads. Several may go to one device, or to one descriptor that is open.
/// @param read  files that shall stay as they are
/// @throws error  with the path and the system's reason, or with the two names of one file
inline void require_writable(std::span<const std::string> paths, std::span<const std::string> read = {}) {
    std::vector<std::filesystem::path> files;
    for (const std::string& path : paths) {
        require_writable(path);
        files.push_back(detail::place_of(path));
        for (const std::string& other : read) {
            if (detail::place_of(other) == files.back() && !detail::is_device(path)) {
                throw error{"what is read from " + other + " would be written over"};
            }
        }
        const auto first = std::find(files.begin(), files.end() - 1, files.back());
        if (first == files.end() - 1) {
            continue;
        }
        const std::string& other = paths[static_cast<std::size_t>(first - files.begin())];
        if (!detail::is_written_as_it_is(path) || !detail::is_written_as_it_is(other)) {
            throw error{"two files are to be written to " + path + (other == path ? "" : ", which is " + other)};
        }
    }
}

/// The contents of a file.
/// @param most  so many bytes at most, so that a file without an end (/dev/zero) is an error before the memory is full
/// @throws error  with the path and the system's reason, or that it is longer
[[nodiscard]] inline std::string read_file(const std::string& path, std::size_t most = std::size_t{1} << 31U) {
    const auto fail = [&](int reason) { throw error{"cannot read " + path + ": " + std::strerror(reason)}; };
    std::FILE* const stream = std::fopen(path.c_str(), "rb");
    if (stream == nullptr) {
        fail(errno);
    }
    std::string text;
    char block[4096];
    std::size_t got = 0;
    errno = 0;
    while ((got = std::fread(block, 1, sizeof block, stream)) != 0) {
        if (got > most - text.size()) {
            static_cast<void>(std::fclose(stream));
            throw error{"cannot read " + path + ": it has more than " + std::to_string(most) + " bytes"};
        }
        text.append(block, got);
    }
    const int reason = std::ferror(stream) != 0 ? (errno != 0 ? errno : EIO) : 0;
    static_cast<void>(std::fclose(stream));
    if (reason != 0) {
        fail(reason);
    }
    return text;
}

} // namespace opara::inline OPARA_ABI
