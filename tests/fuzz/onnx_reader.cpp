// libFuzzer: any bytes are read as a model and as a tensor, or refused with a parse_error.
#include <opara/onnx/reader.hpp>
#include <tests/onnx/invariants.hpp>
#include <tests/onnx/recipe.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace {

// An even first byte, as every ONNX file has it: the bytes are the file, so that real files can be seeds. An odd one:
// the bytes say how to make a good file and then where to damage it, so that the fuzzer comes far without any seed.
std::vector<std::byte> file_of(std::span<const std::uint8_t> data) {
    if (data.empty() || data.front() % 2 == 0) {
        const auto* first = reinterpret_cast<const std::byte*>(data.data());
        return {first, first + data.size()};
    }
    const std::span<const std::uint8_t> recipe = data.subspan(1, (data.size() - 1) / 4 * 3);
    const std::span<const std::uint8_t> damage = data.subspan(1 + recipe.size());
    std::vector<std::byte> file = opara::test::proto_model::bytes_of(opara::test::follow(recipe).file);
    for (std::size_t i = 0; i + 2 < damage.size() && !file.empty(); i += 3) {
        const std::size_t place = (damage[i] * 256U + damage[i + 1]) % file.size();
        if (damage[i + 2] == 0) {
            file.resize(place);
        } else {
            file[place] ^= static_cast<std::byte>(damage[i + 2]);
        }
    }
    return file;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::byte> file = file_of({data, size});
    try {
        const std::string broken = opara::test::broken_invariant(opara::onnx::read(file));
        if (!broken.empty()) {
            std::fprintf(stderr, "%s\n", broken.c_str());
            std::abort();
        }
    } catch (const opara::parse_error&) { // refused: as good as read
    }
    try {
        const opara::onnx::tensor t = opara::onnx::read_tensor(file);
        if (static_cast<std::int64_t>(t.bytes.size()) !=
            opara::onnx::elements(t.dims) * static_cast<std::int64_t>(size_of(t.type))) {
            std::abort();
        }
    } catch (const opara::parse_error&) {
    }
    return 0;
}
