/// @file
/// How long graphs take, and operators.
#pragma once

#include <opara/core/error.hpp>
#include <opara/cuda/capture_nodes.hpp>
#include <opara/cuda/event.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/helper_kernels.hpp>
#include <opara/cuda/statistics.hpp>
#include <opara/cuda/stream.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cuda {

/// How to measure.
struct measure_options {
    std::size_t rounds = 15; ///< samples of each graph; every round takes one of each, beginning with another each time
    std::size_t replays = 20; ///< replays back to back that one sample of the period is made of
    std::size_t warm_up = 3;  ///< rounds before, whose samples are thrown away
};

/// What was measured of one graph, all in microseconds.
struct replay_times {
    estimate period;                     ///< one of many replays back to back
    estimate latency;                    ///< a single replay on an idle device, from its start on the device to its end
    std::vector<double> period_samples;  ///< one a round
    std::vector<double> latency_samples; ///< one a round
};

/// Times replays on the device. A kernel holds the stream until everything is enqueued, so that the speed of the host
/// does not count. Not copyable.
class replay_timer {
public:
    /// @throws cuda_error
    replay_timer() : begin_{event_timing::on}, end_{event_timing::on} {}

    /// Mean time of replays back to back, in microseconds: what a serving loop sees.
    /// @param replays  how many, at least 1
    /// @throws cuda_error  also whatever the kernels of the graph do wrong
    [[nodiscard]] double period_us(const graph_exec& g, std::size_t replays) {
        OPARA_ASSERT(replays != 0);
        return held_us([&] {
                   for (std::size_t i = 0; i < replays; ++i) {
                       g.launch(stream_);
                   }
               }) /
               static_cast<double>(replays);
    }
    /// Time of one replay alone, in microseconds. @throws cuda_error
    [[nodiscard]] double latency_us(const graph_exec& g) {
        return held_us([&] { g.launch(stream_); });
    }

private:
    // The time that what `enqueue` enqueues takes on the device. Where the host took longer than the holding kernel,
    // the sample is thrown away and the kernel made longer.
    template <class Enqueue>
    double held_us(Enqueue enqueue) {
        while (true) {
            stream_.synchronize();
            kernels_.spin(hold_cycles_, stream_);
            stream_.record(begin_);
            enqueue();
            stream_.record(end_);
            const bool late = begin_.done();
            stream_.synchronize();
            if (!late) {
                return elapsed_us(begin_, end_);
            }
            if (hold_cycles_ > most_cycles) {
                throw error{"the host takes too long to enqueue what is to be measured"};
            }
            hold_cycles_ *= 2;
        }
    }

    static constexpr std::uint64_t most_cycles = 1'000'000'000; // about half a second

    helper_kernels kernels_;
    stream stream_;
    event begin_;
    event end_;
    std::uint64_t hold_cycles_ = 100'000; // about 50 us
};

/// Measures graphs in turn, so that a drift of the device's clock meets all of them alike; compare two of them by
/// `paired_ratio` of their samples.
/// @param graphs  what to measure, none of them null
/// @throws cuda_error
[[nodiscard]] inline std::vector<replay_times> measure(std::span<const graph_exec* const> graphs,
                                                       const measure_options& options = {}) {
    replay_timer timer;
    std::vector<replay_times> times(graphs.size());
    for (std::size_t round = 0; round < options.warm_up + options.rounds; ++round) {
        for (std::size_t i = 0; i < graphs.size(); ++i) {
            const std::size_t g = (i + round) % graphs.size();
            const double period = timer.period_us(*graphs[g], options.replays);
            const double latency = timer.latency_us(*graphs[g]);
            if (round >= options.warm_up) {
                times[g].period_samples.push_back(period);
                times[g].latency_samples.push_back(latency);
            }
        }
    }
    for (replay_times& t : times) {
        if (!t.period_samples.empty()) {
            t.period = median_of(t.period_samples);
            t.latency = median_of(t.latency_samples);
        }
    }
    return times;
}

/// How to measure operators.
struct profile_options {
    std::size_t copies = 16; ///< of the operator in a chain, at least 2: its time is the slope from 1 to so many
    double edge_us = 0.61; ///< what an edge of a chain costs, and is no time of the operator's; see `cost::graph_costs`
    measure_options how{}; ///< samples
    capture_mode mode = capture_mode::thread_local_; ///< which calls of others spoil a capture
};

/// Measures each operator of a plan on its own: a graph with a chain of it, against a graph with one of it. The
/// operator runs many times on what its buffers hold, with its weights in the cache. Graphs are measured by and by, not
/// in turn.
/// @param p  the plan; only its launches count
/// @param launch  a `launcher`
/// @return for each operator its time in microseconds, without the edge and not below 0; no samples if it enqueues
/// nothing
/// @throws as `capture_nodes`
template <launcher L>
[[nodiscard]] std::vector<estimate> profile(const plan& p, L&& launch, const profile_options& options = {}) {
    OPARA_ASSERT(options.copies >= 2);
    const stream s;
    static_cast<void>(cudaGetLastError());
    std::vector<estimate> found(p.operators());
    for (const command& c : p.commands()) {
        if (c.what != action::launch) {
            continue;
        }
        const graph one;
        const graph many;
        std::vector<cudaGraphNode_t> behind;
        for (std::size_t i = 0; i < options.copies; ++i) {
            const std::vector<cudaGraphEdgeData> plain(behind.size());
            auto made = detail::capture_operator(c, launch, s, options.mode, many, behind, plain);
            if (!made) {
                break;
            }
            behind = std::move(*made);
        }
        if (behind.empty()) {
            continue;
        }
        static_cast<void>(detail::capture_operator(c, launch, s, options.mode, one, {}, {}));
        const graph_exec one_exec{one};
        const graph_exec many_exec{many};
        const graph_exec* const both[] = {&one_exec, &many_exec};
        const std::vector<replay_times> times = measure(both, options.how);
        std::vector<double> slopes;
        for (std::size_t i = 0; i < times[0].period_samples.size(); ++i) {
            const double slope =
                (times[1].period_samples[i] - times[0].period_samples[i]) / static_cast<double>(options.copies - 1);
            slopes.push_back(std::max(0.0, slope - options.edge_us));
        }
        if (!slopes.empty()) {
            found[c.op.index()] = median_of(slopes);
        }
    }
    return found;
}

} // namespace opara::inline OPARA_ABI::cuda
