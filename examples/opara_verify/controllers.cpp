#include <examples/opara_verify/controllers.hpp>
#include <opara/core/file.hpp>
#ifdef OPARA_VERIFY_ONNX
#    include <opara/onnx.hpp>
#endif

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace opara::examples::verify {

abstraction::trained_controller read_controller(const std::string& file, const std::string& system) {
    const std::filesystem::path path{file};
    if (path.extension() != ".onnx") {
        abstraction::trained_controller c = abstraction::controller_from_json(read_file(file));
        if (c.widths.empty()) {
            throw error{"the grid of the controller in " + file + " has no dimension"};
        }
        return c;
    }
#ifdef OPARA_VERIFY_ONNX
    return {path.stem().string(),
            system,
            onnx::perceptron_of(onnx::read(path)),
            abstraction::head_kind::scaled,
            1,
            0,
            {},
            {},
            {}};
#else
    throw error{"cannot read " + file + " for " + system + ": this program was built without ONNX"};
#endif
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
