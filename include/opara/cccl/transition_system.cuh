/// @file
/// Finite transition systems in device memory.
#pragma once

#include <opara/abstraction/transition_system.hpp>
#include <opara/cccl/algorithm.cuh>
#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cccl {

/// A proposition on the states of a system in device memory.
struct labelling {
    std::string name;                 ///< as formulas call it
    buffer<abstraction::truth> holds; ///< one entry a state
};

/// Rows of states in device memory: row s is ids[offsets[s]] to ids[offsets[s + 1] - 1].
struct rows {
    buffer<std::uint64_t> offsets; ///< one more than rows
    buffer<std::uint32_t> ids;     ///< the numbers of states
};

namespace detail {

struct name_sources {
    const std::uint64_t* offsets;
    std::uint64_t states;
    std::uint32_t* sources;
    __device__ void operator()(std::uint64_t e) const {
        sources[e] = static_cast<std::uint32_t>(row_of(offsets, states, e));
    }
};

// Where the targets, which are sorted, reach each state: every one of them writes the offsets between the one before it
// and itself.
struct find_rows {
    const std::uint32_t* targets;
    std::uint64_t transitions;
    std::uint64_t states;
    std::uint64_t* offsets;
    __device__ void operator()(std::uint64_t e) const { // e = transitions: behind the last one
        const std::uint64_t first = e == 0 ? 0 : std::uint64_t{targets[e - 1]} + 1;
        const std::uint64_t last = e == transitions ? states : targets[e];
        for (std::uint64_t s = first; s <= last; ++s) {
            offsets[s] = e;
        }
    }
};

struct find_empty_row {
    const std::uint64_t* offsets;
    unsigned long long* least;
    __device__ void operator()(std::uint64_t s) const {
        if (offsets[s] == offsets[s + 1]) {
            atomicMin(least, static_cast<unsigned long long>(s));
        }
    }
};

} // namespace detail

/// A directed graph of states with initial states and labels, in device memory: the device's form of
/// `abstraction::transition_system`. Four bytes a transition and eight a state; as much again for the way back, which
/// is made only where it is asked for. Move-only.
class transition_system {
public:
    /// A system without states.
    transition_system() = default;
    /// From its parts. @pre they fit, as those of `abstraction::transition_system` must
    transition_system(rows successors, buffer<std::uint32_t> initial, std::vector<labelling> labels)
        : successors_{std::move(successors)}, initial_{std::move(initial)}, labels_{std::move(labels)} {}
    /// A copy of a system in host memory. @throws memory_error  the device has no room
    explicit transition_system(const abstraction::transition_system& host) {
        std::vector<std::uint64_t> offsets{0};
        std::vector<std::uint32_t> ids;
        offsets.reserve(host.size() + 1);
        ids.reserve(host.transitions());
        for (std::size_t s = 0; s < host.size(); ++s) {
            for (const abstraction::state_id t : host.successors(abstraction::state_id::from_index(s))) {
                ids.push_back(t.value);
            }
            offsets.push_back(ids.size());
        }
        std::vector<std::uint32_t> initial;
        for (const abstraction::state_id s : host.initial()) {
            initial.push_back(s.value);
        }
        successors_ = {buffer<std::uint64_t>{std::span<const std::uint64_t>{offsets}},
                       buffer<std::uint32_t>{std::span<const std::uint32_t>{ids}}};
        initial_ = buffer<std::uint32_t>{std::span<const std::uint32_t>{initial}};
        for (const abstraction::labelling& l : host.labels()) {
            labels_.push_back({l.name, buffer<abstraction::truth>{std::span<const abstraction::truth>{l.holds}}});
        }
    }

    /// The number of states.
    [[nodiscard]] std::size_t size() const noexcept { return std::max<std::size_t>(successors_.offsets.size(), 1) - 1; }
    [[nodiscard]] std::size_t transitions() const noexcept { return successors_.ids.size(); } ///< their number
    [[nodiscard]] const rows& successors() const noexcept { return successors_; }             ///< where one can go
    [[nodiscard]] const buffer<std::uint32_t>& initial() const noexcept { return initial_; }  ///< where runs begin
    [[nodiscard]] std::span<const labelling> labels() const noexcept { return labels_; }      ///< all of them
    /// The label of this name, or null. O(labels).
    [[nodiscard]] const labelling* find_label(std::string_view name) const noexcept {
        const auto found =
            std::find_if(labels_.begin(), labels_.end(), [&](const labelling& l) { return l.name == name; });
        return found == labels_.end() ? nullptr : &*found;
    }

    /// From where one can come to each state, ascending. O(states + transitions), on the device; 16 bytes a transition
    /// while it works. @throws memory_error  the device has no room
    [[nodiscard]] rows predecessors() const {
        buffer<std::uint32_t> targets{transitions()};
        cuda::check(cudaMemcpyAsync(targets.data(), successors_.ids.data(), transitions() * sizeof(std::uint32_t),
                                    cudaMemcpyDeviceToDevice),
                    "cudaMemcpyAsync");
        rows back{buffer<std::uint64_t>{size() + 1}, buffer<std::uint32_t>{transitions()}};
        detail::for_each_index(transitions(),
                               detail::name_sources{successors_.offsets.data(), size(), back.ids.data()});
        detail::workspace work;
        work.sort_pairs(targets, back.ids, size());
        detail::for_each_index(transitions() + 1,
                               detail::find_rows{targets.data(), transitions(), size(), back.offsets.data()});
        return back;
    }
    /// The first state without a successor, or `size()`. Waits for the device.
    [[nodiscard]] std::size_t find_deadlock() const {
        const auto none = static_cast<unsigned long long>(size());
        buffer<unsigned long long> least{std::span<const unsigned long long>{&none, 1}};
        detail::for_each_index(size(), detail::find_empty_row{successors_.offsets.data(), least.data()});
        return static_cast<std::size_t>(least.at(0));
    }

    /// A copy in host memory. @throws system_error  as `abstraction::transition_system`, if the parts did not fit
    [[nodiscard]] abstraction::transition_system download() const {
        if (size() == 0) {
            return {};
        }
        std::vector<abstraction::labelling> labels;
        for (const labelling& l : labels_) {
            labels.push_back({l.name, l.holds.download()});
        }
        return {successors_.offsets.download(), ids_of(successors_.ids), ids_of(initial_), std::move(labels)};
    }

private:
    [[nodiscard]] static std::vector<abstraction::state_id> ids_of(const buffer<std::uint32_t>& numbers) {
        std::vector<abstraction::state_id> ids;
        ids.reserve(numbers.size());
        for (const std::uint32_t n : numbers.download()) {
            ids.emplace_back(n);
        }
        return ids;
    }

    rows successors_;
    buffer<std::uint32_t> initial_;
    std::vector<labelling> labels_;
};

} // namespace opara::inline OPARA_ABI::cccl
