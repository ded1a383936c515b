// Numbers of half precision on their way to the device and back: every one of them, and what lies between. No GPU
// needed.
#include <examples/engine/cuda/reals.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace opara::engine;
using namespace opara::engine::gpu;

namespace {

// A type of half precision by its definition: sign, exponent, mantissa.
double defined_as(std::uint16_t x, int mantissa_bits) {
    const int exponent_bits = 15 - mantissa_bits;
    const int bias = (1 << (exponent_bits - 1)) - 1;
    const int exponent = (x & 0x7FFF) >> mantissa_bits;
    const int mantissa = x & ((1 << mantissa_bits) - 1);
    const double sign = (x & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == (1 << exponent_bits) - 1) {
        return mantissa == 0 ? sign * HUGE_VAL : std::nan("");
    }
    return sign * (exponent == 0 ? std::ldexp(mantissa, 1 - bias - mantissa_bits)
                                 : std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits));
}

template <class To, class From>
void check_type(int mantissa_bits, To to, From from) {
    std::size_t wrong = 0;
    for (std::uint32_t i = 0; i < 0x10000U; ++i) {
        const auto x = static_cast<std::uint16_t>(i);
        const double meant = defined_as(x, mantissa_bits);
        const float got = from(x);
        if (std::isnan(meant)) {
            wrong += std::isnan(got) && std::isnan(from(to(got))) ? 0U : 1U;
            continue;
        }
        wrong +=
            static_cast<double>(got) == meant && std::signbit(got) == std::signbit(meant) && to(got) == x ? 0U : 1U;
        // Between two neighbours: the nearer one, of two the even one.
        const auto next = static_cast<std::uint16_t>(x + 1);
        const double above = defined_as(next, mantissa_bits);
        if ((x & 0x7FFF) == 0x7FFF || !std::isfinite(above) || !std::isfinite(meant)) {
            continue;
        }
        const auto middle = static_cast<float>(0.5 * (meant + above)); // exact: one bit more than either
        wrong += to(middle) == ((x & 1) == 0 ? x : next) ? 0U : 1U;
        wrong += to(std::nextafter(middle, static_cast<float>(meant))) == x ? 0U : 1U;
        wrong += to(std::nextafter(middle, static_cast<float>(above))) == next ? 0U : 1U;
    }
    CHECK(wrong == 0);
}

} // namespace

TEST_CASE("every number of binary16 comes back, and what lies between becomes the nearest") {
    check_type(10, to_fp16, from_fp16);
    CHECK(from_fp16(to_fp16(65519.0F)) == 65504.0F);
    CHECK(from_fp16(to_fp16(-1e9F)) == -65504.0F); // stays a number
    CHECK(from_fp16(to_fp16(std::numeric_limits<float>::infinity())) == std::numeric_limits<float>::infinity());
    CHECK(to_fp16(1e-10F) == 0);
    CHECK(to_fp16(-1e-10F) == 0x8000);
}

TEST_CASE("every number of bf16 comes back, and what lies between becomes the nearest") {
    check_type(7, to_bf16, from_bf16);
    CHECK(std::isfinite(from_bf16(to_bf16(std::numeric_limits<float>::max()))));
    CHECK(from_bf16(to_bf16(-std::numeric_limits<float>::infinity())) == -std::numeric_limits<float>::infinity());
}

TEST_CASE("tensors lie as their precision says") {
    const std::vector<float> x{1.0F, -0.333333F, 70000.0F, 0.0F};
    const auto bytes = std::as_bytes(std::span{x});
    for (const precision p : {precision::tf32, precision::fp16, precision::bf16}) {
        const number real = real_of(p);
        const std::vector<std::byte> there = to_reals(real, bytes);
        CHECK(there.size() == x.size() * size_of_real(real));
        const std::vector<std::byte> back = from_reals(real, there);
        REQUIRE(back.size() == bytes.size());
        std::vector<float> y(x.size());
        std::memcpy(y.data(), back.data(), back.size());
        CHECK(y[0] == 1.0F);
        CHECK(y[1] == doctest::Approx(x[1]).epsilon(p == precision::bf16 ? 4e-3 : p == precision::fp16 ? 5e-4 : 1e-9));
        CHECK(y[2] == doctest::Approx(p == precision::fp16 ? 65504.0 : 70000.0).epsilon(4e-3));
        CHECK(y[3] == 0.0F);
        std::uint32_t one = 0;
        std::memcpy(&one, there.data(), size_of_real(real));
        CHECK(bits_of(real, 1.0F) == one);
    }
}

TEST_CASE("precisions have names") {
    for (const precision p : {precision::tf32, precision::fp16, precision::bf16}) {
        CHECK(precision_named(name_of(p)) == p);
    }
    CHECK_FALSE(precision_named("fp8"));
    CHECK_FALSE(precision_named(""));
}
