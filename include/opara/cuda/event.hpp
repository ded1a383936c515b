/// @file
/// Events: points in the work of a stream.
#pragma once

#include <opara/cuda/error.hpp>
#include <opara/cuda/owner.hpp>

#include <cstdint>

namespace opara::inline OPARA_ABI::cuda {

/// Whether an event tells when it happened.
enum class event_timing : std::uint8_t {
    off, ///< cheaper: for order only
    on   ///< for `elapsed_us`
};

/// An event that somebody else owns. A regular value.
class event_ref {
public:
    /// Refers to a native event.
    event_ref(cudaEvent_t native) noexcept
        : native_{native} {} // NOLINT: a native handle is what a reference stands for

    [[nodiscard]] cudaEvent_t get() const noexcept { return native_; } ///< the native handle

    /// Waits on the host until what was recorded is done. @throws cuda_error
    void synchronize(place where = place::here()) const {
        check(cudaEventSynchronize(native_), "cudaEventSynchronize", where);
    }
    /// Whether what was recorded is done. @throws cuda_error
    [[nodiscard]] bool done(place where = place::here()) const {
        const cudaError_t code = cudaEventQuery(native_);
        if (code == cudaErrorNotReady) {
            static_cast<void>(cudaGetLastError()); // an answer, but the runtime notes it as an error
            return false;
        }
        check(code, "cudaEventQuery", where);
        return true;
    }

    friend bool operator==(event_ref, event_ref) = default;

private:
    cudaEvent_t native_;
};

/// An event of one's own, on the device that was current when it was made. Move-only.
class event {
public:
    /// Makes an event. @throws cuda_error
    explicit event(event_timing timing = event_timing::off, place where = place::here()) : event{nullptr} {
        cudaEvent_t native = nullptr;
        check(cudaEventCreateWithFlags(&native, timing == event_timing::on ? cudaEventDefault : cudaEventDisableTiming),
              "cudaEventCreateWithFlags", where);
        handle_ = owner{native};
    }
    /// Takes over a native event, or nothing (null).
    [[nodiscard]] static event from_native_handle(cudaEvent_t native) noexcept { return event{native}; }

    [[nodiscard]] cudaEvent_t get() const noexcept { return handle_.get(); }   ///< the native handle
    [[nodiscard]] cudaEvent_t release() noexcept { return handle_.release(); } ///< gives it away
    operator event_ref() const noexcept { return handle_.get(); }              ///< refers to it

    /// @copydoc event_ref::synchronize
    void synchronize(place where = place::here()) const { event_ref{get()}.synchronize(where); }
    /// @copydoc event_ref::done
    [[nodiscard]] bool done(place where = place::here()) const { return event_ref{get()}.done(where); }

private:
    using owner = detail::owner<cudaEvent_t, cudaEventDestroy>;
    explicit event(cudaEvent_t native) noexcept : handle_{native} {}

    owner handle_;
};

/// Time from one event to another, in microseconds. @pre both have timing on, and are done
/// @throws cuda_error
[[nodiscard]] inline double elapsed_us(event_ref from, event_ref to, place where = place::here()) {
    float ms = 0.0F;
    check(cudaEventElapsedTime(&ms, from.get(), to.get()), "cudaEventElapsedTime", where);
    return static_cast<double>(ms) * 1e3;
}

} // namespace opara::inline OPARA_ABI::cuda
