/// @file
/// A loop on several threads. On C libraries before glibc 2.34, programs that use it link the threads library.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <type_traits>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// Calls f(k) or f(k, worker) for k = 0, ..., count - 1, each once, on so many threads, this one among them; no two
// calls with the same worker, which is below `threads`, overlap. If some throw, the exception of the lowest of the
// calls that were made reaches the caller.
template <class F>
void parallel_for(std::size_t count, std::size_t threads, F&& f) {
    threads = std::min(threads, count);
    const auto call = [&](std::size_t k, [[maybe_unused]] std::size_t worker) {
        if constexpr (std::is_invocable_v<F&, std::size_t, std::size_t>) {
            f(k, worker);
        } else {
            f(k);
        }
    };
    if (threads <= 1) {
        for (std::size_t k = 0; k < count; ++k) {
            call(k, 0);
        }
        return;
    }
    std::atomic<std::size_t> next{0};
    std::vector<std::exception_ptr> failures(count);
    const auto work = [&](std::size_t worker) noexcept {
        for (std::size_t k = next++; k < count; k = next++) {
            try {
                call(k, worker);
            } catch (...) {
                failures[k] = std::current_exception();
                next = count; // the others finish what they have
            }
        }
    };
    {
        struct joiner {
            std::vector<std::thread> threads;
            ~joiner() {
                for (std::thread& t : threads) {
                    t.join();
                }
            }
        } helpers;
        helpers.threads.reserve(threads - 1);
        for (std::size_t t = 1; t < threads; ++t) {
            helpers.threads.emplace_back(work, t);
        }
        work(0);
    }
    for (const std::exception_ptr& e : failures) {
        if (e) {
            std::rethrow_exception(e);
        }
    }
}

// What "0 threads" means: as many as the machine runs at once. More than any machine has are taken for so many.
[[nodiscard]] inline std::size_t thread_count(std::size_t asked) noexcept {
    constexpr std::size_t most = 4096;
    return asked != 0 ? std::min(asked, most) : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
