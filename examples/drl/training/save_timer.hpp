/// @file
/// When to save.
#pragma once

#include <algorithm>
#include <chrono>

namespace opara::examples::drl {

/// Says when it is time to save again: after so many seconds, or later where saving takes long, so that no more than a
/// fiftieth of the time goes into it.
class save_timer {
public:
    /// Counts from now on. @param every  in seconds; 0: as often as it is asked
    explicit save_timer(double every) : every_{every} {}

    /// Counts from now on, again.
    void restart() { last_ = clock::now(); }
    /// Whether it is time.
    [[nodiscard]] bool is_due() const { return seconds_since(last_) >= wait_; }
    /// Saves, and begins to wait again.
    template <class Save>
    void run(Save&& save) {
        const clock::time_point start = clock::now();
        save();
        constexpr double share = 50;
        wait_ = every_ > 0 ? std::max(every_, share * seconds_since(start)) : 0;
        last_ = clock::now();
    }

private:
    using clock = std::chrono::steady_clock;
    [[nodiscard]] static double seconds_since(clock::time_point t) {
        return std::chrono::duration<double>(clock::now() - t).count();
    }

    double every_;
    double wait_ = every_;
    clock::time_point last_ = clock::now();
};

} // namespace opara::examples::drl
