#include <opara/core/number_text.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

using opara::detail::number_text;

TEST_CASE("numbers are written as a person would, and exactly") {
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(0.1 + 0.2) == "0.30000000000000004");
    CHECK(number_text(1e-9) == "1e-09");
    CHECK(number_text(-2.0) == "-2");
    CHECK(number_text(100'000.0) == "100000");
    CHECK(number_text(9'999'999.0F) == "9999999");
    CHECK(number_text(1e7) == "1e+07");
    CHECK(number_text(-0.0) == "-0");
    CHECK(number_text(0.1F) == "0.1"); // in the number's own precision
    CHECK(number_text(static_cast<double>(0.1F)) == "0.10000000149011612");
    CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
    CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
    CHECK(number_text(-std::numeric_limits<long double>::denorm_min()).size() > 5);
}

TEST_CASE("every text gives its number back, and no shorter one does") {
    opara::testing::random_source random{1};
    int checked = 0;
    for (int k = 0; k < 20'000; ++k) {
        const auto x = std::bit_cast<double>(static_cast<std::uint64_t>(random.below(std::uint64_t{1} << 32U)) << 32U |
                                             random.below(std::uint64_t{1} << 32U));
        if (!std::isfinite(x)) {
            continue;
        }
        ++checked;
        const std::string text = number_text(x);
        REQUIRE(std::strtod(text.c_str(), nullptr) == x);
        const std::size_t digits = text.find_last_of("0123456789", text.find('e') - 1);
        if (text.find('.') != std::string::npos) { // without its last digit it is another number
            REQUIRE(std::strtod((text.substr(0, digits) + text.substr(digits + 1)).c_str(), nullptr) != x);
        }
    }
    CHECK(checked > 19'000);
}
