#include <examples/drl/training/name_lock.hpp>
#include <opara/core/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace opara::examples::drl {

namespace {

// Who has written its number there; empty if nobody has, or not yet.
std::string holder_of(int file) {
    char text[24] = {};
    const ssize_t size = ::pread(file, text, sizeof text - 1, 0);
    const std::string all{text, size > 0 ? static_cast<std::size_t>(size) : 0};
    const std::string number = all.substr(0, all.find('\n'));
    const bool is_number = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? number : std::string{};
}

// Whether the file still has that name: who held it before may have removed it in the meantime.
bool is_still(int file, const std::string& name) {
    struct stat opened{};
    struct stat named{};
    return ::fstat(file, &opened) == 0 && ::lstat(name.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

} // namespace

name_lock::name_lock(const std::string& path) {
    std::error_code unknown; // then the name as it is has to do
    const std::filesystem::path absolute = std::filesystem::absolute(path + ".lock", unknown);
    file_ = unknown ? path + ".lock" : absolute.string();
    for (;;) {
        constexpr mode_t everybody = 0666; // but for the umask
        const int file = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, everybody);
        if (file < 0) {
            throw error{"cannot create " + path + ".lock: " + std::strerror(errno)};
        }
        if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
            const int reason = errno;
            const std::string holder = holder_of(file);
            static_cast<void>(::close(file));
            if (reason == EINTR) {
                continue;
            }
            if (reason != EWOULDBLOCK) {
                throw error{"cannot lock " + path + ".lock: " + std::strerror(reason)};
            }
            throw error{(holder.empty() ? "another process" : "process " + holder) + " writes the files " + path +
                        ".* and holds " + path + ".lock: wait for its end, or choose another --out"};
        }
        if (is_still(file, file_)) {
            descriptor_ = file;
            break;
        }
        static_cast<void>(::close(file));
    }
    const std::string number = std::to_string(::getpid()) + "\n"; // for messages; without it the lock is as good
    if (::ftruncate(descriptor_, 0) == 0) {
        static_cast<void>(::pwrite(descriptor_, number.data(), number.size(), 0) == 0);
    }
}

name_lock::name_lock(name_lock&& other) noexcept
    : file_{std::move(other.file_)}, descriptor_{std::exchange(other.descriptor_, -1)} {}

name_lock::~name_lock() {
    if (descriptor_ >= 0) {
        static_cast<void>(::unlink(file_.c_str()));
        static_cast<void>(::close(descriptor_));
    }
}

} // namespace opara::examples::drl
