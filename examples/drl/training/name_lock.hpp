/// @file
/// One process at a time for the files of one name.
#pragma once

#include <string>

namespace opara::examples::drl {

/// Holds the name for this process as long as it lives, by an advisory lock (flock) on PATH.lock, which it removes at
/// the end. The system gives the lock back when a process dies, whatever it dies of; a file that is then left behind
/// locks nothing, and the next one takes it.
class name_lock {
public:
    /// @param path  of the files, without their endings
    /// @throws error  another process holds it (says which), or the file cannot be created or locked
    explicit name_lock(const std::string& path);
    name_lock(name_lock&& other) noexcept;
    name_lock& operator=(name_lock&&) = delete;
    ~name_lock();

private:
    std::string file_;
    int descriptor_ = -1;
};

} // namespace opara::examples::drl
