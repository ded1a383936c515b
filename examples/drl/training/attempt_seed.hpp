/// @file
/// The seeds of trainings that begin again.
#pragma once

#include <opara/core/random.hpp>

#include <cstddef>
#include <cstdint>

namespace opara::examples::drl {

/// The seed of an attempt, from 0 on, of a training. The first has the training's own; the others have one each that no
/// attempt of another training has (but for a chance of about 2^-64 a pair), as neighbouring seeds are used side by
/// side.
[[nodiscard]] constexpr std::uint64_t attempt_seed(std::uint64_t seed, std::size_t attempt) noexcept {
    // Mixed before the number is added: seed + attempt would be the same for seed + 1 and attempt - 1.
    random_source of_training{seed};
    return attempt == 0 ? seed : random_source{of_training.next() + attempt}.next();
}

} // namespace opara::examples::drl
