/// @file
/// What the tests on a device share.
#pragma once

#include <opara/abstraction/box.hpp>
#include <tests/support/skip.hpp>

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>
#include <string>

namespace opara::abstraction::test {

/// Whether there is a GPU; if not, says so aloud as a skip.
inline bool device_or_skip() {
    int count = 0;
    const cudaError_t code = cudaGetDeviceCount(&count);
    if (code != cudaSuccess || count == 0) {
        static_cast<void>(cudaGetLastError());
        opara::test::skip(std::string{"there is no CUDA device: "} + cudaGetErrorName(code));
        return false;
    }
    return true;
}

/// Whether an error lies about in the runtime.
inline bool is_clean() { return cudaGetLastError() == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess; }

/// A weighted sum of the cell's middle, as a control.
template <std::size_t N>
struct linear {
    std::array<double, N> weight;

    constexpr double operator()(const box<N>& b) const {
        double u = 0;
        for (std::size_t i = 0; i < N; ++i) {
            u += weight[i] * (0.5 * b[i].lower() + 0.5 * b[i].upper());
        }
        return u;
    }
};

/// `low` where the weighted sum is negative, else `high`.
template <std::size_t N>
struct switching {
    linear<N> sum;
    double low;
    double high;

    constexpr double operator()(const box<N>& b) const { return sum(b) < 0 ? low : high; }
};

} // namespace opara::abstraction::test
