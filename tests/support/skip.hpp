/// @file
/// How a test says that it could not run here.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

namespace opara::test {

/// The exit code by which CTest knows a skipped test (SKIP_RETURN_CODE).
inline constexpr int skip_code = 77;

/// How often `skip` was called in this process.
inline int skipped = 0;

/// Says aloud that the current test case does not run, and turns the program's exit code into `skip_code` unless some
/// other case fails. The test case returns after the call.
inline void skip(std::string_view why) {
    ++skipped;
    std::fprintf(stderr, "SKIPPED: %.*s\n", static_cast<int>(why.size()), why.data());
}

/// The folder with the ONNX models (environment variable OPARA_MODELS), or nothing, said aloud as a skip:
/// @code
/// const auto models = opara::test::models_or_skip();
/// if (!models) {
///     return;
/// }
/// @endcode
inline std::optional<std::filesystem::path> models_or_skip() {
    const char* folder = std::getenv("OPARA_MODELS");
    if (folder == nullptr || !std::filesystem::is_directory(folder)) {
        skip("the environment variable OPARA_MODELS does not name a folder with ONNX models");
        return std::nullopt;
    }
    return folder;
}

} // namespace opara::test
