/// @file
/// Writing several files that are of use together only.
#pragma once

#include <opara/core/file.hpp>
#include <opara/core/interruption.hpp>

#include <concepts>
#include <filesystem>
#include <list>
#include <ostream>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Replaces the contents of several files, of all or of none: each is written beside its place, as
/// `write_file_atomically` does it, and none is moved there before the last is complete. Whatever fails until then
/// leaves all old files as they were and no partial ones. What can still fail is to move what was written, where
/// somebody has changed the folders meanwhile (`require_writable` tells beforehand); then those that were moved are
/// moved back, where the system can swap two files (Linux, on most file systems; elsewhere files that were replaced by
/// then stay so). A device or a pipe is written at once.
class file_set {
public:
    file_set() = default;
    file_set(const file_set&) = delete;
    file_set& operator=(const file_set&) = delete;
    ~file_set() = default; // what has not been moved into place is removed

    /// Writes the contents of one more file.
    /// @param fill  `fill(std::ostream&)` writes them; a failure to write, or an exception of its own, ends it
    /// @throws error  with the path and the system's reason; the set is of no more use then
    template <std::invocable<std::ostream&> F>
    void add(const std::string& path, F&& fill) {
        detail::partial_file& file = files_.emplace_back(path, places_);
        places_.push_back(detail::place_of(path));
        detail::fill_partial_file(file, fill);
        file.complete();
    }

    /// Puts all files in their places, in the order in which they were added, and forgets them. Interruptions of this
    /// thread wait until the last is there. @throws error  with the path and the system's reason
    void move_into_place() {
        const detail::signals_wait until_all_are_there;
        for (auto file = files_.begin(); file != files_.end(); ++file) {
            try {
                file->enter();
            } catch (...) {
                while (file != files_.begin()) {
                    (--file)->leave();
                }
                throw;
            }
        }
        for (detail::partial_file& file : files_) {
            file.stay();
        }
        files_.clear();
        places_.clear();
    }

private:
    std::vector<std::filesystem::path> places_; // of the files
    std::list<detail::partial_file> files_;     // which stay where they are in memory
};

} // namespace opara::inline OPARA_ABI
