/// @file
/// Breadth-first exploration of cells, in parallel and with numbers that do not depend on how many threads there are.
#pragma once

#include <opara/abstraction/cell_index.hpp>
#include <opara/abstraction/error.hpp>
#include <opara/abstraction/parallel.hpp>
#include <opara/abstraction/partition.hpp>
#include <opara/abstraction/sound_arithmetic.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// How far an exploration has come.
struct build_progress {
    std::size_t step = 0;     ///< how far from the initial set the cells are that are explored now
    std::size_t explored = 0; ///< states whose successors are known
    std::size_t reached = 0;  ///< states, those among them
};

/// Takes no notice of an exploration's progress.
struct untold {
    constexpr void operator()(const build_progress&) const noexcept {} ///< does nothing
};

namespace detail {

template <partition P>
void require_inside(const P& cells, const box<P::dimension>& initial) {
    const box<P::dimension> domain{cells.domain()};
    for (std::size_t i = 0; i < P::dimension; ++i) {
        if (!domain[i].contains(initial[i])) {
            throw domain_error{"the initial set does not lie inside the domain: dimension " + std::to_string(i) +
                                   " goes from " + number_text(initial[i].lower()) + " to " +
                                   number_text(initial[i].upper()) + ", and the domain's from " +
                                   number_text(domain[i].lower()) + " to " + number_text(domain[i].upper()),
                               i};
        }
    }
}

// Explores layer by layer. The cells of a layer are worked on in parallel, in blocks; what they lead to is then kept by
// one thread, block after block, which gives new cells their numbers.
template <partition P>
class explorer {
public:
    static constexpr std::size_t n = P::dimension;

    // @throws error  as `require_sound_arithmetic`: whatever is explored is meant as a proof
    explorer(const P& cells, std::size_t threads) : partition_{cells}, threads_{thread_count(threads)} {
        require_sound_arithmetic();
    }

    // The states of the cells that meet the initial set. Throws domain_error if it does not lie inside the domain.
    std::vector<state_id> begin(const box<n>& initial) {
        require_inside(partition_, initial);
        std::vector<state_id> start;
        partition_.for_each_overlap(initial, [&](std::uint64_t cell) { start.push_back(index.insert(cell)); });
        return start;
    }

    // For so many layers: `work(cells)` gives a block, on several threads at once, and `keep(block)` inserts what it
    // leads to. `tell` learns of progress, and may throw to end it. The number of states that were explored.
    template <class Work, class Keep, class Tell>
    std::size_t run(std::size_t steps, Work work, Keep keep, Tell& tell) {
        std::size_t explored = 0;
        for (std::size_t step = 0; step < steps && explored < index.cells().size(); ++step) {
            const std::size_t layer_end = index.cells().size();
            while (explored < layer_end) {
                // A bounded number of blocks at a time, so that successors lie about in memory only briefly.
                const std::size_t end = std::min(layer_end, explored + block_size * 64 * threads_);
                expand(explored, end, work, keep);
                explored = end;
                tell(build_progress{step, explored, index.cells().size()});
            }
        }
        return explored;
    }
    static constexpr std::size_t to_the_end = std::numeric_limits<std::size_t>::max(); // so many steps

    // The boxes of those that are not the outside, in order.
    [[nodiscard]] std::vector<box<n>> boxes_of(std::span<const std::uint64_t> cells) const {
        std::vector<box<n>> boxes;
        boxes.reserve(cells.size());
        for (const std::uint64_t cell : cells) {
            if (cell != partition_.outside()) {
                boxes.push_back(partition_.cell_box(static_cast<decltype(partition_.size())>(cell)));
            }
        }
        return boxes;
    }

    cell_index index; // the states so far

private:
    static constexpr std::size_t block_size = 256;

    template <class Work, class Keep>
    void expand(std::size_t first, std::size_t last, Work& work, Keep& keep) {
        using block = decltype(work(std::span<const std::uint64_t>{}));
        std::vector<block> blocks((last - first + block_size - 1) / block_size);
        parallel_for(blocks.size(), threads_, [&](std::size_t k) {
            const std::size_t from = first + k * block_size;
            std::array<std::uint64_t, block_size> cells;
            const std::span some = std::span{cells}.first(std::min(block_size, last - from));
            index.cells().read(from, some);
            blocks[k] = work(std::span<const std::uint64_t>{some});
        });
        for (const block& b : blocks) {
            keep(b);
        }
    }

    const P& partition_;
    std::size_t threads_;
};

} // namespace detail

} // namespace opara::inline OPARA_ABI::abstraction
