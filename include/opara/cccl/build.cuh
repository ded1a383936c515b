/// @file
/// From dynamics and a controller to a finite transition system, on the device.
#pragma once

#include <opara/abstraction/build.hpp>
#include <opara/abstraction/sound_arithmetic.hpp>
#include <opara/cccl/controller.cuh>
#include <opara/cccl/grid.cuh>
#include <opara/cccl/numbering.cuh>
#include <opara/cccl/transition_system.cuh>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::cccl {

/// How the device finds the state of a cell.
enum class cell_lookup : unsigned char {
    automatic, ///< a table if it takes 2 GiB at most, and a third of the memory that is free, else hashing
    table,     ///< four bytes for each cell of the grid
    hashing,   ///< twelve bytes a slot of a hash table, 24 to 48 a state
};

/// What to build besides states and transitions, and how.
template <std::size_t N>
struct build_options {
    std::vector<abstraction::region<N>> labels{}; ///< the propositions
    std::vector<abstraction::box<N>> absorbing{}; ///< as in `abstraction::build_options`
    cell_lookup lookup = cell_lookup::automatic;  ///< how the state of a cell is found; the result is the same
    std::uint64_t states_at_once = 1U << 20U;     ///< whose successors are found together, at least 1
    std::uint64_t transitions_at_once =
        1ULL << 27U; ///< that are numbered together, 16 bytes each; more if one state has more
};

/// A closed loop's abstraction in device memory: see `abstraction::cell_system`.
struct cell_system {
    transition_system graph;     ///< the states and how they follow each other
    buffer<std::uint64_t> cells; ///< the cell of each state, as the partition numbers it

    /// A copy in host memory.
    [[nodiscard]] abstraction::cell_system download() const { return {graph.download(), cells.download()}; }
};

/// An abstraction that was explored for a number of steps only: see `abstraction::bounded_cell_system`.
struct bounded_cell_system {
    cell_system part;                                ///< what was explored; its last label is "unexplored"
    std::size_t steps = 0;                           ///< for how many steps
    std::optional<abstraction::state_id> unexplored; ///< nothing if the exploration came to its end before

    /// A copy in host memory.
    [[nodiscard]] abstraction::bounded_cell_system download() const { return {part.download(), steps, unexplored}; }
};

/// A system whose step runs on the device: trivially copyable, its `post` `constexpr` or `__host__ __device__`.
template <class D>
concept device_dynamics =
    abstraction::dynamics<D> && std::is_trivially_copyable_v<D> && std::same_as<typename D::action, double>;

namespace detail {

inline constexpr std::uint64_t too_many_successors = std::uint64_t{1} << 33U;
inline constexpr std::uint64_t most_states_at_once = std::uint64_t{1} << 30U;

template <std::size_t N, class D>
struct find_successors {
    grid_view<N> grid;
    D dynamics;
    const std::uint64_t* cells;
    const double* actions;
    const abstraction::box<N>* absorbing;
    std::size_t absorbing_count;
    abstraction::detail::cell_block<N>* blocks;
    std::uint64_t* counts;

    __device__ void operator()(std::uint64_t k) const {
        const abstraction::detail::cell_block<N> next = successors(cells[k], k);
        blocks[k] = next;
        // What is more than 32 bits can number is an error however much it is, and sums of it must not wrap.
        const std::uint64_t count = next.size();
        counts[k] = count < too_many_successors ? count : too_many_successors;
    }

private:
    [[nodiscard]] __device__ abstraction::detail::cell_block<N> successors(std::uint64_t cell, std::uint64_t k) const {
        if (cell == grid.outside) {
            return grid.only(cell);
        }
        const abstraction::box<N> b = grid.cell_box(cell);
        for (std::size_t a = 0; a < absorbing_count; ++a) {
            if (absorbing[a].contains(b)) {
                return grid.only(cell);
            }
        }
        return grid.meeting(dynamics.post(b, actions[k]));
    }
};

// What the host must know of a batch before it goes on.
struct batch_facts {
    std::uint64_t rows;        // how many states' successors are numbered now
    std::uint64_t transitions; // how many those are
    std::uint32_t fault;
};

// As many of the rows as have `most` elements together, but one at least.
struct fit_rows {
    const std::uint64_t* ends;
    std::uint64_t rows;
    std::uint64_t most;
    const std::uint32_t* fault;
    batch_facts* facts;
    __device__ void operator()(std::uint64_t) const {
        std::uint64_t fitting = rows;
        if (ends[rows] > most) {
            fitting = row_of(ends, rows, most);
            fitting = fitting == 0 ? 1 : fitting;
        }
        *facts = {fitting, ends[fitting], *fault};
    }
};

struct append_offsets {
    const std::uint64_t* ends;
    std::uint64_t before;
    std::uint64_t* offsets;
    __device__ void operator()(std::uint64_t k) const { offsets[k] = before + ends[k + 1]; }
};

// States that lead to one and the same, each with one transition.
struct lead_to {
    std::uint32_t target;
    std::uint64_t before;
    std::uint32_t* targets;
    std::uint64_t* offsets;
    __device__ void operator()(std::uint64_t k) const {
        targets[k] = target;
        offsets[k] = before + k + 1;
    }
};

struct count_up {
    std::uint32_t* numbers;
    __device__ void operator()(std::uint64_t k) const { numbers[k] = static_cast<std::uint32_t>(k); }
};

template <std::size_t N>
struct label_cells {
    grid_view<N> grid;
    abstraction::box<N> set;
    const std::uint64_t* cells;
    abstraction::truth* holds;
    __device__ void operator()(std::uint64_t s) const {
        using abstraction::truth;
        if (cells[s] >= grid.outside) {
            holds[s] = truth::maybe;
            return;
        }
        const abstraction::box<N> b = grid.cell_box(cells[s]);
        holds[s] = set.contains(b) ? truth::yes : set.meets(b) ? truth::maybe : truth::no;
    }
};

struct label_outside {
    std::uint64_t outside;
    const std::uint64_t* cells;
    abstraction::truth* holds;
    __device__ void operator()(std::uint64_t s) const {
        using abstraction::truth;
        holds[s] = cells[s] == outside ? truth::yes : cells[s] > outside ? truth::maybe : truth::no;
    }
};

struct label_unexplored {
    std::uint64_t outside;
    const std::uint64_t* cells;
    abstraction::truth* holds;
    __device__ void operator()(std::uint64_t s) const {
        holds[s] = cells[s] > outside ? abstraction::truth::yes : abstraction::truth::no;
    }
};

// The labels of states that are cells, and "outside" and "unexplored" behind them.
template <std::size_t N>
[[nodiscard]] std::vector<labelling> label_all(const grid_view<N>& grid,
                                               const std::vector<abstraction::region<N>>& regions,
                                               const buffer<std::uint64_t>& cells) {
    std::vector<labelling> labels;
    const auto add = [&](const std::string& name) {
        labels.push_back({name, buffer<abstraction::truth>{cells.size()}});
        return labels.back().holds.data();
    };
    for (const abstraction::region<N>& r : regions) {
        for_each_index(cells.size(), label_cells<N>{grid, r.set, cells.data(), add(r.name)});
    }
    for_each_index(cells.size(), label_outside{grid.outside, cells.data(), add("outside")});
    for_each_index(cells.size(), label_unexplored{grid.outside, cells.data(), add("unexplored")});
    return labels;
}

// The exploration, layer by layer, each layer in batches that are worked on at once.
template <std::size_t N, class D, class C, class Index>
class explorer {
public:
    explorer(const grid_view<N>& cells, const D& system, const C& pilot, const build_options<N>& options)
        : grid_{cells},
          dynamics_{system},
          pilot_{pilot},
          absorbing_{std::span<const abstraction::box<N>>{options.absorbing}},
          options_{options},
          numbering_{cells},
          facts_{1},
          fault_{1} {
        fault_.fill_bytes(0);
    }

    bounded_cell_system explore(const abstraction::detail::cell_block<N>& start, std::size_t steps) {
        bounded_cell_system result;
        result.steps = steps;
        buffer<std::uint32_t> initial = begin(start);
        std::size_t explored = 0;
        for (std::size_t step = 0; step < steps && explored < numbering_.cells().size(); ++step) {
            const std::size_t layer_end = numbering_.cells().size();
            expand(explored, layer_end);
            explored = layer_end;
        }
        buffer<std::uint64_t> cells = numbering_.release();
        if (explored < cells.size()) {
            result.unexplored = stop(cells, explored);
        }
        std::vector<labelling> labels = label_all(grid_, options_.labels, cells);
        result.part.graph =
            transition_system{{std::move(offsets_), std::move(targets_)}, std::move(initial), std::move(labels)};
        result.part.cells = std::move(cells);
        return result;
    }

private:
    [[nodiscard]] buffer<std::uint32_t> begin(const abstraction::detail::cell_block<N>& start) {
        const std::uint64_t ends[] = {0, start.size()};
        require_room(start.size());
        const buffer<abstraction::detail::cell_block<N>> blocks{std::span{&start, 1}};
        const buffer<std::uint64_t> row{std::span<const std::uint64_t>{ends}};
        offsets_ = buffer<std::uint64_t>{std::span<const std::uint64_t>{ends, 1}};
        buffer<std::uint32_t> initial{start.size()};
        numbering_.number(blocks.data(), row.data(), 1, start.size(), initial.data());
        return initial;
    }

    void expand(std::size_t first, std::size_t last) {
        while (first < last) {
            const std::uint64_t count =
                std::min({std::uint64_t{last - first}, options_.states_at_once, most_states_at_once});
            const batch_facts batch = plan(numbering_.cells().data() + first, count);
            const std::size_t before = targets_.size();
            targets_.resize(before + batch.transitions);
            offsets_.resize(first + batch.rows + 1);
            numbering_.number(blocks_.data(), ends_.data(), batch.rows, batch.transitions, targets_.data() + before);
            for_each_index(batch.rows, append_offsets{ends_.data(), before, offsets_.data() + first + 1});
            first += batch.rows;
        }
    }

    // Finds the successors of some states, and how many of the states can be numbered together.
    [[nodiscard]] batch_facts plan(const std::uint64_t* cells, std::uint64_t count) {
        actions_.reset(count);
        blocks_.reset(count);
        ends_.reset(count + 1);
        pilot_.act(grid_, cells, count, actions_.data(), fault_.data());
        for_each_index(count, find_successors<N, D>{grid_, dynamics_, cells, actions_.data(), absorbing_.data(),
                                                    absorbing_.size(), blocks_.data(), ends_.data()});
        numbering_.work().exclusive_sum(ends_.data(), ends_.data(), count + 1);
        const std::uint64_t most = std::min(options_.transitions_at_once, numbering_.room());
        for_each_index(1, fit_rows{ends_.data(), count, most, fault_.data(), facts_.data()});
        const batch_facts facts = facts_.at(0);
        if (facts.fault != static_cast<std::uint32_t>(action_fault::none)) {
            throw abstraction::controller_error{"the controller's network overflows on a cell"};
        }
        require_room(facts.transitions);
        return facts;
    }
    void require_room(std::uint64_t more) const {
        if (more > numbering_.room()) {
            throw abstraction::system_error{"more cells are reached than 32 bits can number",
                                            numbering_.cells().size()};
        }
    }

    // One more state, to which those that were not explored lead, and itself.
    [[nodiscard]] abstraction::state_id stop(buffer<std::uint64_t>& cells, std::size_t explored) {
        const std::size_t reached = cells.size();
        if (reached >= absent) {
            throw abstraction::system_error{"more cells are reached than 32 bits can number", reached};
        }
        const std::size_t before = targets_.size();
        const std::size_t open = reached - explored + 1;
        cells.resize(reached + 1);
        cuda::check(cudaMemset(cells.data() + reached, 0xFF, sizeof(std::uint64_t)), "cudaMemset"); // unexplored_cell
        targets_.resize(before + open);
        offsets_.resize(reached + 2);
        for_each_index(open, lead_to{static_cast<std::uint32_t>(reached), before, targets_.data() + before,
                                     offsets_.data() + explored + 1});
        return abstraction::state_id::from_index(reached);
    }

    grid_view<N> grid_;
    D dynamics_;
    device_controller<C, N> pilot_;
    buffer<abstraction::box<N>> absorbing_;
    const build_options<N>& options_;
    numbering<N, Index> numbering_;
    buffer<batch_facts> facts_;
    buffer<std::uint32_t> fault_;
    buffer<double> actions_;
    buffer<abstraction::detail::cell_block<N>> blocks_;
    buffer<std::uint64_t> ends_; // where each state's successors end, those of the batch one after another
    buffer<std::uint64_t> offsets_;
    buffer<std::uint32_t> targets_;
};

// Whether a table of all cells is worth its memory. Measured: a large one must be cleared before few states are found
// (13 GB: 6 to 12 ms), and is at most a seventh faster than hashing when there are tens of millions (docs/cccl.md).
template <std::size_t N>
[[nodiscard]] bool wants_table(cell_lookup lookup, const grid_view<N>& grid) {
    if (lookup != cell_lookup::automatic) {
        return lookup == cell_lookup::table;
    }
    std::size_t available = 0;
    std::size_t total = 0;
    cuda::check(cudaMemGetInfo(&available, &total), "cudaMemGetInfo");
    constexpr std::size_t large = std::size_t{1} << 31U;
    return grid.outside < std::min(available / 3, large) / sizeof(std::uint32_t);
}

// The kernel that labels cells compares them with boxes of their own coordinates.
template <std::size_t N>
void require_labels_of_cells(const std::vector<abstraction::region<N>>& labels) {
    for (const abstraction::region<N>& r : labels) {
        if (r.seen) {
            throw abstraction::domain_error{"the label \"" + r.name +
                                            "\" is a box in other coordinates than the cells', which a device cannot "
                                            "tell of them"};
        }
    }
}

template <std::size_t N, class Id, class D, class C>
[[nodiscard]] bounded_cell_system explore(const abstraction::uniform_grid<N, Id>& cells, const D& system,
                                          const C& pilot, const abstraction::box<N>& initial, std::size_t steps,
                                          const build_options<N>& options) {
    abstraction::detail::require_sound_arithmetic(); // the host's, which finds the initial cells; the device's: below
    abstraction::detail::require_free_names(options.labels);
    require_labels_of_cells(options.labels);
    abstraction::detail::require_inside(cells, initial);
    OPARA_ASSERT(options.states_at_once > 0);
    require_no_contraction();
    const grid<N> here{cells};
    const auto host_axis = [&](std::size_t i) { return axis_of(cells, i); };
    const auto start = abstraction::detail::cells_that_meet(initial, host_axis);
    if (wants_table(options.lookup, here.view())) {
        return explorer<N, D, C, dense_index>{here.view(), system, pilot, options}.explore(start, steps);
    }
    return explorer<N, D, C, hashed_index>{here.view(), system, pilot, options}.explore(start, steps);
}

} // namespace detail

/// Explores the closed loop on the device from all cells that meet the initial set, to the end. The result is the
/// host's: `build(...).download() == abstraction::build(...)`, states, numbers, transitions and labels, whatever the
/// lookup and the batches are. docs/cccl.md says of which functions that is not known.
///
/// An action that is infinite is an error on the host; here its cell leads everywhere.
/// @throws domain_error  the initial set does not lie inside the domain, or a label's name is taken, or it has
///         `region::seen`
/// @throws system_error  more than 2^32 - 1 states are reached, or there might be when a batch is numbered
/// @throws controller_error  a network's output is no number
/// @throws memory_error  the device has no room
/// @throws cuda_error  there is no device, or it fails
/// @throws error  the host's arithmetic is unsound (as in `abstraction::build`), or the program was compiled without
///         --fmad=false
/// Complexity: as on the host, in parallel; 8 bytes a state and 4 a transition stay, 16 a transition and about 20 N a
/// state of a batch, and the lookup, go.
template <std::size_t N, class Id, device_dynamics D, abstraction::controller<N, double> C>
    requires(D::dimension == N)
[[nodiscard]] cell_system build(const abstraction::uniform_grid<N, Id>& cells, const D& system, const C& pilot,
                                const abstraction::box<N>& initial, const build_options<N>& options = {}) {
    return detail::explore(cells, system, pilot, initial, std::numeric_limits<std::size_t>::max(), options).part;
}

/// Explores the closed loop on the device for so many steps.
/// @throws domain_error,system_error,controller_error,memory_error,cuda_error,error  as `build`
template <std::size_t N, class Id, device_dynamics D, abstraction::controller<N, double> C>
    requires(D::dimension == N)
[[nodiscard]] bounded_cell_system build_bounded(const abstraction::uniform_grid<N, Id>& cells, const D& system,
                                                const C& pilot, const abstraction::box<N>& initial, std::size_t steps,
                                                const build_options<N>& options = {}) {
    return detail::explore(cells, system, pilot, initial, steps, options);
}

} // namespace opara::inline OPARA_ABI::cccl
