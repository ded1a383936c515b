#include <opara/abstraction/reachability.hpp>
#include <opara/abstraction/until_probability.hpp>
#include <tests/abstraction/random_process.hpp>
#include <tests/abstraction/support.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

using namespace opara::abstraction;
using namespace opara::abstraction::test;
using opara::testing::random_source;

namespace {

using flags = std::vector<unsigned char>;
using distribution = std::vector<double>; // over all states

// The corners of a choice's distributions: all branches but one at a bound, that one takes the rest. All numbers are
// eighths, so nothing is rounded.
std::vector<distribution> corners(const interval_process& p, std::size_t choice) {
    const auto row = p.outcomes(choice);
    std::vector<distribution> all;
    for (std::size_t rest = 0; rest < row.size(); ++rest) {
        for (std::size_t bits = 0; bits < (std::size_t{1} << row.size()); ++bits) {
            distribution d(p.size(), 0.0);
            double sum = 0;
            for (std::size_t k = 0; k < row.size(); ++k) {
                if (k != rest) {
                    const interval& i = row[k].probability;
                    d[row[k].target.index()] = ((bits >> k) & 1U) != 0 ? i.upper() : i.lower();
                    sum += d[row[k].target.index()];
                }
            }
            if (row[rest].probability.contains(1 - sum)) {
                d[row[rest].target.index()] = 1 - sum;
                if (std::find(all.begin(), all.end(), d) == all.end()) {
                    all.push_back(d);
                }
            }
        }
    }
    return all;
}

// The probability of "hold until goal" from each state of a Markov chain: by elimination, in long double.
std::vector<double> solve(const std::vector<const distribution*>& chain, const flags& goal, const flags& hold) {
    const std::size_t n = chain.size();
    flags reaches = goal;
    for (std::size_t round = 0; round < n; ++round) {
        for (std::size_t s = 0; s < n; ++s) {
            for (std::size_t t = 0; t < n; ++t) {
                if (hold[s] != 0 && (*chain[s])[t] > 0 && reaches[t] != 0) {
                    reaches[s] = 1;
                }
            }
        }
    }
    std::vector<std::vector<long double>> a(n, std::vector<long double>(n + 1, 0));
    for (std::size_t s = 0; s < n; ++s) {
        a[s][s] = 1;
        a[s][n] = goal[s] != 0 ? 1 : 0;
        for (std::size_t t = 0; t < n && goal[s] == 0 && reaches[s] != 0; ++t) {
            a[s][t] -= static_cast<long double>((*chain[s])[t]);
        }
    }
    for (std::size_t c = 0; c < n; ++c) {
        std::size_t pivot = c;
        for (std::size_t r = c; r < n; ++r) {
            pivot = std::fabs(a[r][c]) > std::fabs(a[pivot][c]) ? r : pivot;
        }
        std::swap(a[c], a[pivot]);
        REQUIRE(std::fabs(a[c][c]) > 1e-12L);
        for (std::size_t r = 0; r < n; ++r) {
            const long double factor = r == c ? 0 : a[r][c] / a[c][c];
            for (std::size_t k = c; k <= n && factor != 0; ++k) {
                a[r][k] -= factor * a[c][k];
            }
        }
    }
    std::vector<double> x;
    for (std::size_t s = 0; s < n; ++s) {
        x.push_back(static_cast<double>(a[s][n] / a[s][s]));
    }
    return x;
}

// All memoryless ways to take choices and to pick corners, one after another: among them is a best one for all states
// at once (Puterman, "Markov decision processes", 1994, 7.1.9).
std::pair<std::vector<double>, std::vector<double>> by_brute_force(const interval_process& p, const flags& goal,
                                                                   const flags& hold) {
    std::vector<std::vector<distribution>> options(p.size());
    for (std::size_t s = 0; s < p.size(); ++s) {
        const auto state = state_id::from_index(s);
        for (std::size_t c = p.first_choice(state); c < p.end_of_choices(state); ++c) {
            for (distribution& d : corners(p, c)) {
                options[s].push_back(std::move(d));
            }
        }
        if (goal[s] != 0) {
            options[s].resize(1);
        }
    }
    std::vector<double> least(p.size(), 2);
    std::vector<double> most(p.size(), -1);
    std::vector<std::size_t> at(p.size(), 0);
    for (bool more = true; more;) {
        std::vector<const distribution*> chain;
        for (std::size_t s = 0; s < p.size(); ++s) {
            chain.push_back(&options[s][at[s]]);
        }
        const std::vector<double> x = solve(chain, goal, hold);
        for (std::size_t s = 0; s < p.size(); ++s) {
            least[s] = std::min(least[s], x[s]);
            most[s] = std::max(most[s], x[s]);
        }
        more = false;
        for (std::size_t s = 0; s < p.size() && !more; ++s) {
            more = ++at[s] < options[s].size();
            at[s] = more ? at[s] : 0;
        }
    }
    return {least, most};
}

} // namespace

TEST_CASE("bounds enclose what brute force finds, and come close to it") {
    random_source random{31};
    std::size_t strictly_between = 0;
    std::size_t apart = 0;
    for (int round = 0; round < 600; ++round) {
        const interval_process p = random_process(random, random.between(2, 4));
        const bool restricted = random.chance(0.3);
        flags goal(p.size());
        flags hold(p.size(), 1);
        for (std::size_t s = 0; s < p.size(); ++s) {
            goal[s] = random.chance(0.2) ? 1 : 0;
            hold[s] = restricted && random.chance(0.3) ? 0 : 1;
        }
        goal[random.below(p.size())] = 1;
        const auto [least, most] = by_brute_force(p, goal, hold);
        const reachability low = reach_probability(p, goal, hold, extreme::least);
        const reachability high = reach_probability(p, goal, hold, extreme::most);
        CAPTURE(round);
        REQUIRE(low.is_precise);
        REQUIRE(high.is_precise);
        for (std::size_t s = 0; s < p.size(); ++s) {
            CAPTURE(s);
            constexpr double solver = 1e-14; // the oracle's own error
            REQUIRE(low.lower[s] <= least[s] + solver);
            REQUIRE(low.upper[s] >= least[s] - solver);
            REQUIRE(low.upper[s] - low.lower[s] <= 1e-6);
            REQUIRE(high.lower[s] <= most[s] + solver);
            REQUIRE(high.upper[s] >= most[s] - solver);
            REQUIRE(high.upper[s] - high.lower[s] <= 1e-6);
            strictly_between += least[s] > 1e-3 && least[s] < 0.999 ? 1U : 0U;
            strictly_between += most[s] > 1e-3 && most[s] < 0.999 ? 1U : 0U;
            apart += most[s] - least[s] > 1e-3 ? 1U : 0U;
        }
    }
    CHECK(strictly_between > 100);
    CHECK(apart > 100);
}

TEST_CASE("whenever it stops, bounds are bounds") {
    random_source random{32};
    for (int round = 0; round < 200; ++round) {
        const interval_process p = random_process(random, random.between(2, 4));
        flags goal(p.size());
        goal[random.below(p.size())] = 1;
        const flags hold(p.size(), 1);
        const auto [least, most] = by_brute_force(p, goal, hold);
        for (const std::size_t sweeps : {0U, 1U, 2U, 3U, 5U}) {
            const reachability low = reach_probability(p, goal, hold, extreme::least, {1e-9, sweeps});
            const reachability high = reach_probability(p, goal, hold, extreme::most, {1e-9, sweeps});
            CHECK(low.sweeps <= sweeps);
            for (std::size_t s = 0; s < p.size(); ++s) {
                REQUIRE(low.lower[s] <= least[s] + 1e-14);
                REQUIRE(low.upper[s] >= least[s] - 1e-14);
                REQUIRE(high.lower[s] <= most[s] + 1e-14);
                REQUIRE(high.upper[s] >= most[s] - 1e-14);
            }
        }
    }
}

TEST_CASE("expectations are rounded outward, whatever the numbers") {
    random_source random{33};
    std::size_t inexact = 0;
    for (int round = 0; round < 20'000; ++round) {
        // Probabilities around a distribution that adds up to 1 only nearly, values anywhere.
        const std::size_t n = random.between(2, 5);
        std::vector<double> p(n);
        double sum = 0;
        for (double& x : p) {
            x = random.unit() + 0x1p-20;
            sum += x;
        }
        std::vector<branch> row;
        std::vector<double> values;
        for (std::size_t k = 0; k < n; ++k) {
            p[k] /= sum;
            const double slack = random.chance(0.3) ? 0x1p-50 : random.unit() * 0.2;
            row.push_back(
                {state_id::from_index(k), interval{std::max(0.0, p[k] - slack), std::min(1.0, p[k] + slack)}});
            values.push_back(random.chance(0.2) ? 0.0 : random.chance(0.2) ? 1.0 : random.unit());
        }
        if (!detail::is_distribution(row)) {
            continue;
        }
        // The greedy optimum in long double: 64 bits are enough to tell on which side of it a double lies.
        const auto exact = [&](bool most) {
            std::vector<std::size_t> order(n);
            for (std::size_t k = 0; k < n; ++k) {
                order[k] = k;
            }
            std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                return most ? values[a] > values[b] : values[a] < values[b];
            });
            long double left = 1;
            long double result = 0;
            for (const branch& b : row) {
                left -= static_cast<long double>(b.probability.lower());
                result += static_cast<long double>(b.probability.lower()) *
                          static_cast<long double>(values[b.target.index()]);
            }
            for (const std::size_t k : order) {
                const long double more = std::min(left, static_cast<long double>(row[k].probability.upper()) -
                                                            static_cast<long double>(row[k].probability.lower()));
                left -= more;
                result += more * static_cast<long double>(values[k]);
            }
            return result;
        };
        constexpr long double oracle = 1e-18L;
        const double least_low = detail::expectation<false, false>{}(row, values);
        const double least_high = detail::expectation<false, true>{}(row, values);
        const double most_low = detail::expectation<true, false>{}(row, values);
        const double most_high = detail::expectation<true, true>{}(row, values);
        REQUIRE(static_cast<long double>(least_low) <= exact(false) + oracle);
        REQUIRE(static_cast<long double>(least_high) >= exact(false) - oracle);
        REQUIRE(static_cast<long double>(most_low) <= exact(true) + oracle);
        REQUIRE(static_cast<long double>(most_high) >= exact(true) - oracle);
        REQUIRE(least_high - least_low <= 1e-14);
        REQUIRE(most_high - most_low <= 1e-14);
        inexact += least_low < least_high ? 1U : 0U;
    }
    CHECK(inexact > 10'000);
}

TEST_CASE("an end component does not hold upper bounds up") {
    // 0 and 1 go round and round, or leave to a fair coin between the goal and a trap.
    const auto surely = [](std::uint32_t t) { return std::vector<branch>{{state_id{t}, interval{1.0}}}; };
    const interval_process p =
        interval_process::from_lists({{surely(1)},
                                      {surely(0), {{state_id{2}, interval{0.5}}, {state_id{3}, interval{0.5}}}},
                                      {surely(2)},
                                      {surely(3)}},
                                     {0}, {labelling{"goal", {truth::no, truth::no, truth::yes, truth::no}}});
    const probability_range r = until_probability(p, "goal");
    CHECK(r.is_precise);
    CHECK(r.most.contains(0.5));
    CHECK(r.most.upper() - r.most.lower() <= 1e-6);
    CHECK(r.least == interval{0.0}); // round and round
}

TEST_CASE("labels: what is perhaps the goal counts for the largest probability only") {
    const auto surely = [](std::uint32_t t) { return std::vector<branch>{{state_id{t}, interval{1.0}}}; };
    const interval_process p = interval_process::from_lists({{surely(1)}, {surely(2)}, {surely(2)}}, {0},
                                                            {labelling{"goal", {truth::no, truth::no, truth::maybe}},
                                                             labelling{"on", {truth::yes, truth::maybe, truth::no}},
                                                             labelling{"sure", {truth::no, truth::no, truth::yes}}});
    CHECK(until_probability(p, "goal") == probability_range{interval{0.0}, interval{1.0}, true});
    CHECK(until_probability(p, "sure") == probability_range{interval{1.0}, interval{1.0}, true});
    CHECK(until_probability(p, "sure", "on") == probability_range{interval{0.0}, interval{1.0}, true});
    CHECK_THROWS_AS((void)until_probability(p, "gaol"), label_error);
    CHECK_THROWS_AS((void)until_probability(p, "goal", "off"), label_error);
    CHECK_THROWS_AS((void)until_probability(interval_process{}, "goal"), system_error);
}
