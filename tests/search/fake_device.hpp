/// @file
/// Stands for a GPU that disagrees with the simulator about some variants.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/simulated.hpp>
#include <opara/search/variants.hpp>
#include <opara/testing/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace opara::test {

/// A `sampler`: plans take what the simulator says with the true times of the variants, times a clock that drifts,
/// times noise, with a hiccup now and then. It refuses plans that do not run the graph.
class fake_device {
public:
    fake_device(const frozen_graph& g, const search::variant_table& truth, const cost::device& d, double noise,
                std::uint64_t seed)
        : graph_{g}, evaluate_{truth, d, {.edges = implied_edges::drop}}, noise_{noise}, random_{seed} {}

    /// What a plan takes, without noise.
    double truth_us(const plan& p) { return evaluate_(p); }

    std::vector<std::vector<double>> operator()(std::span<const plan* const> plans, std::size_t rounds) {
        ++calls;
        std::vector<std::vector<double>> samples(plans.size());
        for (const plan* p : plans) {
            validate(*p, graph_);
        }
        for (std::size_t round = 0; round < rounds; ++round) {
            clock_ = std::clamp(clock_ * (1.0 + 0.05 * (random_.unit() - 0.5)), 0.7, 1.4);
            for (std::size_t i = 0; i < plans.size(); ++i) {
                const double noise = 1.0 + noise_ * (random_.unit() + random_.unit() - 1.0);
                samples[i].push_back(evaluate_(*plans[i]) * clock_ * noise * (random_.chance(0.03) ? 3.0 : 1.0));
            }
        }
        samples_taken += rounds * plans.size();
        return samples;
    }

    std::size_t calls = 0;
    std::size_t samples_taken = 0;

private:
    const frozen_graph& graph_;
    search::simulated evaluate_;
    double noise_;
    double clock_ = 1.0;
    testing::random_source random_;
};

/// Branches of three operators each between one operator in front and one behind, as in an Inception block, several
/// blocks in a row. Every operator offers three kernels: of many blocks, of few, and one that nobody prefers who does
/// not know better.
struct blocks_of_branches {
    static constexpr std::size_t branches = 4;
    static constexpr std::size_t length = 3;

    frozen_graph graph;
    std::vector<std::vector<search::variant>> offered;

    explicit blocks_of_branches(std::size_t blocks) {
        std::vector<edge> edges;
        std::uint32_t next = 1;
        std::uint32_t front = 0;
        for (std::size_t b = 0; b < blocks; ++b) {
            std::vector<std::uint32_t> ends;
            for (std::size_t k = 0; k < branches; ++k) {
                std::uint32_t before = front;
                for (std::size_t i = 0; i < length; ++i) {
                    edges.push_back({op_id{before}, op_id{next}});
                    before = next++;
                }
                ends.push_back(before);
            }
            for (const std::uint32_t e : ends) {
                edges.push_back({op_id{e}, op_id{next}});
            }
            front = next++;
        }
        graph = frozen_graph{next, edges};
        for (std::uint32_t v = 0; v < next; ++v) {
            const double us = 6.0 + (v * 7) % 5;
            offered.push_back(
                {{.kernel = {.blocks = 132, .threads = 256, .shared_bytes = 65536, .duration_us = us}},
                 {.kernel = {.blocks = 24, .threads = 256, .shared_bytes = 65536, .duration_us = 1.3 * us}},
                 {.kernel = {.blocks = 140, .threads = 256, .shared_bytes = 65536, .duration_us = us}}});
        }
    }
    /// With the third kernel of some operators taking another share of its time.
    [[nodiscard]] search::variant_table table(const cost::device& d, double third = 1.0, std::size_t every = 1) const {
        auto all = offered;
        for (std::size_t v = 0; v < all.size(); v += every) {
            all[v][2].kernel.duration_us *= third;
        }
        return search::variant_table{all, d};
    }
};

} // namespace opara::test
