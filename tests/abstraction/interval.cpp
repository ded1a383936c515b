#include <opara/abstraction/functions.hpp>
#include <opara/abstraction/interval.hpp>
#include <opara/testing/random.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#if __has_include(<mpfr.h>) && defined(OPARA_TEST_MPFR)
#    include <mpfr.h>
#    define WITH_MPFR 1
#else
#    define WITH_MPFR 0
#endif

using namespace opara::abstraction;
using opara::abstraction::test::nearest;
using opara::testing::random_source;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double tiny = std::numeric_limits<double>::denorm_min();

// Numbers of all sizes, with the awkward ones among them.
double any_number(random_source& random) {
    static constexpr std::array awkward{0.0,
                                        -0.0,
                                        1.0,
                                        -1.0,
                                        0.5,
                                        0.1,
                                        tiny,
                                        -tiny,
                                        0x1p-1022,
                                        0x1p-1000,
                                        1e200,
                                        -1e200,
                                        1e-200,
                                        1.5707963267948966,
                                        3.141592653589793,
                                        6.283185307179586,
                                        -2.0};
    switch (random.below(4)) {
    case 0: return awkward[random.below(awkward.size())];
    case 1: return random.unit() * 4 - 2;
    case 2: return std::ldexp(random.unit() - 0.5, static_cast<int>(random.below(80)) - 40);
    default: return std::round(random.unit() * 40 - 20) / 8;
    }
}

interval any_interval(random_source& random) {
    const double a = any_number(random);
    switch (random.below(4)) {
    case 0: return interval{a};
    case 1: return {a, a + std::abs(any_number(random))};
    case 2: return {a, std::nextafter(a, inf)};
    default: {
        const double b = any_number(random);
        return {std::min(a, b), std::max(a, b)};
    }
    }
}

#if WITH_MPFR
// A number with 300 bits: enough to hold sums and products of doubles of moderate size exactly.
class big {
public:
    big() { mpfr_init2(value_, 300); }
    explicit big(double x) : big{} { mpfr_set_d(value_, x, MPFR_RNDN); }
    big(const big& other) : big{} { mpfr_set(value_, other.value_, MPFR_RNDN); }
    big& operator=(const big&) = delete;
    ~big() { mpfr_clear(value_); }
    mpfr_ptr get() { return value_; }
    [[nodiscard]] mpfr_srcptr get() const { return value_; }

private:
    mpfr_t value_;
};

template <class R>
bool holds(const basic_interval<R>& x, const big& exact) {
    return mpfr_cmp_d(exact.get(), x.lower()) >= 0 && mpfr_cmp_d(exact.get(), x.upper()) <= 0;
}

int mpfr_sigmoid(mpfr_ptr to, mpfr_srcptr x, mpfr_rnd_t rounding) {
    mpfr_neg(to, x, rounding);
    mpfr_exp(to, to, rounding);
    mpfr_add_ui(to, to, 1, rounding);
    return mpfr_ui_div(to, 1, to, rounding);
}

using unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

big apply(unary f, double x) {
    const big argument{x};
    big result;
    f(result.get(), argument.get(), MPFR_RNDN);
    return result;
}
big apply(binary f, double x, double y) {
    const big a{x};
    const big b{y};
    big result;
    f(result.get(), a.get(), b.get(), MPFR_RNDN);
    return result;
}

// How many of `count` random operations give an interval that lacks the exact result of a point of the operands.
template <class R, class F>
int escapes(F interval_operation, binary exact, std::size_t count, bool divides = false) {
    random_source random{7};
    int lost = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const interval x = any_interval(random);
        const interval y = any_interval(random);
        if (divides && y.contains(0.0)) {
            continue;
        }
        const auto result =
            interval_operation(basic_interval<R>{x.lower(), x.upper()}, basic_interval<R>{y.lower(), y.upper()});
        const double a = test::point_of(x, random);
        const double b = test::point_of(y, random);
        lost += holds(result, apply(exact, a, b)) ? 0 : 1;
    }
    return lost;
}
template <class R, class F>
int escapes(F interval_operation, unary exact, std::size_t count) {
    random_source random{11};
    int lost = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const interval x = any_interval(random);
        const auto result = interval_operation(basic_interval<R>{x.lower(), x.upper()});
        lost += holds(result, apply(exact, test::point_of(x, random))) ? 0 : 1;
    }
    return lost;
}
#endif

const auto add = [](const auto& x, const auto& y) { return x + y; };
const auto subtract = [](const auto& x, const auto& y) { return x - y; };
const auto multiply = [](const auto& x, const auto& y) { return x * y; };
const auto divide = [](const auto& x, const auto& y) { return x / y; };
const auto sine = [](const auto& x) { return sin(x); };
const auto cosine = [](const auto& x) { return cos(x); };
const auto tangent = [](const auto& x) { return tanh(x); };
const auto exponential = [](const auto& x) { return exp(x); };
const auto logistic = [](const auto& x) { return sigmoid(x); };
const auto square = [](const auto& x) { return sqr(x); };

// A width in units in the last place of its larger bound.
double ulps(const interval& x) {
    const double size = std::max(std::abs(x.lower()), std::abs(x.upper()));
    return (x.upper() - x.lower()) / (std::nextafter(size, inf) - size);
}

} // namespace

TEST_CASE("arithmetic and functions contain MPFR's results with 300 bits") {
#if WITH_MPFR
    const std::size_t count = test::samples();
    CHECK(escapes<outward>(add, mpfr_add, count) == 0);
    CHECK(escapes<outward>(subtract, mpfr_sub, count) == 0);
    CHECK(escapes<outward>(multiply, mpfr_mul, count) == 0);
    CHECK(escapes<outward>(divide, mpfr_div, count, true) == 0);
    CHECK(escapes<outward>(square, mpfr_sqr, count) == 0);
    CHECK(escapes<outward>(sine, mpfr_sin, count) == 0);
    CHECK(escapes<outward>(cosine, mpfr_cos, count) == 0);
    CHECK(escapes<outward>(tangent, mpfr_tanh, count) == 0);
    CHECK(escapes<outward>(exponential, mpfr_exp, count) == 0);
    CHECK(escapes<outward>(logistic, mpfr_sigmoid, count) == 0);
    for (const int n : {-3, -1, 0, 1, 3, 4, 7}) {
        CAPTURE(n);
        random_source random{static_cast<std::uint64_t>(n + 10)};
        int lost = 0;
        for (std::size_t k = 0; k < count / 4; ++k) {
            const interval x = any_interval(random);
            const double a = test::point_of(x, random);
            if (n < 0 && x.contains(0.0)) {
                CHECK(pow(x, n) == interval::whole());
                continue;
            }
            const big base{a};
            big exact;
            mpfr_pow_si(exact.get(), base.get(), n, MPFR_RNDN);
            lost += holds(pow(x, n), exact) ? 0 : 1;
        }
        CHECK(lost == 0);
    }
#else
    opara::test::skip("built without MPFR (Debian: libmpfr-dev)");
#endif
}

TEST_CASE("without outward rounding the comparison with MPFR fails: it can see a lost bit") {
#if WITH_MPFR
    const std::size_t count = 20'000;
    CHECK(escapes<nearest>(add, mpfr_add, count) > 100);
    CHECK(escapes<nearest>(subtract, mpfr_sub, count) > 100);
    CHECK(escapes<nearest>(multiply, mpfr_mul, count) > 100);
    CHECK(escapes<nearest>(divide, mpfr_div, count, true) > 100);
    CHECK(escapes<nearest>(square, mpfr_sqr, count) > 100);
    CHECK(escapes<nearest>(sine, mpfr_sin, count) > 100);
    CHECK(escapes<nearest>(cosine, mpfr_cos, count) > 100);
    CHECK(escapes<nearest>(tangent, mpfr_tanh, count) > 100);
    CHECK(escapes<nearest>(exponential, mpfr_exp, count) > 100);
    CHECK(escapes<nearest>(logistic, mpfr_sigmoid, count) > 100);
#else
    opara::test::skip("built without MPFR (Debian: libmpfr-dev)");
#endif
}

TEST_CASE("exact results stay exact, others widen by a few units in the last place") {
    CHECK(interval{1.0} + interval{2.0} == interval{3.0});
    CHECK(interval{0.5} - interval{0.5} == interval{0.0});
    CHECK(interval{0.0} * interval{-3.0, 5.0} == interval{0.0});
    CHECK(interval{0.0} * interval::whole() == interval{0.0});
    CHECK(interval{-3.0, 5.0} * interval{-0.0} == interval{0.0});
    CHECK(pow(interval{-3.0, 5.0}, 1) == interval{-3.0, 5.0});
    CHECK(pow(interval{-3.0, 5.0}, 0) == interval{1.0});
    CHECK(clip(interval{-3.0, 5.0}, -2.0, 2.0) == interval{-2.0, 2.0});
    CHECK(clip(interval{3.0, 5.0}, -2.0, 2.0) == interval{2.0});
    CHECK(ulps(interval{0.1} + interval{0.2}) <= 2);
    CHECK(ulps(interval{0.1} * interval{0.3}) <= 4);
    CHECK(ulps(interval{0.1} / interval{0.3}) <= 4);
    CHECK(ulps(sin(interval{0.1})) <= 24);
    CHECK(ulps(tanh(interval{0.1})) <= 24);
    CHECK(ulps(exp(interval{1.0})) <= 24);
    CHECK(ulps(sigmoid(interval{0.1})) <= 18);
}

TEST_CASE("signs are known where the operands' signs are") {
    CHECK((interval{tiny} * interval{tiny}).lower() == 0);
    CHECK((interval{tiny} * interval{tiny}).upper() > 0);
    CHECK((interval{-tiny} * interval{tiny}).upper() == 0);
    CHECK((interval{-tiny} * interval{tiny}).lower() < 0);
    CHECK(sqr(interval{-1.0, 2.0}).lower() == 0);
    CHECK(sqr(interval{-1.0, 2.0}).contains(4.0));
    CHECK(sqr(interval{-3.0, -2.0}).upper() <= std::nextafter(std::nextafter(9.0, inf), inf));
    CHECK((interval{0.0, 1.0} / interval{2.0, 3.0}).lower() == 0);
    CHECK(exp(interval{-1e6}).lower() == 0);
    CHECK(exp(interval{-1e6}).upper() > 0);
    CHECK(tanh(interval{1e6}).upper() == 1);
    CHECK(sigmoid(interval{1e6}).upper() == 1);
    CHECK(sigmoid(interval{-1e6}).lower() == 0);
    CHECK(sigmoid(interval{-1e6}).upper() > 0);
    CHECK(pow(interval{-2.0, 1.0}, 3).contains(interval{-8.0, 1.0}));
    CHECK(pow(interval{-2.0, 1.0}, 3).lower() > -8.001);
}

TEST_CASE("infinite and overflowing bounds stay bounds") {
    const interval above_one{1.0, inf};
    CHECK((above_one + above_one) == interval{2.0, inf});
    CHECK((above_one - above_one) == interval::whole());
    CHECK((above_one * interval{-1.0, 1.0}) == interval::whole());
    CHECK((above_one / above_one).contains(interval{0.0, inf}));
    CHECK((interval{1.0} / interval{-1.0, 1.0}) == interval::whole());
    const interval huge{1e308};
    CHECK((huge + huge).lower() == std::numeric_limits<double>::max());
    CHECK((huge + huge).upper() == inf);
    CHECK((huge * huge).upper() == inf);
    CHECK((huge * huge).lower() <= std::numeric_limits<double>::max());
    CHECK((-huge * huge).lower() == -inf);
    CHECK(pow(huge, 3).upper() == inf);
    CHECK(exp(interval{1000.0}).upper() == inf);
    CHECK(exp(interval{1000.0}).lower() <= std::numeric_limits<double>::max());
    CHECK(sin(interval::whole()) == interval{-1.0, 1.0});
    CHECK(cos(interval{0.0, inf}) == interval{-1.0, 1.0});
    CHECK(tanh(interval::whole()) == interval{-1.0, 1.0});
    CHECK(exp(interval::whole()) == interval{0.0, inf});
    CHECK(sigmoid(interval::whole()) == interval{0.0, 1.0});
    CHECK(interval::whole().middle() == 0);
    CHECK(interval{5.0, inf}.middle() == 5);
}

TEST_CASE("sine and cosine know their extrema, and only those") {
    CHECK(sin(interval{1.5, 1.6}).upper() == 1);
    CHECK(sin(interval{1.5, 1.6}).lower() > 0.99);
    CHECK(sin(interval{4.7, 4.8}).lower() == -1);
    CHECK(sin(interval{0.1, 1.5}).upper() < 1);
    CHECK(cos(interval{-0.1, 0.1}).upper() == 1);
    CHECK(cos(interval{3.0, 3.2}).lower() == -1);
    CHECK(cos(interval{3.2, 6.2}).upper() < 1);
    CHECK(cos(interval{3.2, 6.2}).lower() > -1);
    CHECK(sin(interval{0.0, 6.3}) == interval{-1.0, 1.0});
    CHECK(sin(interval{-1e300, 1e300}) == interval{-1.0, 1.0});
}

TEST_CASE("wrapping keeps every wrapped point and is tight inside one period") {
    random_source random{3};
    for (std::size_t k = 0; k < test::samples() / 10; ++k) {
        const double a = random.unit() * 60 - 30;
        const interval x{a, a + random.unit() * (random.chance(0.5) ? 0.5 : 10)};
        const interval w = wrap(x, -3.0, 3.0);
        REQUIRE(w.contains(wrap(test::point_of(x, random), -3.0, 3.0)));
        REQUIRE(interval{-3.0, 3.0}.contains(w));
    }
    CHECK(wrap(interval{2.5, 2.75}, -3.0, 3.0) == interval{2.5, 2.75});
    CHECK(wrap(interval{2.5, 3.5}, -3.0, 3.0) == interval{-3.0, 3.0}); // not [-2.5, 2.5], its complement's hull
    CHECK(wrap(interval{8.0, 8.5}, -3.0, 3.0).contains(interval{2.0, 2.5}));
    CHECK(wrap(interval{8.0, 8.5}, -3.0, 3.0).upper() < 2.6);
    CHECK(wrap(interval::whole(), -3.0, 3.0) == interval{-3.0, 3.0});
}

TEST_CASE("clipping is exact") {
    random_source random{11};
    for (std::size_t k = 0; k < test::samples(); ++k) {
        const interval x = any_interval(random);
        const interval limits = any_interval(random);
        const interval y = clip(x, limits.lower(), limits.upper());
        // The ends of the image are images of the ends, since clipping grows; every point's image lies between them.
        REQUIRE(y.lower() == std::min(std::max(x.lower(), limits.lower()), limits.upper()));
        REQUIRE(y.upper() == std::min(std::max(x.upper(), limits.lower()), limits.upper()));
        REQUIRE(y.contains(clip(test::point_of(x, random), limits.lower(), limits.upper())));
    }
}

TEST_CASE("wrapping contains MPFR's results with 300 bits") {
#if WITH_MPFR
    random_source random{12};
    std::size_t compared = 0;
    std::size_t whole = 0;
    while (compared < test::samples()) {
        const interval x = any_interval(random);
        const double lower = random.unit() * 10 - 8;
        const double upper = lower + 0.1 + random.unit() * 9;
        const interval y = wrap(x, lower, upper);
        REQUIRE(interval{lower, upper}.contains(y));
        const big low{lower};
        const big at{test::point_of(x, random)};
        big period{upper};
        big turns;
        big exact;
        int inexact = mpfr_sub(period.get(), period.get(), low.get(), MPFR_RNDN);
        inexact |= mpfr_sub(turns.get(), at.get(), low.get(), MPFR_RNDN);
        mpfr_div(turns.get(), turns.get(), period.get(), MPFR_RNDD); // downward, so that its floor is right
        mpfr_floor(turns.get(), turns.get());
        inexact |= mpfr_mul(exact.get(), turns.get(), period.get(), MPFR_RNDN);
        inexact |= mpfr_sub(exact.get(), at.get(), exact.get(), MPFR_RNDN);
        if (inexact != 0) { // subnormal or huge: 300 bits do not know either
            continue;
        }
        ++compared;
        REQUIRE(holds(y, exact));
        whole += y == interval{lower, upper} ? 1U : 0U;
    }
    CHECK(whole < compared * 7 / 10); // the others say something
#else
    opara::test::skip("built without MPFR (Debian: libmpfr-dev)");
#endif
}

TEST_CASE("a case distinction takes both cases where it is open") {
    const interval then{0.0};
    const interval otherwise{1.0, 2.0};
    CHECK(where_at_most(interval{0.0, 1.0}, 1.0, then, otherwise) == then);
    CHECK(where_at_most(interval{1.5, 2.0}, 1.0, then, otherwise) == otherwise);
    CHECK(where_at_most(interval{0.0, 2.0}, 1.0, then, otherwise) == interval{0.0, 2.0});
    CHECK(where_at_most(1.0, 1.0, 5.0, 6.0) == 5.0);
    CHECK(at_least(interval{0.0, 1.0}, 0.0) == truth::yes);
    CHECK(at_least(interval{0.0, 1.0}, 0.5) == truth::maybe);
    CHECK(at_least(interval{0.0, 1.0}, 2.0) == truth::no);
}

TEST_CASE("what bounds nothing is refused") {
    CHECK_THROWS_AS(interval{not_a_number}, domain_error);
    CHECK_THROWS_AS(interval{inf}, domain_error);
    CHECK_THROWS_AS((interval{not_a_number, 1.0}), domain_error);
    CHECK_THROWS_AS((interval{0.0, not_a_number}), domain_error);
    CHECK_THROWS_WITH_AS((interval{1e-9, 1e-10}), "no interval: from 1e-09 to 1e-10", domain_error);
    CHECK_THROWS_WITH_AS(interval{-inf}, "no interval: the point -inf", domain_error);
    CHECK_THROWS_WITH_AS((void)box_of<1>({1e-9}, {1e-10}), "no box: dimension 0 goes from 1e-09 to 1e-10",
                         domain_error);
    CHECK_THROWS_AS((interval{inf, inf}), domain_error);
    CHECK_THROWS_AS((interval{-inf, -inf}), domain_error);
    CHECK_FALSE(interval{0.0, 1.0}.contains(not_a_number));
}
