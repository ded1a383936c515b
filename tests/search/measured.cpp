#include <opara/search/measured.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace opara;

namespace {

// Stands for a device: plan i takes us[i], times a clock that drifts, times noise, with a hiccup now and then.
class noisy_device {
public:
    noisy_device(std::vector<double> us, double noise, std::uint64_t seed)
        : us_{std::move(us)}, plans_(us_.size()), noise_{noise}, random_{seed} {}

    std::vector<const plan*> plans() const {
        std::vector<const plan*> all;
        for (const plan& p : plans_) {
            all.push_back(&p);
        }
        return all;
    }
    std::vector<std::vector<double>> operator()(std::span<const plan* const> which, std::size_t rounds) {
        std::vector<std::vector<double>> samples(which.size());
        for (std::size_t round = 0; round < rounds; ++round) {
            clock_ = std::min(std::max(clock_ * (1.0 + 0.05 * (random_.unit() - 0.5)), 0.7), 1.4);
            for (std::size_t i = 0; i < which.size(); ++i) {
                const double us = us_[static_cast<std::size_t>(which[i] - plans_.data())];
                const double noise = 1.0 + noise_ * (random_.unit() + random_.unit() - 1.0);
                samples[i].push_back(us * clock_ * noise * (random_.chance(0.03) ? 3.0 : 1.0));
            }
        }
        taken += rounds * which.size();
        return samples;
    }
    std::size_t taken = 0;

private:
    std::vector<double> us_;
    std::vector<plan> plans_;
    double noise_;
    double clock_ = 1.0;
    testing::random_source random_;
};

} // namespace

TEST_CASE("the fastest plan is found in spite of noise and drift") {
    int right = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        noisy_device device{{100, 97, 94, 95, 90, 99, 93, 105, 96, 98, 94, 92}, 0.03, seed};
        const std::vector<const plan*> plans = device.plans();
        const search::measured_choice found = search::choose_measured(plans, 0, device);
        right += found.winner == 4 ? 1 : 0;
        CHECK(found.ratio.median < 1.0);
        CHECK(found.us.median < found.sequential_us.median);
        CHECK(found.standings[7].samples == 8); // the slowest left at once
        CHECK(found.standings[found.winner].samples > found.standings[7].samples);
        CHECK(device.taken < 700); // measuring all of them as long as the last two would take 1200
    }
    CHECK(right >= 95);
}

TEST_CASE("chance is no gain: what is equal to the sequential plan is not chosen") {
    int wrong = 0;
    constexpr int trials = 300;
    for (std::uint64_t seed = 1; seed <= trials; ++seed) {
        noisy_device device{std::vector<double>(16, 100.0), 0.05, seed};
        const std::vector<const plan*> plans = device.plans();
        const search::measured_choice found = search::choose_measured(plans, 3, device);
        CHECK(found.fastest != 3);
        wrong += found.winner != 3 ? 1 : 0;
    }
    CHECK(wrong <= trials * 5 / 100); // half of what a 95 % interval misses lies on this side
}

TEST_CASE("the sequential plan stays if all others are slower, or if there is no other") {
    noisy_device slower{{100, 130, 110}, 0.02, 1};
    const search::measured_choice found = search::choose_measured(slower.plans(), 0, slower);
    CHECK(found.winner == 0);
    CHECK(found.fastest == 2);
    CHECK(found.ratio.low > 1.0);
    noisy_device alone{{100}, 0.02, 1};
    const search::measured_choice one = search::choose_measured(alone.plans(), 0, alone);
    CHECK(one.winner == 0);
    CHECK(one.ratio.median == 1.0);
    CHECK(one.us.samples == 64);
}

TEST_CASE("samples that cannot be are refused") {
    const plan p;
    const std::vector<const plan*> plans{&p, &p};
    using samples = std::vector<std::vector<double>>;
    const auto choose = [&](const samples& given) {
        static_cast<void>(search::choose_measured(
            plans, 0, [&](std::span<const plan* const>, std::size_t) { return given; }, {.final_rounds = 6}));
    };
    const std::vector<double> six(6, 1.0);
    CHECK_NOTHROW(choose({six, six}));
    CHECK_THROWS_AS(choose({six}), error);
    CHECK_THROWS_AS(choose({six, {1.0}}), error);
    CHECK_THROWS_AS(choose({six, std::vector<double>(6, 0.0)}), error);
}

TEST_CASE("samples are taken in several calls, as many as were asked for") {
    const plan p;
    const plan* const plans[] = {&p, &p};
    std::vector<std::size_t> asked;
    const auto measure = [&](std::span<const plan* const> which, std::size_t rounds) {
        asked.push_back(rounds);
        std::vector<std::vector<double>> samples;
        for (std::size_t i = 0; i < which.size(); ++i) {
            samples.emplace_back(rounds, static_cast<double>(10 * asked.size() + i));
        }
        return samples;
    };
    const auto five = search::detail::samples_in_calls(measure, std::span<const plan* const>{plans}, 5, 2);
    CHECK(asked == std::vector<std::size_t>{2, 3});
    CHECK(five == std::vector<std::vector<double>>{{10, 10, 20, 20, 20}, {11, 11, 21, 21, 21}});
    asked.clear();
    const auto one = search::detail::samples_in_calls(measure, std::span<const plan* const>{plans}, 1, 4);
    CHECK(asked == std::vector<std::size_t>{1});
    CHECK(one.size() == 2);
    const auto wrong = [](std::span<const plan* const>, std::size_t) { return std::vector<std::vector<double>>{}; };
    CHECK_THROWS_AS(
        static_cast<void>(search::detail::samples_in_calls(wrong, std::span<const plan* const>{plans}, 2, 2)), error);
}
