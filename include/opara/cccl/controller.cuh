/// @file
/// Controllers on the device.
#pragma once

#include <opara/abstraction/controller.hpp>
#include <opara/cccl/grid.cuh>
#include <opara/cccl/network.cuh>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

namespace opara::inline OPARA_ABI::cccl {

/// What may be wrong with an action.
enum class action_fault : std::uint32_t {
    none,     ///< it is a number
    overflow, ///< an output of a network is no number
};

/// How a controller of type C acts on the device: a traits class, to be specialised for controllers of one's own. A
/// specialisation is made from a `const C&` and has `act(grid, cells, count, actions, fault)`, which enqueues on the
/// default stream what writes the actions for `count` cells, and raises `*fault` (an `action_fault`) where an action is
/// none. `cells` may hold `grid.outside`, for which any action will do, and no fault. All pointers are to device
/// memory.
///
/// It must compute what the controller computes on the host, bit for bit: the numbering depends on it.
/// @tparam C  the host's controller
/// @tparam N  dimensions of the state space
template <class C, std::size_t N>
struct device_controller;

namespace detail {

template <std::size_t N, class F>
struct call_on_cell {
    F f;
    grid_view<N> grid;
    const std::uint64_t* cells;
    double* actions;

    __device__ void operator()(std::uint64_t k) const {
        if (cells[k] != grid.outside) {
            actions[k] = f(grid.cell_box(cells[k]));
        }
    }
};

template <std::size_t N>
struct write_bounds {
    grid_view<N> grid;
    const std::uint64_t* cells;
    std::uint64_t count;
    double* inputs;

    __device__ void operator()(std::uint64_t k) const {
        const abstraction::box<N> b = cells[k] == grid.outside ? abstraction::box<N>{} : grid.cell_box(cells[k]);
        for (std::size_t i = 0; i < N; ++i) {
            inputs[i * count + k] = b[i].lower();
            inputs[(N + i) * count + k] = b[i].upper();
        }
    }
};

template <class Head>
struct choose_action {
    Head head;
    std::uint64_t outside;
    const std::uint64_t* cells;
    const double* outputs;
    std::size_t width;
    double* actions;
    std::uint32_t* fault;

    __device__ void operator()(std::uint64_t k) const {
        constexpr double largest = std::numeric_limits<double>::max();
        if (cells[k] == outside) {
            return;
        }
        for (std::size_t i = 0; i < width; ++i) {
            const double x = outputs[k * width + i];
            if (!(x >= -largest && x <= largest)) {
                *fault = static_cast<std::uint32_t>(action_fault::overflow);
            }
        }
        actions[k] = head(std::span<const double>{outputs + k * width, width});
    }
};

} // namespace detail

/// A callable on boxes. It must be trivially copyable, and its call operator `constexpr` or `__host__ __device__`.
template <class F, std::size_t N>
struct device_controller<abstraction::each_cell<F>, N> {
    static_assert(std::is_trivially_copyable_v<F>, "what is called on the device is copied there byte by byte");

    /// For this controller.
    explicit device_controller(const abstraction::each_cell<F>& c) : f_{c.function()} {}

    /// See above.
    void act(const detail::grid_view<N>& grid, const std::uint64_t* cells, std::uint64_t count, double* actions,
             std::uint32_t* /*fault*/) {
        detail::for_each_index(count, detail::call_on_cell<N, F>{f_, grid, cells, actions});
    }

private:
    F f_;
};

/// A perceptron that sees a cell's bounds, with any head whose call operator is `constexpr`.
template <std::size_t N, class Head>
struct device_controller<abstraction::box_network<N, Head>, N> {
    static_assert(std::is_trivially_copyable_v<Head>, "what is called on the device is copied there byte by byte");

    /// For this controller.
    explicit device_controller(const abstraction::box_network<N, Head>& c) : net_{c.net()}, head_{c.action_of()} {}

    /// See above.
    void act(const detail::grid_view<N>& grid, const std::uint64_t* cells, std::uint64_t count, double* actions,
             std::uint32_t* fault) {
        constexpr std::uint64_t at_once = std::uint64_t{1} << 17U; // a layer's numbers then stay in the cache
        for (std::uint64_t first = 0; first < count; first += at_once) {
            const std::uint64_t some = std::min(at_once, count - first);
            detail::for_each_index(some, detail::write_bounds<N>{grid, cells + first, some, net_.inputs_for(some)});
            const double* const outputs = net_.evaluate(some);
            detail::for_each_index(some, detail::choose_action<Head>{head_, grid.outside, cells + first, outputs,
                                                                     net_.outputs(), actions + first, fault});
        }
    }

private:
    detail::network net_;
    Head head_;
};

} // namespace opara::inline OPARA_ABI::cccl
