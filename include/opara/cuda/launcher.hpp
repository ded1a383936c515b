/// @file
/// What enqueues an operator's work.
#pragma once

#include <opara/core/error.hpp>
#include <opara/cuda/error.hpp>
#include <opara/plan/command.hpp>

#include <concepts>
#include <exception>
#include <string>

namespace opara::inline OPARA_ABI::cuda {

/// Enqueues an operator in a stream: takes its number, or the whole launch command for the sake of its variant. It may
/// enqueue any number of kernels and copies, in the stream that it is given and in streams of its own that it joins
/// with it again, or nothing at all. While a capture is under way it may neither wait for the device nor allocate on
/// it.
/// @code
/// [&](opara::op_id v, cudaStream_t s) { engine.enqueue(v, s); }
/// @endcode
template <class L>
concept launcher = std::invocable<L&, op_id, cudaStream_t> || std::invocable<L&, const command&, cudaStream_t>;

/// An operator that spoilt a capture: what it did is not allowed there. Run the plan by `eager` instead.
class capture_error : public operator_error {
public:
    /// @param what  the operator and the reason, in words
    /// @param op  the operator
    /// @param code  what CUDA said to it; `cudaSuccess` if it said nothing yet
    capture_error(const std::string& what, op_id op, cudaError_t code) : operator_error{what, op}, code_{code} {}

    [[nodiscard]] cudaError_t code() const noexcept { return code_; } ///< what CUDA said

private:
    cudaError_t code_;
};

namespace detail {

inline std::string name(op_id v) { return "operator " + std::to_string(v.value); }

/// Has an operator enqueued.
/// @throws operator_error  the launcher threw (its exception is nested), or left an error with the runtime, as a kernel
///         launch with a wrong shape does
template <launcher L>
void enqueue(L& launch, const command& c, cudaStream_t s) {
    try {
        if constexpr (std::invocable<L&, const command&, cudaStream_t>) {
            static_cast<void>(launch(c, s));
        } else {
            static_cast<void>(launch(c.op, s));
        }
    } catch (const std::exception& reason) {
        static_cast<void>(cudaGetLastError());
        std::throw_with_nested(operator_error{name(c.op) + " failed: " + reason.what(), c.op});
    } catch (...) {
        static_cast<void>(cudaGetLastError());
        std::throw_with_nested(operator_error{name(c.op) + " failed: it threw no std::exception", c.op});
    }
}

/// Throws if the work that an operator enqueued left an error behind. @throws operator_error
inline void require_no_error(op_id v) {
    if (const cudaError_t code = cudaGetLastError(); code != cudaSuccess) {
        throw operator_error{name(v) + " failed: " + cudaGetErrorName(code) + " (" + cudaGetErrorString(code) + ")", v};
    }
}

} // namespace detail

} // namespace opara::inline OPARA_ABI::cuda
