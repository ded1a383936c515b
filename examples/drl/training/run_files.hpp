/// @file
/// The files of a run, and what to do with those of an earlier one.
#pragma once

#include <examples/drl/training/name_lock.hpp>

#include <functional>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// What a run shall do where there are files of its name.
enum class beginning : unsigned char {
    anew,    ///< begin only if there are none
    resumed, ///< go on from them, or begin if there are none
    fresh,   ///< remove them and begin
};

/// All files of one name. As long as it lives no other process has them.
class run_files {
public:
    /// @param path  of the files, without their endings
    /// @param state  the ending of the file from which a run goes on
    /// @param others  the endings of the other ones
    /// @throws error  another process works on them
    run_files(std::string path, std::string state, std::vector<std::string> others);

    /// Whether there is something to go on from. Removes nothing.
    /// @param difference  told what a run here would be, says how that of the file differs; throws where it is damaged
    /// @throws error  what is there must not be lost; says which file, and what to do
    [[nodiscard]] bool goes_on(beginning how, const std::function<std::string()>& difference) const;
    /// Removes all of them. @throws error  one cannot be removed
    void remove() const;

private:
    [[nodiscard]] std::string file(const std::string& ending) const { return path_ + "." + ending; }

    std::string path_;
    std::string state_;
    std::vector<std::string> others_;
    name_lock lock_;
};

} // namespace opara::examples::drl
