#include <examples/opara_verify/controllers.hpp>
#include <opara/core/file.hpp>
#ifdef OPARA_VERIFY_ONNX
#    include <opara/onnx.hpp>
#endif

#include <cstddef>
#include <filesystem>
#include <new>
#include <string>
#include <system_error>
#include <vector>

namespace opara::examples::verify {

namespace {

// What is wrong with a controller is said together with its file: there may be several.
template <class F>
abstraction::trained_controller named(const std::string& file, F read) {
    try {
        return read();
    } catch (const error& e) {
        throw error{"the controller in " + file + ": " + e.what()};
    }
}

abstraction::trained_controller read(const std::string& file, const std::string& system) {
    const std::filesystem::path path{file};
    if (path.extension() != ".onnx") {
        constexpr std::size_t most = std::size_t{1} << 28U; // the largest one that is known has some 10^6
        const std::string text = read_file(file, most);     // whose complaints name the file
        return named(file, [&] {
            abstraction::trained_controller c = abstraction::controller_from_json(text);
            if (c.widths.empty()) {
                throw error{"its grid has no dimension"};
            }
            return c;
        });
    }
#ifdef OPARA_VERIFY_ONNX
    const onnx::network net = onnx::read(path); // as above
    return named(file, [&]() -> abstraction::trained_controller {
        return {
            path.stem().string(), system, onnx::perceptron_of(net), abstraction::head_kind::scaled, 1, 0, {}, {}, {}};
    });
#else
    throw error{"cannot read " + file + " for " + system + ": this program was built without ONNX"};
#endif
}

} // namespace

abstraction::trained_controller read_controller(const std::string& file, const std::string& system) {
    try {
        return read(file, system);
    } catch (const std::bad_alloc&) {
        throw error{"there is not enough memory to read the controller in " + file};
    }
}

void require_no_input(const std::string& file, const std::vector<std::string>& inputs) {
    for (const std::string& input : inputs) {
        std::error_code ignored; // a file that does not exist yet is no input
        if (std::filesystem::equivalent(file, input, ignored)) {
            throw error{"refusing to write over the controller " + input};
        }
    }
}

} // namespace opara::examples::verify
