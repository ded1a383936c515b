// libFuzzer: bytes become a network, built operator by operator, and the file of the same, which must read as the same.
#include <opara/onnx/reader.hpp>
#include <tests/onnx/invariants.hpp>
#include <tests/onnx/recipe.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const opara::test::recipe_result result = opara::test::follow({data, size});
    std::string broken = opara::test::broken_invariant(result.built);
    if (!result.built.outputs.empty() &&
        !(opara::onnx::read(opara::test::proto_model::bytes_of(result.file)) == result.built)) {
        broken = "the file reads as another network";
    }
    if (!broken.empty()) {
        std::fprintf(stderr, "%s\n%s\n", broken.c_str(), result.file.ShortDebugString().c_str());
        std::abort();
    }
    return 0;
}
