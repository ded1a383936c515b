#include <opara/onnx/protobuf.hpp>
#include <tests/onnx/proto.hpp>
#include <tests/onnx/support.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace opara::test;
using namespace opara::onnx;

namespace {
using message = ::onnx::TensorProto;

tensor back(const message& t) { return read_tensor(proto_model::bytes_of(t)); }
std::string why(const message& t) {
    return refusal([&] { return back(t); });
}
message of(int type, const ints& dims) {
    message t;
    t.set_data_type(type);
    for (const std::int64_t d : dims) {
        t.add_dims(d);
    }
    return t;
}
// Two builds may run their tests at once.
std::string unique_name(const std::string& stem) {
    return stem + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) + ".pb";
}
} // namespace

TEST_CASE("elements as raw bytes and as lists of numbers") {
    message raw = of(message::FLOAT, {2});
    const std::vector<float> two{1.5F, -2.5F};
    raw.set_raw_data(two.data(), 8);
    CHECK(back(raw).as<float>() == two);
    CHECK(back(raw).dims == shape{2});
    message list = of(message::FLOAT, {2});
    list.add_float_data(1.5F);
    list.add_float_data(-2.5F);
    CHECK(back(list) == back(raw));

    const auto small = [](int type, std::int32_t number) {
        message t = of(type, {1});
        t.add_int32_data(number);
        return t;
    };
    CHECK(back(small(message::INT32, -7)).as<std::int32_t>() == std::vector<std::int32_t>{-7});
    CHECK(back(small(message::INT8, -7)).as<std::int8_t>() == std::vector<std::int8_t>{-7});
    CHECK(back(small(message::UINT8, 200)).as<std::uint8_t>() == std::vector<std::uint8_t>{200});
    CHECK(back(small(message::BOOL, 1)).as<std::uint8_t>() == std::vector<std::uint8_t>{1});
    CHECK(back(small(message::FLOAT16, 0x3C00)).as<std::uint16_t>() == std::vector<std::uint16_t>{0x3C00});
    CHECK(back(small(message::BFLOAT16, 0xBF80)).type == element::bf16);
    message wide = of(message::INT64, {1});
    wide.add_int64_data(std::int64_t{1} << 40);
    CHECK(back(wide).as<std::int64_t>() == std::vector<std::int64_t>{std::int64_t{1} << 40});
    message real = of(message::DOUBLE, {1});
    real.add_double_data(0.25);
    CHECK(back(real).as<double>() == std::vector<double>{0.25});
    message scalar = of(message::FLOAT, {});
    scalar.add_float_data(3);
    CHECK(back(scalar).dims.empty());
    CHECK(back(of(message::FLOAT, {0})).bytes.empty());
}

TEST_CASE("what is refused") {
    CHECK(mentions(why(of(message::FLOAT, {2})), "0 bytes of elements where its shape [2] wants 8"));
    CHECK(mentions(why(of(message::FLOAT, {std::int64_t{1} << 40})), "0 bytes of elements")); // and no 4 TB
    CHECK(mentions(why(of(message::FLOAT, {std::int64_t{1} << 40, std::int64_t{1} << 40})), "larger than any"));
    CHECK(mentions(why(of(message::FLOAT, {-2})), "negative extent"));
    CHECK(mentions(why(of(message::STRING, {1})), "elements of type 8 are not supported"));
    CHECK(mentions(why(of(message::UNDEFINED, {1})), "elements of type 0"));
    message odd = of(message::FLOAT, {1});
    odd.set_raw_data("abc");
    CHECK(mentions(why(odd), "3 bytes of elements"));
    message twice = of(message::FLOAT, {1});
    twice.set_raw_data("abcd");
    twice.add_float_data(1);
    CHECK(mentions(why(twice), "in two ways"));
    message wrong_list = of(message::FLOAT, {1});
    wrong_list.add_int64_data(1);
    CHECK(mentions(why(wrong_list), "0 bytes of elements"));
    message external = of(message::FLOAT, {1});
    external.set_data_location(message::EXTERNAL);
    CHECK(mentions(why(external), "in another file, which is not supported"));
    message unfit = of(message::UINT8, {1});
    unfit.add_int32_data(256);
    CHECK(mentions(why(unfit), "does not fit the tensor's type"));
    message segment = of(message::FLOAT, {1});
    segment.mutable_segment()->set_begin(0);
    CHECK(mentions(why(segment), "in segments"));
    const std::vector<std::byte> rubbish(20, std::byte{0xFF});
    CHECK(mentions(refusal([&] { return read_tensor(rubbish); }), "truncated, corrupted or not an ONNX tensor"));
}

TEST_CASE("files") {
    const auto file = std::filesystem::temp_directory_path() / unique_name("opara_test_tensor");
    message t = of(message::FLOAT, {1});
    t.add_float_data(7);
    std::ofstream{file, std::ios::binary} << t.SerializeAsString();
    CHECK(read_tensor(file).as<float>() == std::vector<float>{7});
    std::filesystem::remove(file);
    CHECK_THROWS_WITH_AS(static_cast<void>(read_tensor(file)),
                         ("cannot read " + file.string() + ": No such file or directory").c_str(), opara::error);
    CHECK_THROWS_AS(static_cast<void>(read_tensor(std::filesystem::temp_directory_path())), opara::error); // a folder
    std::ofstream{file, std::ios::binary} << "\xFF\xFF";
    CHECK(refusal([&] { return read_tensor(file); }) ==
          file.string() + ": tensor: truncated, corrupted or not an ONNX tensor");
    std::filesystem::remove(file);
}
