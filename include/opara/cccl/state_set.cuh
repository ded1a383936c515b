/// @file
/// Sets of states in device memory, one bit a state.
#pragma once

#include <opara/cccl/algorithm.cuh>
#include <opara/cccl/buffer.cuh>
#include <opara/cccl/device.cuh>

#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace opara::inline OPARA_ABI::cccl {

namespace detail {

[[nodiscard]] __device__ inline bool has_bit(const std::uint32_t* words, std::uint64_t s) {
    return (words[s / 32] >> (s % 32) & 1U) != 0;
}
// Whether the bit was not set before.
[[nodiscard]] __device__ inline bool set_bit(std::uint32_t* words, std::uint64_t s) {
    const std::uint32_t bit = 1U << (s % 32);
    return (atomicOr(words + s / 32, bit) & bit) == 0;
}

// The bits of word w that are states.
[[nodiscard]] __device__ inline std::uint32_t used_bits(std::uint64_t w, std::uint64_t states) {
    const std::uint64_t left = states - 32 * w;
    return left >= 32 ? 0xFFFFFFFFU : (1U << left) - 1;
}

struct count_bits {
    const std::uint32_t* words;
    [[nodiscard]] __device__ std::uint64_t operator()(std::uint64_t w) const {
        return static_cast<std::uint64_t>(__popc(words[w]));
    }
};

} // namespace detail

/// A set of states of one system, in device memory: a bit a state. Move-only.
class state_set {
public:
    /// The empty set of no states.
    state_set() = default;
    /// A set with any states in it. @throws memory_error  the device has no room
    explicit state_set(std::size_t states) : states_{states}, words_{(states + 31) / 32} {}
    /// The empty set. @throws memory_error  the device has no room
    [[nodiscard]] static state_set none_of(std::size_t states) {
        state_set s{states};
        s.words_.fill_bytes(0);
        return s;
    }

    [[nodiscard]] std::size_t states() const noexcept { return states_; } ///< of the system, in the set or not
    /// Bit s % 32 of word s / 32 is state s; bits behind the last state are 0.
    [[nodiscard]] buffer<std::uint32_t>& words() noexcept { return words_; }
    [[nodiscard]] const buffer<std::uint32_t>& words() const noexcept { return words_; } ///< as above

    /// How many states are in it. Waits for the device.
    [[nodiscard]] std::size_t count() const {
        detail::workspace work;
        return static_cast<std::size_t>(
            work.sum(thrust::make_transform_iterator(thrust::counting_iterator<std::uint64_t>{0},
                                                     detail::count_bits{words_.data()}),
                     words_.size()));
    }
    /// One flag a state, as `abstraction::evaluation` has them. Waits for the device.
    [[nodiscard]] std::vector<unsigned char> download() const {
        const std::vector<std::uint32_t> words = words_.download();
        std::vector<unsigned char> flags(states_);
        for (std::size_t s = 0; s < states_; ++s) {
            flags[s] = static_cast<unsigned char>(words[s / 32] >> (s % 32) & 1U);
        }
        return flags;
    }

private:
    std::size_t states_ = 0;
    buffer<std::uint32_t> words_;
};

} // namespace opara::inline OPARA_ABI::cccl
