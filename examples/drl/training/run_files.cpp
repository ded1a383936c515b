#include <examples/drl/training/run_files.hpp>
#include <opara/core/error.hpp>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace opara::examples::drl {

namespace {

bool is_there(const std::string& file) {
    std::error_code unknown;
    return std::filesystem::exists(std::filesystem::symlink_status(file, unknown));
}

} // namespace

run_files::run_files(std::string path, std::string state, std::vector<std::string> others)
    : path_{std::move(path)}, state_{std::move(state)}, others_{std::move(others)}, lock_{path_} {}

bool run_files::goes_on(beginning how, const std::function<std::string()>& difference) const {
    if (how == beginning::fresh) {
        return false;
    }
    const std::string state = file(state_);
    if (is_there(state)) {
        if (how == beginning::resumed) {
            std::string differs;
            try {
                differs = difference();
            } catch (const error& e) {
                throw error{"cannot go on from " + state + ": " + e.what()};
            }
            if (!differs.empty()) {
                throw error{"cannot go on from " + state + ": it was begun with other settings: " + differs};
            }
            return true;
        }
        std::string what = " is of an earlier run: --resume goes on from it, ";
        try {
            const std::string differs = difference();
            what = differs.empty() ? what : " is of a run with other settings (" + differs + "): ";
        } catch (const error& e) {
            what = " is there, but cannot be gone on from (" + std::string{e.what()} + "): ";
        }
        throw error{state + what + "--fresh removes the files of this name and begins anew; or choose another --out"};
    }
    for (const std::string& ending : others_) {
        if (is_there(file(ending))) {
            throw error{file(ending) + " is of an earlier run, of which " + state +
                        " is missing: --fresh removes the files of this name and begins anew; or choose another --out"};
        }
    }
    return false;
}

void run_files::remove() const {
    const auto remove_one = [&](const std::string& ending) {
        std::error_code problem;
        std::filesystem::remove(file(ending), problem);
        if (problem) {
            throw error{"cannot remove " + file(ending) + ": " + problem.message()};
        }
    };
    remove_one(state_); // first, so that what is left if this ends here is nothing to go on from
    for (const std::string& ending : others_) {
        remove_one(ending);
    }
}

} // namespace opara::examples::drl
