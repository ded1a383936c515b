/// @file
/// Runs a plan for real on worker threads.
#pragma once

#include <opara/core/error.hpp>
#include <opara/plan/counts.hpp>
#include <opara/plan/plan.hpp>

#include <algorithm>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::host {

/// Runs an operator when the executor says so: takes the operator's number, or the whole launch command for the sake of
/// its lane, variant or priority. Called from several threads at once for operators that the plan does not order.
template <class L>
concept launcher = std::invocable<L&, op_id> || std::invocable<L&, const command&>;

/// A plan ready to run, any number of times, on a fixed number of threads (the caller's is one of them).
///
/// Lanes are queues, events order them; an operator starts when its lane has come to it and the events it waits for are
/// recorded. There may be more lanes than threads: a thread takes whatever is ready, the highest priority first, then
/// the one that the plan launches first, so one thread alone runs the plan in its own order. What happens before in
/// the plan happens before in the sense of C++ memory, too: operators need no locks of their own. Not copyable; `run`
/// is for one caller at a time.
class executor {
public:
    /// Starts `threads - 1` threads.
    /// @param p  the plan; not kept
    /// @param threads  at least 1; 0 means as many as the machine runs at once
    /// @throws invalid_plan  an operator is launched twice, an event is recorded twice or awaited before it
    ///         is recorded, an id is out of range, or there are more operators, lanes or events than commands: so
    ///         that a plan that is accepted can never hang
    /// Complexity: O(commands).
    explicit executor(const plan& p, std::size_t threads = 0);
    executor(const executor&) = delete;
    executor& operator=(const executor&) = delete;
    /// Joins the threads.
    ~executor();

    /// Number of threads that work, the caller's included.
    [[nodiscard]] std::size_t threads() const noexcept { return workers_.size() + 1; }

    /// Runs the whole plan and returns when its last operator is done.
    /// @param launch  a `launcher`
    /// @param name  called with an `op_id` if that operator fails; returns its name for the message
    /// @throws operator_error  an operator threw: carries the operator, its name in the message and the exception
    ///         nested. Operators that had begun are waited for, no other is started, and the executor can be run again.
    template <launcher Launch, class Name>
    void run(Launch&& launch, Name&& name);
    /// Runs the whole plan; a failing operator goes by its number.
    template <launcher Launch>
    void run(Launch&& launch) {
        run(std::forward<Launch>(launch), [](op_id v) { return "operator " + std::to_string(v.value); });
    }

private:
    using erased_launch = void (*)(void* launcher, const command&);

    void compile(const plan& p);
    void begin(erased_launch call, void* launcher);
    void work(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] bool goes_later(std::uint32_t a, std::uint32_t b) const noexcept;
    void push(std::uint32_t step);
    [[nodiscard]] std::uint32_t pop();
    void serve();

    [[nodiscard]] bool launches(std::uint32_t step) const noexcept { return steps_[step].what == action::launch; }

    // The plan: a step for each launch, and one for each record behind waits (a barrier: it does nothing itself, but n
    // lanes meet m lanes in it with n + m arrows instead of n * m), in the plan's order.
    std::vector<command> steps_;
    std::vector<std::uint32_t> needs_;        // for each step, how many steps it waits for
    std::vector<std::uint32_t> unlocks_;      // steps that wait for a step, all rows in one
    std::vector<std::uint32_t> first_unlock_; // where the row of a step begins; one more than steps

    // One run, guarded by mutex_.
    std::mutex mutex_;
    std::condition_variable changed_; // something is ready, or nothing runs any more, or it is time to stop
    std::vector<std::uint32_t> missing_;
    std::vector<std::uint32_t> ready_; // a heap
    erased_launch call_ = nullptr;
    void* launcher_ = nullptr;
    std::size_t left_ = 0;    // steps that are not done
    std::size_t running_ = 0; // steps that have begun and are not done
    std::exception_ptr failure_;
    op_id failed_;
    bool stop_ = false;
    std::vector<std::thread> workers_;
};

/// Runs a plan once. @see executor, which keeps its threads for the next run
template <launcher Launch>
void execute(const plan& p, Launch&& launch, std::size_t threads = 0) {
    executor{p, threads}.run(std::forward<Launch>(launch));
}

// ---- implementation

inline executor::executor(const plan& p, std::size_t threads) {
    compile(p);
    if (threads == 0) {
        threads = std::max(1U, std::thread::hardware_concurrency());
    }
    try {
        for (std::size_t i = 1; i < threads; ++i) {
            workers_.emplace_back([this] { serve(); });
        }
    } catch (...) { // the system gave fewer threads than asked for: join those that run, or they would terminate us
        {
            const std::lock_guard guard{mutex_};
            stop_ = true;
        }
        changed_.notify_all();
        for (std::thread& worker : workers_) {
            worker.join();
        }
        throw;
    }
}

inline executor::~executor() {
    {
        const std::lock_guard guard{mutex_};
        stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) {
        worker.join();
    }
}

// Turns lanes and events into "step waits for step". Every arrow leads to an earlier step, so no plan can wait for
// itself.
inline void executor::compile(const plan& p) {
    constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    const auto require = [](bool holds, const char* what, op_id op) {
        if (!holds) {
            throw invalid_plan{std::string{"at operator "} + std::to_string(op.value) + ": " + what, op, op};
        }
    };
    require_counts(p);
    std::vector<std::uint32_t> last_step(p.lanes(), none); // of a lane
    std::vector<std::uint32_t> recorded(p.events(), none); // the step that an event stands for, if there is one
    std::vector<bool> is_recorded(p.events(), false);
    std::vector<std::vector<std::uint32_t>> pending(p.lanes()); // steps that a lane's next step waits for
    std::vector<bool> launched(p.operators(), false);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> arrows;
    const auto add_step = [&](const command& c) {
        const auto step = static_cast<std::uint32_t>(steps_.size());
        steps_.push_back(c);
        auto& waits = pending[c.lane.index()];
        if (const std::uint32_t before = std::exchange(last_step[c.lane.index()], step); before != none) {
            waits.push_back(before);
        }
        std::sort(waits.begin(), waits.end());
        waits.erase(std::unique(waits.begin(), waits.end()), waits.end());
        needs_.push_back(static_cast<std::uint32_t>(waits.size()));
        for (const std::uint32_t before : waits) {
            arrows.emplace_back(before, step);
        }
        waits.clear();
    };
    for (const command& c : p.commands()) {
        require(c.lane.index() < p.lanes(), "the lane does not exist", c.op);
        require(c.what == action::launch || c.event.index() < p.events(), "the event does not exist", c.op);
        switch (c.what) {
        case action::launch:
            require(c.op.index() < p.operators(), "the operator does not exist", c.op);
            require(!launched[c.op.index()], "it is launched twice", c.op);
            launched[c.op.index()] = true;
            add_step(c);
            break;
        case action::record:
            require(!is_recorded[c.event.index()], "its event is recorded twice", c.op);
            is_recorded[c.event.index()] = true;
            if (!pending[c.lane.index()].empty()) {
                add_step(c);
            }
            recorded[c.event.index()] = last_step[c.lane.index()];
            break;
        case action::wait:
            require(is_recorded[c.event.index()], "it waits for an event that is not recorded before", c.op);
            if (recorded[c.event.index()] != none) { // an event of a lane that has done nothing yet tells nothing
                pending[c.lane.index()].push_back(recorded[c.event.index()]);
            }
            break;
        }
    }
    first_unlock_.assign(steps_.size() + 1, 0);
    for (const auto& arrow : arrows) {
        ++first_unlock_[arrow.first + 1];
    }
    for (std::size_t s = 0; s < steps_.size(); ++s) {
        first_unlock_[s + 1] += first_unlock_[s];
    }
    unlocks_.resize(arrows.size());
    std::vector<std::uint32_t> next(first_unlock_);
    for (const auto& [before, after] : arrows) {
        unlocks_[next[before]++] = after;
    }
}

// For the heap of what is ready: whether step `a` goes after step `b`.
inline bool executor::goes_later(std::uint32_t a, std::uint32_t b) const noexcept {
    if (launches(a) != launches(b)) {
        return launches(a); // a barrier takes no time
    }
    if (steps_[a].priority != steps_[b].priority) {
        return steps_[a].priority < steps_[b].priority;
    }
    return a > b;
}

inline void executor::push(std::uint32_t step) {
    ready_.push_back(step);
    std::push_heap(ready_.begin(), ready_.end(), [this](auto a, auto b) { return goes_later(a, b); });
}

inline std::uint32_t executor::pop() {
    std::pop_heap(ready_.begin(), ready_.end(), [this](auto a, auto b) { return goes_later(a, b); });
    const std::uint32_t step = ready_.back();
    ready_.pop_back();
    return step;
}

inline void executor::begin(erased_launch call, void* launcher) {
    call_ = call;
    launcher_ = launcher;
    missing_ = needs_;
    left_ = steps_.size();
    failure_ = nullptr;
    ready_.clear();
    for (std::uint32_t s = 0; s < steps_.size(); ++s) {
        if (missing_[s] == 0) {
            push(s);
        }
    }
}

// Works on whatever is ready; returns when nothing is, with the lock held.
inline void executor::work(std::unique_lock<std::mutex>& lock) {
    while (!ready_.empty()) {
        const std::uint32_t step = pop();
        ++running_;
        std::exception_ptr thrown;
        if (launches(step)) {
            lock.unlock();
            try {
                call_(launcher_, steps_[step]);
            } catch (...) {
                thrown = std::current_exception();
            }
            lock.lock();
        }
        --running_;
        --left_;
        if (thrown) {
            if (!failure_) {
                failure_ = thrown;
                failed_ = steps_[step].op;
            }
        }
        if (failure_) {
            ready_.clear();
        } else {
            std::size_t woken = 0;
            for (std::uint32_t k = first_unlock_[step]; k < first_unlock_[step + 1]; ++k) {
                if (--missing_[unlocks_[k]] == 0) {
                    push(unlocks_[k]);
                    if (++woken > 1) { // this thread takes the first one itself
                        changed_.notify_one();
                    }
                }
            }
        }
    }
    if (running_ == 0) {
        changed_.notify_all();
    }
}

inline void executor::serve() {
    std::unique_lock lock{mutex_};
    while (true) {
        changed_.wait(lock, [this] { return stop_ || !ready_.empty(); });
        if (stop_) {
            return;
        }
        work(lock);
    }
}

template <launcher Launch, class Name>
void executor::run(Launch&& launch, Name&& name) {
    using callable = std::remove_reference_t<Launch>;
    const erased_launch call = [](void* object, const command& c) {
        auto& erased = *static_cast<callable*>(object);
        if constexpr (std::invocable<callable&, const command&>) {
            static_cast<void>(erased(c));
        } else {
            static_cast<void>(erased(c.op));
        }
    };
    std::unique_lock lock{mutex_};
    begin(call, const_cast<void*>(static_cast<const void*>(&launch)));
    changed_.notify_all();
    // Work along, and sleep while others hold what is left.
    while (left_ != 0 && !(failure_ && running_ == 0)) {
        work(lock);
        if (left_ != 0 && running_ != 0) {
            changed_.wait(lock, [this] { return running_ == 0 || !ready_.empty(); });
        }
    }
    if (failure_) {
        const std::exception_ptr failure = std::exchange(failure_, nullptr);
        const op_id v = failed_;
        lock.unlock();
        std::string named = "operator " + std::to_string(v.value);
        try {
            named = name(v);
        } catch (...) { // the operator's failure counts, whatever became of its name
        }
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& reason) {
            std::throw_with_nested(operator_error{named + " failed: " + reason.what(), v});
        } catch (...) {
            std::throw_with_nested(operator_error{named + " failed: it threw no std::exception", v});
        }
    }
}

} // namespace opara::inline OPARA_ABI::host
