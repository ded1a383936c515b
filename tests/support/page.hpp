/// @file
/// Tables in docs/ that a test writes, so that no page says what the library no longer does.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace opara::test {

/// Checks that the part of a page between `<!-- name -->` and `<!-- /name -->` is this text. With the environment
/// variable OPARA_UPDATE_PAGES set, writes it there instead.
/// @param page  a file in docs/
inline void check_page(std::string_view page, std::string_view name, std::string_view text) {
    const std::filesystem::path path =
        std::filesystem::path{__FILE__}.parent_path() / ".." / ".." / "docs" / std::string{page};
    std::ifstream in{path, std::ios::binary};
    REQUIRE_MESSAGE(in.good(), path.string() << " cannot be read");
    std::stringstream whole;
    whole << in.rdbuf();
    const std::string before = whole.str();
    const std::string open = "<!-- " + std::string{name} + " -->\n";
    const std::string close = "<!-- /" + std::string{name} + " -->";
    const std::size_t begin = before.find(open);
    const std::size_t end = before.find(close);
    REQUIRE_MESSAGE((begin != std::string::npos && end != std::string::npos), path.string() << " has no " << open);
    const std::size_t first = begin + open.size();
    if (std::getenv("OPARA_UPDATE_PAGES") != nullptr) {
        std::ofstream{path, std::ios::binary} << before.substr(0, first) << text << before.substr(end);
        return;
    }
    CHECK_MESSAGE(before.substr(first, end - first) == text,
                  path.string() << ", " << name
                                << ": run the tests with OPARA_UPDATE_PAGES=1 and look at what changed");
}

} // namespace opara::test
