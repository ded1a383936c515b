/// @file
/// SMs and the kernels on them, as the simulated device keeps them.
#pragma once

#include <opara/sim/footprint.hpp>
#include <opara/sim/kept_list.hpp>

#include <algorithm>
#include <cstdint>

namespace opara::inline OPARA_ABI::sim::detail {

/// Where a kernel is that runs in waves.
enum class wave_state : std::uint8_t {
    none,     ///< it has no block yet, or does not run in waves
    filling,  ///< a block that ends is replaced at once
    yielding, ///< a kernel before it in the queue takes what it frees
    last      ///< all its blocks are placed
};

/// A kernel that was dispatched and is not done: two cache lines.
struct alignas(64) running {
    const footprint* f = nullptr;
    std::uint32_t op = 0;
    std::int32_t priority = 0;
    double delay = 0.0;      // of its blocks, which are placed one by one
    double unplaced = 0.0;   // blocks
    double sms = 0.0;        // that it ever had a block on, at most
    double earliest = 0.0;   // when it would be over if it were alone: blocks here stand for many that differ a little,
                             // and such a mean must not make a kernel faster than it can be
    double wave = 0.0;       // its blocks when its last wave began
    double resident = 0.0;   // blocks in all groups
    double working = 0.0;    // ... each times the speed that its SM leaves it
    double slowed = 1.0;     // ... by memory
    double dram = 0.0;       // what they want of DRAM,
    double l2 = 0.0;         // ... of L2
    double math = 0.0;       // ... and of the units, if memory does not slow them
    std::uint32_t parts = 0; // in all groups
    wave_state now = wave_state::none;
    bool flows = false;   // runs in waves: blocks that end are replaced
    bool made = false;    // ... though alone it would not
    bool started = false; // it has had a block on an SM
    bool changed = true;  // the number of its blocks, since its parts' speeds were worked out
    bool stale = true;    // `dram`, `l2`, `math` and `frees` are to be worked out
    bool frees = false;   // it drains, and has blocks left

    running() noexcept = default;
    running(const footprint& print, std::uint32_t number, std::int32_t before, double delay_us) noexcept
        : f{&print},
          op{number},
          priority{before},
          delay{delay_us},
          unplaced{static_cast<double>(print.blocks)},
          flows{print.flows} {}

    [[nodiscard]] bool filling() const noexcept { return now == wave_state::filling; }
    [[nodiscard]] bool yielding() const noexcept { return now == wave_state::yielding; }
    // Whether it runs in waves and is in the last. What its blocks leave to each other then is part of its time alone.
    [[nodiscard]] bool ending() const noexcept { return now == wave_state::last; }
    [[nodiscard]] bool no_block_is_left() const noexcept { return parts == 0 && unplaced < 1.0 && started; }
    // Whether its blocks end one after the other and leave room behind. Those that only flow for want of room are small
    // and end at once.
    [[nodiscard]] bool drains() const noexcept { return yielding() || (ending() && !made); }
    // The blocks that share what the kernel gets of the device: in the last wave those that it began with.
    [[nodiscard]] double sharers() const noexcept { return ending() ? wave : resident; }
    // `working`, and the blocks of the last wave that are gone: no bytes are lost, those that are left move theirs.
    [[nodiscard]] double moving() const noexcept {
        return ending() && resident > 1e-9 * wave ? working * wave / resident : std::max(working, 0.0);
    }
    // Share of a block's time over which the last wave ends, and share of that which parts the SMs.
    [[nodiscard]] double drain_width() const noexcept { return yielding() ? 1.0 : f->drain_width; }
    [[nodiscard]] double drain_stagger() const noexcept {
        return yielding() ? footprint::stagger_memory : f->drain_stagger;
    }
};

/// The blocks of one kernel on each SM of a group. A part that nothing disturbs costs nothing while time passes: what
/// is kept of its progress is when it will be over.
struct part {
    running* kernel = nullptr;
    float first = 0.0F; // the group's SMs in its last wave, as quantiles of the order in which SMs free up
    float last = 1.0F;
    double count = 0.0;  // blocks on each SM, the mean where the group stands for SMs that differ a little
    double whole = 0.0;  // ... when its last wave began to end
    double end = 0.0;    // when these blocks are over at their present speed; never while ends are replaced
    double on_sm = 1.0;  // speed that the SM leaves them
    double speed = 1.0;  // ... and the memory
    double worked = 0.0; // what it adds to its kernel's `working`

    // Of these blocks' time at speed 1.
    [[nodiscard]] double remaining(double now) const noexcept { return (end - now) * speed; }
    void run_at(double another, double now) noexcept {
        end = now + (end - now) * speed / another;
        speed = another;
    }
};

/// SMs in the same state, or nearly.
struct group {
    double sms = 0.0;    // how many
    bool changed = true; // since its parts' speeds were worked out
    bool calm = true;    // the SM holds nobody up and lets nobody go faster: all its parts run at speed 1 on it
    std::uint32_t stretching = 0; // parts of kernels that go faster where others are gone
    usage taken;                  // on each
    double next = 0.0;            // when the first of its parts is over
    kept_list<part> parts;        // in the order in which they came
};

/// Whole blocks that fit each SM of a group beside what is taken.
[[nodiscard]] inline double room(const usage& taken, const usage& capacity, const footprint& f) noexcept {
    constexpr double slack = 1e-6;
    if (f.large_shared && taken.plain > slack) {
        return 0.0;
    }
    const double by_threads = (capacity.threads - taken.threads) * f.per_thread;
    if (by_threads + slack < 1.0) { // which is what full SMs are most often short of
        return 0.0;
    }
    const double n = std::min(std::min(capacity.slots - taken.slots, by_threads),
                              std::min((capacity.registers - taken.registers) * f.per_register,
                                       (capacity.shared - taken.shared + slack) * f.per_shared)); // there may be none
    return whole(std::max(n, 0.0) + slack);
}

} // namespace opara::inline OPARA_ABI::sim::detail
