/// @file
/// Streams: queues of work.
#pragma once

#include <opara/cuda/error.hpp>
#include <opara/cuda/event.hpp>
#include <opara/cuda/owner.hpp>

namespace opara::inline OPARA_ABI::cuda {

/// A stream that somebody else owns. A regular value.
class stream_ref {
public:
    /// Refers to a native stream; null is the default stream, which cannot be captured.
    stream_ref(cudaStream_t native) noexcept
        : native_{native} {} // NOLINT: a native handle is what a reference stands for

    [[nodiscard]] cudaStream_t get() const noexcept { return native_; } ///< the native handle

    /// Waits on the host until all that was enqueued is done. @throws cuda_error
    void synchronize(place where = place::here()) const {
        check(cudaStreamSynchronize(native_), "cudaStreamSynchronize", where);
    }
    /// Lets an event tell of all that was enqueued so far. @throws cuda_error
    void record(event_ref e, place where = place::here()) const {
        check(cudaEventRecord(e.get(), native_), "cudaEventRecord", where);
    }
    /// Lets all that is enqueued from now on wait for what an event tells of now. @throws cuda_error
    void wait(event_ref e, place where = place::here()) const {
        check(cudaStreamWaitEvent(native_, e.get(), 0), "cudaStreamWaitEvent", where);
    }

    friend bool operator==(stream_ref, stream_ref) = default;

private:
    cudaStream_t native_;
};

/// A stream of one's own, on the device that was current when it was made, which never waits for the legacy default
/// stream. Move-only. Work that is in it when it is destroyed is still done.
class stream {
public:
    /// Makes a stream.
    /// @param priority  a CUDA priority: smaller goes first; clamped to what the device has
    /// @throws cuda_error
    explicit stream(int priority = 0, place where = place::here()) : stream{nullptr, adopt::yes} {
        cudaStream_t native = nullptr;
        check(cudaStreamCreateWithPriority(&native, cudaStreamNonBlocking, priority), "cudaStreamCreateWithPriority",
              where);
        handle_ = owner{native};
    }
    /// Takes over a native stream, or nothing (null).
    [[nodiscard]] static stream from_native_handle(cudaStream_t native) noexcept { return {native, adopt::yes}; }

    [[nodiscard]] cudaStream_t get() const noexcept { return handle_.get(); }   ///< the native handle
    [[nodiscard]] cudaStream_t release() noexcept { return handle_.release(); } ///< gives it away
    operator stream_ref() const noexcept { return handle_.get(); }              ///< refers to it

    /// @copydoc stream_ref::synchronize
    void synchronize(place where = place::here()) const { stream_ref{get()}.synchronize(where); }
    /// @copydoc stream_ref::record
    void record(event_ref e, place where = place::here()) const { stream_ref{get()}.record(e, where); }
    /// @copydoc stream_ref::wait
    void wait(event_ref e, place where = place::here()) const { stream_ref{get()}.wait(e, where); }

private:
    using owner = detail::owner<cudaStream_t, cudaStreamDestroy>;
    enum class adopt { yes };
    stream(cudaStream_t native, adopt) noexcept : handle_{native} {}

    owner handle_;
};

} // namespace opara::inline OPARA_ABI::cuda
