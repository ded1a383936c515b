// Random networks of any operators, at the edges of what is allowed: built and read they are equal, they keep the
// invariants, and where ONNX's own inference knows a shape it is ours.
#include <opara/onnx/reader.hpp>
#include <tests/onnx/invariants.hpp>
#include <tests/onnx/proto_oracle.hpp>
#include <tests/onnx/recipe.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

TEST_CASE("random networks: built and read alike, invariants kept, shapes as ONNX infers them") {
    std::size_t operators = 0, refused = 0, compared = 0;
    std::set<std::string> types;
    std::mt19937 engine{1};
    for (int round = 0; round < 6000; ++round) {
        std::vector<std::uint8_t> bytes(20 + engine() % 300);
        for (std::uint8_t& b : bytes) {
            b = static_cast<std::uint8_t>(engine());
        }
        const opara::test::recipe_result result = opara::test::follow(bytes, opara::test::versions::as_onnx);
        operators += result.built.graph.size();
        refused += result.refused;
        for (const auto& n : result.built.graph.operators()) {
            types.insert(n.type);
        }
        CAPTURE(round);
        CAPTURE(result.file.ShortDebugString());
        CHECK(opara::test::broken_invariant(result.built) == "");
        if (!result.built.outputs.empty()) {
            CHECK(opara::onnx::read(opara::test::proto_model::bytes_of(result.file)) == result.built);
            compared += opara::test::compare_with_oracle(result.file, opara::test::contents::ignored);
        }
    }
    CAPTURE(refused);
    CHECK(operators > 2000);
    CHECK(types.size() > 45);
    CHECK(compared > 3000);
}
