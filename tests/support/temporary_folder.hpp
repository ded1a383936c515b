/// @file
/// A folder of its own for each test that writes files.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>

namespace opara::test {

/// A new folder, gone at the end.
class temporary_folder {
public:
    temporary_folder() {
        std::string name = (std::filesystem::temp_directory_path() / "opara-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() { std::filesystem::remove_all(path_); }
    /// The path of a file in it.
    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    /// How many files it holds.
    [[nodiscard]] std::size_t files() const {
        using std::filesystem::directory_iterator;
        return static_cast<std::size_t>(std::distance(directory_iterator{path_}, directory_iterator{}));
    }

private:
    std::filesystem::path path_;
};

} // namespace opara::test
