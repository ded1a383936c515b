/// @file
/// Tells the user what takes so long.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>
#include <utility>

namespace opara::run {

/// Says on a stream what is being done, as soon as it has taken a second, and again after two seconds, four, eight and
/// so on, at least every half minute; says nothing of quicker things. One step at a time.
class progress {
public:
    /// @param out  where to; must outlive the object. Nobody else writes to it meanwhile.
    explicit progress(std::ostream& out) : out_{out}, watcher_{[this] { watch(); }} {}
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress() {
        {
            const std::lock_guard guard{mutex_};
            stop_ = true;
        }
        changed_.notify_one();
        watcher_.join();
    }

    /// Begins a step and ends the one before.
    void step(std::string what) {
        {
            const std::lock_guard guard{mutex_};
            what_ = std::move(what);
            detail_.clear();
            begin_ = clock::now();
            ++steps_;
        }
        changed_.notify_one();
    }
    /// How far the step has come, for the next time that something is said of it.
    void detail(std::string how_far) {
        const std::lock_guard guard{mutex_};
        detail_ = std::move(how_far);
    }
    /// Ends the step: nothing is going on.
    void idle() { step({}); }

private:
    using clock = std::chrono::steady_clock;

    void watch() {
        std::unique_lock lock{mutex_};
        auto patience = std::chrono::seconds{1};
        auto told = steps_;
        while (!stop_) {
            const auto seen = steps_;
            if (told != seen) {
                told = seen;
                patience = std::chrono::seconds{1};
            }
            if (what_.empty()) {
                changed_.wait(lock, [&] { return stop_ || steps_ != seen; });
            } else if (!changed_.wait_for(lock, patience, [&] { return stop_ || steps_ != seen; })) {
                out_ << what_ << " ... "
                     << std::chrono::duration_cast<std::chrono::seconds>(clock::now() - begin_).count() << " s"
                     << (detail_.empty() ? "" : ", ") << detail_ << '\n'
                     << std::flush;
                patience = std::min(2 * patience, std::chrono::seconds{30});
            }
        }
    }

    std::ostream& out_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string what_;
    std::string detail_;
    clock::time_point begin_;
    unsigned long steps_ = 0;
    bool stop_ = false;
    std::thread watcher_;
};

} // namespace opara::run
