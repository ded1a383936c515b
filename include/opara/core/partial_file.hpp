/// @file
/// A file that is written beside the one that it shall replace.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/interruption.hpp>
#include <opara/core/replacement.hpp>
#include <opara/core/stream_path.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <ostream>
#include <span>
#include <streambuf>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace opara::inline OPARA_ABI {

namespace detail {
/// Whether a path leads to a device, a pipe or the like: what is written there goes somewhere else, and a file in its
/// place would be of no use to anybody.
inline bool is_device(const std::string& path) {
    struct stat what{};
    return ::stat(path.c_str(), &what) == 0 && (what.st_mode & S_IFMT) != S_IFREG && (what.st_mode & S_IFMT) != S_IFDIR;
}

/// Whether what is at a path is written as it is, and never replaced: a device, or something that a process has open,
/// which may be a file (`>> log`).
inline bool is_written_as_it_is(const std::string& path) { return is_device(path) || descriptor_of(path).has_value(); }

/// The name of a new file beside another one: PATH.partial; of a name that would be too long for a file, the beginning.
inline std::string partial_name(const std::string& path, const std::string& ending) {
    constexpr std::size_t longest = 255;          // bytes, in the file systems of today
    const std::size_t name = path.rfind('/') + 1; // npos + 1 is 0
    if (path.size() - name + ending.size() <= longest) {
        return path + ending;
    }
    std::size_t size = longest - ending.size();
    constexpr unsigned continues = 0x80; // a byte of UTF-8 that begins no character
    while (size > 0 && (static_cast<unsigned char>(path[name + size]) & 0xC0U) == continues) {
        --size;
    }
    return path.substr(0, name + size) + ending;
}

/// Owns a C stream on a new file beside the one that it shall replace; removes that file unless it was moved. Devices
/// and what is open already are not replaced but written. A link stays one: what it leads to is replaced.
class partial_file {
public:
    /// @param kept  the places (`place_of`) of other files to come, which are no places for this one's beginnings
    explicit partial_file(const std::string& given, std::span<const std::filesystem::path> kept = {})
        : path_{is_written_as_it_is(given) ? given : behind_links(given)},
          partial_{is_written_as_it_is(path_) ? path_ : partial_name(path_, ".partial")},
          moved_{partial_ == path_} {
        if (path_.empty()) {
            throw error{"cannot create a file without a name"};
        }
        if (std::error_code unknown; path_.front() != '/') {
            folder_ = std::filesystem::current_path(unknown).string() + "/";
            folder_ = unknown ? std::string{} : folder_;
        }
        if (moved_) {
            const std::optional<int> open = descriptor_of(path_);
            stream_ = open ? open_descriptor(path_, *open) : std::fopen(path_.c_str(), "wb");
        } else {
            const signals_wait until_it_is_known;
            create(kept);
            if (stream_ != nullptr) {
                fleeting_.emplace(absolute(partial_));
            }
        }
        if (stream_ == nullptr) {
            fail("create", partial_);
        }
        struct stat old{};
        if (!moved_ && ::stat(path_.c_str(), &old) == 0) { // whoever could read the old file can read the new one
            static_cast<void>(::chmod(partial_.c_str(), old.st_mode & 07777));
        }
    }
    partial_file(const partial_file&) = delete;
    partial_file& operator=(const partial_file&) = delete;
    ~partial_file() {
        if (stream_ != nullptr) {
            static_cast<void>(std::fclose(stream_));
        }
        if (!moved_) {
            static_cast<void>(std::remove(absolute(partial_).c_str()));
        }
        fleeting_.reset();
        release();
    }

    void write(std::string_view text) {
        // An empty view may point nowhere, which fwrite does not take.
        if (!text.empty() && std::fwrite(text.data(), 1, text.size(), stream_) != text.size()) {
            fail("write", partial_);
        }
    }
    // Nothing more is written. The rest of the buffer goes out here, so a full disk may show only now. What is going to
    // replace something is on the disk first: a power cut must not leave a file of that name with nothing in it.
    void complete() {
        if (stream_ == nullptr) {
            return;
        }
        const bool written = std::fflush(stream_) == 0 && (moved_ || is_on_disk(::fileno(stream_)));
        const int reason = errno;
        const bool closed = std::fclose(std::exchange(stream_, nullptr)) == 0;
        if (!written || !closed) {
            errno = written ? errno : reason;
            fail("write", partial_);
        }
    }
    // Interruptions of this thread wait until it is there.
    void move_into_place() {
        const signals_wait until_it_is_unknown;
        enter();
        stay();
    }
    // Moves it into its place. Until `stay` that can be taken back, where the system can do it.
    void enter() {
        complete();
        if (!moved_ && !replacement_.make(absolute(partial_), absolute(path_))) {
            fail("replace", path_);
        }
    }
    void leave() { replacement_.undo(absolute(partial_), absolute(path_)); }
    void stay() {
        if (!moved_) {
            replacement_.settle(absolute(partial_));
        }
        moved_ = true;
        fleeting_.reset();
        release();
    }

private:
    // A file system that cannot be told to write is taken at its word.
    static bool is_on_disk(int descriptor) {
        return ::fdatasync(descriptor) == 0 || errno == EINVAL || errno == ENOSYS;
    }
    // A name by which a file is found wherever the process has gone meanwhile.
    [[nodiscard]] std::string absolute(const std::string& name) const { return folder_ + name; }
    // Somebody's own PATH.partial is not ours to write over. The names with numbers are: one whose lock is free is what
    // is left of a run that was killed, and is used again, so that such files do not become more and more.
    void create(std::span<const std::filesystem::path> kept) {
        constexpr int names = 100;
        for (int i = 0; i < names; ++i) {
            if (i > 0) {
                partial_ = partial_name(path_, ".partial" + std::to_string(i));
            }
            if (!kept.empty() && std::find(kept.begin(), kept.end(), place_of(partial_)) != kept.end()) {
                continue;
            }
            constexpr mode_t everybody = 0666; // but for the umask
            int file = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, everybody);
            if (file < 0 && errno != EEXIST) {
                return;
            }
            if (file < 0 && i > 0) {
                file = ::open(partial_.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
            }
            if (file >= 0 && is_ours(file) && ::ftruncate(file, 0) == 0) {
                lock_ = ::fcntl(file, F_DUPFD_CLOEXEC, 0); // keeps the lock until the file is in its place
                stream_ = ::fdopen(file, "wb");
                return;
            }
            if (file >= 0) {
                static_cast<void>(::close(file));
            }
        }
        errno = EEXIST;
    }
    // Whether nobody else writes it, and it still has its name now that we know that.
    [[nodiscard]] bool is_ours(int file) const {
        struct stat opened{};
        struct stat named{};
        return ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &opened) == 0 &&
               ::lstat(partial_.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
               opened.st_dev == named.st_dev && (opened.st_mode & S_IFMT) == S_IFREG && opened.st_nlink == 1;
    }
    void release() noexcept {
        if (lock_ >= 0) {
            static_cast<void>(::close(lock_));
        }
        lock_ = -1;
    }
    // Called from the constructor, too, where no destructor follows; nothing is left behind then.
    [[noreturn]] void fail(const char* verb, const std::string& what) const {
        const int reason = errno;
        throw error{std::string{"cannot "} + verb + " " + what + ": " + std::strerror(reason)};
    }

    std::string path_;
    std::string partial_;
    std::string folder_{}; // in which relative names are, with a slash; empty: the name is not relative
    std::FILE* stream_ = nullptr;
    int lock_ = -1;
    bool moved_;
    replacement replacement_;
    std::optional<fleeting> fleeting_; // while the partial file is there
};

/// Hands what a stream gets to a partial file, whose buffer is enough for both.
class partial_file_buffer : public std::streambuf {
public:
    explicit partial_file_buffer(partial_file& file) : file_{&file} {}

protected:
    int_type overflow(int_type c) override {
        if (!traits_type::eq_int_type(c, traits_type::eof())) {
            const char text = traits_type::to_char_type(c);
            file_->write({&text, 1});
        }
        return traits_type::not_eof(c);
    }
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        file_->write({text, static_cast<std::size_t>(size)});
        return size;
    }

private:
    partial_file* file_;
};

// Writes what `fill(std::ostream&)` has to say to a partial file.
template <class F>
void fill_partial_file(partial_file& file, F&& fill) {
    partial_file_buffer buffer{file};
    std::ostream out{&buffer};
    out.exceptions(std::ios_base::badbit | std::ios_base::failbit); // lets the error of the file come through
    fill(out);
}
} // namespace detail

} // namespace opara::inline OPARA_ABI
