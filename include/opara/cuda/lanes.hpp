/// @file
/// The lanes of a plan as streams: what running a plan and capturing it have in common.
#pragma once

#include <opara/cuda/event.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/priority.hpp>
#include <opara/cuda/stream.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI::cuda::detail {

/// Streams and events for a plan. All work begins behind what a stream of the caller, the origin, holds already, and
/// that stream goes on behind all of it, also after an exception: nothing is left unjoined.
///
/// A stream has one priority, so a lane has a stream for each level that its launches have and changes from one to the
/// next by an event.
class lanes {
public:
    /// @throws invalid_plan  an id is out of range, an operator is launched twice or never, an event is awaited before
    /// it
    ///         is recorded: so that no wait is silently nothing
    /// @throws cuda_error
    lanes(const plan& p, node_priorities use) : plan_{p}, levels_{p, use}, now_(p.lanes(), none_) {
        static_cast<void>(captured_edges{p, [](op_id) { return true; }}); // throws on what no stream could do
        stream_of_.assign(p.lanes() * levels_.count(), none_);
        for (const command& c : p.commands()) {
            if (c.what != action::launch) {
                continue;
            }
            const std::size_t level = levels_.level(c);
            std::uint32_t& index = stream_of_[c.lane.index() * levels_.count() + level];
            if (index == none_) {
                index = static_cast<std::uint32_t>(streams_.size());
                streams_.emplace_back(levels_.native(level));
            }
        }
        events_.reserve(p.events());
        for (std::size_t e = 0; e < p.events(); ++e) {
            events_.emplace_back();
        }
    }

    [[nodiscard]] const plan& planned() const noexcept { return plan_; }           ///< the plan
    [[nodiscard]] std::size_t streams() const noexcept { return streams_.size(); } ///< how many streams it takes

    /// Enqueues the whole plan.
    /// @param after  called with each launch and its stream when it is enqueued; may throw
    template <launcher L, class After>
    void play(stream_ref origin, L& launch, After after) {
        std::fill(now_.begin(), now_.end(), none_);
        origin.record(begin_);
        try {
            for (std::size_t i = 0; i < plan_.commands().size(); ++i) {
                const command& c = plan_.commands()[i];
                const stream_ref s = streams_[enter(i)];
                switch (c.what) {
                case action::launch:
                    enqueue(launch, c, s.get());
                    after(c, s);
                    break;
                case action::record: s.record(events_[c.event.index()]); break;
                case action::wait: s.wait(events_[c.event.index()]); break;
                }
            }
        } catch (...) {
            try {
                join(origin);
            } catch (const cuda_error&) { // the first error is the one to tell
            }
            throw;
        }
        join(origin);
    }

private:
    static constexpr std::uint32_t none_ = ~std::uint32_t{0};

    // The stream for a command, tied to what its lane holds already. Records and waits take whatever stream the lane is
    // in; at its very beginning that of its next launch.
    std::uint32_t enter(std::size_t index) {
        const command& c = plan_.commands()[index];
        std::uint32_t& now = now_[c.lane.index()];
        std::uint32_t wanted = now;
        if (c.what == action::launch) {
            wanted = stream_of_[c.lane.index() * levels_.count() + levels_.level(c)];
        } else if (now == none_) {
            wanted = first_stream(c.lane);
        }
        if (now == none_) {
            streams_[wanted].wait(begin_);
        } else if (now != wanted) {
            change(streams_[now], streams_[wanted]);
        }
        now = wanted;
        return wanted;
    }

    void change(stream_ref from, stream_ref to) {
        from.record(change_);
        to.wait(change_);
        const cudaGraphNode_t* nodes = nullptr;
        const cudaGraphEdgeData* data = nullptr;
        std::size_t count = 0;
        cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
        check(cudaStreamGetCaptureInfo(from.get(), &status, nullptr, nullptr, &nodes, &data, &count),
              "cudaStreamGetCaptureInfo");
        if (status == cudaStreamCaptureStatusActive) {
            // The stream may have been the lane's before, and would wait for its own last node, too: an edge that the
            // plan does not have, as the lane has gone on behind that node since.
            std::vector<cudaGraphNode_t> tails(nodes, nodes + count);
            const std::vector<cudaGraphEdgeData> kinds = data != nullptr
                                                             ? std::vector<cudaGraphEdgeData>(data, data + count)
                                                             : std::vector<cudaGraphEdgeData>(count);
            check(cudaStreamUpdateCaptureDependencies(to.get(), tails.data(), kinds.data(), count,
                                                      cudaStreamSetCaptureDependencies),
                  "cudaStreamUpdateCaptureDependencies");
        }
    }

    std::uint32_t first_stream(lane_id lane) {
        for (std::size_t level = 0; level < levels_.count(); ++level) {
            if (const std::uint32_t s = stream_of_[lane.index() * levels_.count() + level]; s != none_) {
                return s;
            }
        }
        std::uint32_t& s = stream_of_[lane.index() * levels_.count()]; // a lane that only passes events on
        s = static_cast<std::uint32_t>(streams_.size());
        streams_.emplace_back(levels_.native(0));
        return s;
    }

    void join(stream_ref origin) {
        for (std::uint32_t& now : now_) {
            if (now != none_) {
                streams_[now].record(change_);
                origin.wait(change_);
                now = none_;
            }
        }
    }

    plan plan_;
    priority_levels levels_;
    std::vector<stream> streams_;
    std::vector<std::uint32_t> stream_of_; // by lane and level
    std::vector<std::uint32_t> now_;       // by lane: the stream that holds its end, or none if it has not begun
    std::vector<event> events_;            // of the plan
    event begin_;
    event change_; // recorded and awaited at once, again and again: a wait means what was recorded last by then
};

} // namespace opara::inline OPARA_ABI::cuda::detail
