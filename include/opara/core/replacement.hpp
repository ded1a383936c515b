/// @file
/// Putting a file in the place of another one so that it can be undone.
#pragma once

#include <opara/core/config.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace opara::inline OPARA_ABI::detail {

/// The move of one file into the place of another. As long as it is not settled it can be undone where the system can
/// swap two files (Linux, on most file systems): what was replaced has the new one's old name until then.
class replacement {
public:
    /// @return whether it could be done; else `errno` says why not, and nothing has changed
    [[nodiscard]] bool make(const std::string& from, const std::string& to) {
        struct stat old{};
        const bool replaces = ::lstat(to.c_str(), &old) == 0;
#ifdef RENAME_EXCHANGE
        // A folder could be swapped with a file, too, and nobody wants that.
        if (replaces && (old.st_mode & S_IFMT) == S_IFREG) {
            if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
                done_ = outcome::swapped;
                return true;
            }
            if (errno != EINVAL && errno != ENOSYS && errno != ENOENT) {
                return false;
            }
        }
#endif
        if (std::rename(from.c_str(), to.c_str()) != 0) {
            return false;
        }
        done_ = replaces ? outcome::lasting : outcome::moved;
        return true;
    }
    /// Takes it back, if that is possible: both files have their old names again.
    void undo(const std::string& from, const std::string& to) noexcept {
#ifdef RENAME_EXCHANGE
        if (done_ == outcome::swapped) {
            static_cast<void>(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE));
        }
#endif
        if (done_ == outcome::moved) {
            static_cast<void>(std::rename(to.c_str(), from.c_str()));
        }
        done_ = outcome::nothing;
    }
    /// Removes what was replaced.
    void settle(const std::string& from) noexcept {
        if (done_ == outcome::swapped) {
            static_cast<void>(std::remove(from.c_str()));
        }
        done_ = outcome::nothing;
    }

private:
    enum class outcome : unsigned char {
        nothing, // or nothing that could be undone any more
        swapped, // the old file has the new one's old name
        moved,   // there was no old file
        lasting, // the old file is gone
    };
    outcome done_ = outcome::nothing;
};

} // namespace opara::inline OPARA_ABI::detail
