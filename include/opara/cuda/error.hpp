/// @file
/// A failed CUDA call as an exception.
#pragma once

#include <opara/core/error.hpp>

#include <cuda_runtime_api.h>

#include <string>

#if CUDART_VERSION < 13000
#    error "opara::cuda needs the CUDA toolkit 13.0 or later"
#endif

namespace opara::inline OPARA_ABI::cuda {

/// A line of code. `std::source_location` in small, which clang 14 lacks.
struct place {
    const char* file = ""; ///< the source file
    unsigned line = 0;     ///< from 1

    /// The place of the call; as a default argument the place of that call.
    static constexpr place here(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) noexcept {
        return {file, line};
    }
};

/// A CUDA call that failed: its code, which call it was, and where it stands.
class cuda_error : public error {
public:
    /// @param code  what the call returned
    /// @param call  the name of the function; a string literal, or another string that outlives the exception
    /// @param where  the line of the call
    cuda_error(cudaError_t code, const char* call, place where = place::here())
        : error{std::string{call} + ": " + cudaGetErrorName(code) + " (" + cudaGetErrorString(code) + "), at " +
                where.file + ":" + std::to_string(where.line)},
          code_{code},
          call_{call},
          where_{where} {}

    [[nodiscard]] cudaError_t code() const noexcept { return code_; }    ///< what the call returned
    [[nodiscard]] const char* call() const noexcept { return call_; }    ///< the name of the function
    [[nodiscard]] const place& where() const noexcept { return where_; } ///< the line of the call

private:
    cudaError_t code_;
    const char* call_;
    place where_;
};

/// Throws if a CUDA call failed. The runtime's own note of the error (`cudaGetLastError`) is wiped out, so that nobody
/// else finds it; an error that broke the context stays with every later call all the same.
/// @param code  what the call returned
/// @param call  the name of the function
/// @throws cuda_error  `code` is not `cudaSuccess`
inline void check(cudaError_t code, const char* call, place where = place::here()) {
    if (code != cudaSuccess) {
        static_cast<void>(cudaGetLastError());
        throw cuda_error{code, call, where};
    }
}

} // namespace opara::inline OPARA_ABI::cuda
