/// @file
/// The SMs of a simulated device: where blocks are, and which go where.
#pragma once

#include <opara/cost/device.hpp>
#include <opara/sim/kept_list.hpp>
#include <opara/sim/kernel_pool.hpp>
#include <opara/sim/sharing.hpp>
#include <opara/sim/sm_group.hpp>
#include <opara/sim/waiting_line.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::sim::detail {

/// The device while a graph runs on it: a fluid simulation between events. Groups identical SMs and touches each
/// group only, so its cost follows the number of kernels that run at once and not the number of SMs or blocks.
class machine {
public:
    explicit machine(const cost::device& d)
        : device_{&d},
          sms_{static_cast<double>(d.sms)},
          l2_of_sm_{d.l2_gb_per_s_per_sm * 1e3},
          l2_roof_{d.l2_gb_per_s * 1e3},
          dram_roof_{d.dram_gb_per_s * 1e3},
          nearly_as_full_{nearly_threads * d.threads_per_sm} {
        capacity_.threads = d.threads_per_sm;
        capacity_.slots = d.blocks_per_sm;
        capacity_.registers = d.registers_per_sm;
        capacity_.shared = d.shared_bytes_per_sm;
        reset();
    }

    /// Back to an idle device.
    void reset() {
        groups_.resize(std::max<std::size_t>(groups_.size(), 1));
        live_ = 1;
        groups_[0].sms = device_->sms;
        groups_[0].parts.keep_first(0);
        groups_[0].changed = false;
        groups_[0].calm = true;
        groups_[0].next = never;
        groups_[0].taken = {};
        groups_[0].stretching = 0;
        kernels_.clear();
        active_.keep_first(0);
        blockless_ = 0;
        queue_.clear();
        freed_by_ = nobody;
        filling_ = nullptr;
        due_ = short_ = disturbed_ = stretched_ = room_ = touched_ = waves_ = false;
        clock_ = 0.0;
        next_ = next_end_ = linger_ = filled_ = never;
        told_ = 0.0;
        flow_ = busy_ = dram_ = math_ = 0.0;
    }

    /// Puts a kernel behind those of the same or higher priority.
    /// @param f  what its blocks hold and use; must outlive the kernel
    /// @param delay_us  what placing its first wave takes, one block after the other
    /// @return whether it is the first, so that the machine has to `settle`
    bool enqueue(const footprint& f, std::uint32_t op, std::int32_t priority, double delay_us) {
        if (!queue_.empty() && filled_ <= clock_ + instant) {
            end_filling(); // before another one may come first
        }
        running& k = kernels_.take();
        k = running{f, op, priority, delay_us};
        queue_.join(&k, [priority](const running* other) { return other->priority < priority; });
        room_ = room_ || queue_.front() == &k;
        return queue_.front() == &k;
    }

    /// When something happens by itself, on the clock that `advance` sets; infinity on an idle device.
    [[nodiscard]] double next() const noexcept { return next_; }
    [[nodiscard]] double busy_sms() const noexcept { return busy_; }  ///< share that holds a block
    [[nodiscard]] double busy_dram() const noexcept { return dram_; } ///< share of the bandwidth in use
    [[nodiscard]] double busy_math() const noexcept { return math_; } ///< share of the arithmetic in use

    /// Lets time pass. @pre `now <= next()`
    void advance(double now) noexcept {
        if (flow_ > 0.0) {
            queue_.front()->unplaced -= (now - clock_) * flow_;
        }
        clock_ = now;
    }

    /// Deals with all that is due now: ends, placements, new speeds.
    /// @param started  called with the operator whose first block begins, and the one that freed a block's place last
    /// @param ended  called with the operator whose last block is done, and the number of SMs that it was on
    template <class Started, class Ended>
    void settle(Started&& started, Ended&& ended) {
        if (due_ || std::min(next_end_, linger_) <= clock_ + instant) {
            retire(ended, std::exchange(due_, false));
        }
        if (!queue_.empty()) {
            if (filled_ <= clock_ + instant) {
                end_filling();
            }
            if (waves_ && told_ <= clock_ + instant) {
                free_ended_blocks();
            }
            if (room_) {
                place(started);
                room_ = false;
            }
        }
        if (touched_) {
            share();
            touched_ = false;
        }
        set_alarm();
    }

private:
    friend struct machine_audit; // tests/sim/machine.cpp works out anew what is kept up to date here

    static constexpr double never = std::numeric_limits<double>::infinity();
    static constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
    // Events closer than this, in us, are one.
    static constexpr double instant = 1e-6;
    // How far the last wave is in freeing slots when those who wait for them are told.
    static constexpr double steps[] = {0.15, 0.25, 0.50, 0.75, 1.0};
    static constexpr double contended_from = 0.2; // use of an SM's arithmetic by one kernel that others may notice
    static constexpr double nearly_threads = 1.0 / 16.0; // of an SM's: how much fuller one SM of a group may be
    static constexpr std::size_t most_groups = 4;
    static constexpr double nearly = 0.05; // of a block's time: how far SMs in one group may be apart

    [[nodiscard]] const footprint& of(const part& p) const noexcept { return *p.kernel->f; }

    [[nodiscard]] std::span<group> groups() noexcept { return {groups_.data(), live_}; }
    [[nodiscard]] std::span<const group> groups() const noexcept { return {groups_.data(), live_}; }

    // Whether an SM's units hold nobody up and let nobody go faster.
    [[nodiscard]] bool is_quiet(const group& at) const noexcept {
        return at.stretching == 0 && at.taken.math <= contended_from && at.taken.l2 <= l2_of_sm_;
    }
    // ... and no block delays one of another kernel.
    [[nodiscard]] bool is_calm(const group& at) const noexcept {
        return is_quiet(at) && (at.parts.empty() || (at.parts.size() == 1 &&
                                                     at.parts[0].count <= static_cast<double>(of(at.parts[0]).per_sm)));
    }
    // What other blocks leave of a block's speed, beyond what they do when its kernel is alone.
    [[nodiscard]] static double undelayed(const group& at, const footprint& f) noexcept {
        const double more = at.taken.delay - f.per_sm * f.block.delay;
        return more > 0.0 ? 1.0 / (1.0 + f.delay_need * more) : 1.0;
    }
    // Adds blocks to a part of a group, or takes them away. While SMs are calm nothing else follows from that, but that
    // the kernel has to be noted.
    void add(group& at, part& p, running& k, double blocks) noexcept {
        at.taken.add(k.f->block, blocks);
        p.count += blocks;
        k.resident += blocks * at.sms;
        if (at.calm && is_calm(at)) {
            p.worked += blocks * at.sms;
            k.working += blocks * at.sms;
        } else {
            disturb(at);
        }
    }
    // The speeds of a group's parts are to be worked out.
    void disturb(group& at) noexcept { at.changed = disturbed_ = true; }
    // The number of a kernel's blocks has changed.
    void note(running& k) noexcept {
        touched_ = k.stale = true;
        if (k.f->stretch_global > 1.0) {
            k.changed = stretched_ = true;
        }
    }
    // When the first of a group's parts is over.
    [[nodiscard]] double first_end(const group& at) const noexcept {
        double first = never;
        for (const part& p : at.parts) {
            first = std::min(first, p.end);
        }
        return first;
    }

    // ---- ends, and what is left

    // Takes away the parts that are over, then the kernels.
    // @param emptied  whether there are parts without a block
    template <class Ended>
    void retire(Ended&& ended, bool emptied);

    [[nodiscard]] bool nearly_as_far(const group& a, const group& b) const noexcept;
    // Adds the SMs of group g to group h, which stands for both from now on: no block and no room is lost.
    void join(std::size_t h, std::size_t g);
    void drop(std::size_t g) noexcept;
    // Joins groups that hold the same kernels, nearly as many blocks and nearly as far.
    void merge();
    // Parts the first `sms` SMs of a group from the rest. @return their group
    std::size_t split(std::size_t g, double sms);

    // ---- the last wave

    // The first in the queue has no block left to place.
    void end_filling() {
        queue_.front()->unplaced = 0.0;
        begin_last_wave(*queue_.front());
        queue_.pop_front();
        room_ = true;
        filled_ = never;
        flow_ = 0.0;
    }
    void begin_last_wave(running& k);
    void restart_wave(running& k);
    // How far a last wave is in freeing its slots, from 0 to 1.
    [[nodiscard]] double drained(const part& p, const running& k) const noexcept;
    // Takes the blocks that ended by now out of the groups of kernels in their last wave.
    void free_ended_blocks();
    // Whether it matters to who is next which SMs free up first: to a kernel of few blocks, which then share those.
    [[nodiscard]] bool piles_up() const noexcept {
        return !queue_.empty() && queue_.front()->f->blocks < 2 * device_->sms;
    }
    void free_blocks_of_class(std::size_t g, std::size_t i, double at);
    void free_blocks(std::size_t g, std::size_t i, double freed, bool all);

    // ---- placement: strictly in the order of the queue, always on the SM with the fewest threads

    void make_flow(running& k) const noexcept;
    void begin_filling(running& k) noexcept;
    // A group with room for the kernel that is being placed.
    struct opening {
        group* at = nullptr;
        double sms = 0.0;
        double room = 0.0;    // blocks that still fit each SM
        double threads = 0.0; // taken on each, with the blocks that are planned; never where no block fits
        double slots = 0.0;   // ... likewise
        double planned = 0.0; // blocks for each
    };
    static void intend(opening& o, running& k, double blocks) noexcept;
    bool intend_evenly(running& k) noexcept;
    opening* intend_by_need(running& k, double before) noexcept;
    opening* plan_blocks(running& k);
    void put(running& k);
    void fill(running& k);
    template <class Started>
    void place(Started&& started);

    // ---- speeds

    void share();
    void disturb_stretched() noexcept;
    // When those who wait are told next of the slots that a last wave frees: often, if it matters which.
    [[nodiscard]] double next_step(double now) const noexcept;
    void share_sm(group& at);
    static void reckon(running& k) noexcept;
    // Works out how much memory slows each kernel. @return whether any is slowed
    bool share_memory();
    [[nodiscard]] double first_lingering() const noexcept;
    void divide_memory(double l2);
    void set_speeds(group& at);
    void set_alarm() noexcept;
    [[nodiscard]] double tells_at() const noexcept;

    const cost::device* device_;
    double sms_;                // how many it has
    usage capacity_;            // of an SM
    double l2_of_sm_;           // bytes/us that an SM takes from L2
    double l2_roof_;            // ... and all together
    double dram_roof_;          // ... from DRAM
    double nearly_as_full_;     // threads by which SMs of one group may differ
    std::vector<group> groups_; // the first live_ of them; the others keep their memory for later
    std::size_t live_ = 0;
    kernel_pool kernels_;
    kept_list<running*> active_;   // those that have started, in this order
    std::uint32_t blockless_ = 0;  // how many of those have no block on any SM
    waiting_line<running*> queue_; // those with blocks that are not placed yet, in the order of placement
    kept_list<opening> openings_;  // for the kernel that is being placed
    std::vector<turn> turns_;
    std::vector<claim> claims_;
    std::uint32_t freed_by_ = nobody; // nobody yet
    running* filling_ = nullptr;      // the kernel that replaces blocks, if any
    bool due_ = false;                // whether parts have lost their last block
    bool disturbed_ = false;          // whether any group has changed in its parts' speeds
    bool stretched_ = false;          // whether a kernel has changed that goes faster where others are gone
    bool short_ = false;              // whether memory slows any kernel
    bool room_ = false;               // whether there may be more room for the first in the queue than before
    bool touched_ = false;            // whether any group has changed, or who is active
    bool waves_ = false;              // whether any kernel is in its last wave
    double told_ = never;             // when those who wait are told next of slots that last waves free
    double flow_ = 0.0;               // blocks/us that the head of the queue replaces
    double filled_ = never;           // when it has no more to replace
    double clock_ = 0.0;
    double linger_ = never;   // the first end of those whose blocks are all gone
    double next_end_ = never; // the first end of a part
    double next_ = never;
    double busy_ = 0.0;
    double dram_ = 0.0;
    double math_ = 0.0;
};

} // namespace opara::inline OPARA_ABI::sim::detail

#include <opara/sim/machine_ends.hpp>
#include <opara/sim/machine_groups.hpp>
#include <opara/sim/machine_last_wave.hpp>
#include <opara/sim/machine_placement.hpp>
#include <opara/sim/machine_speeds.hpp>
