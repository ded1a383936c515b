/// @file
/// Rows of a matrix that are normalised one by one, on the host.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace opara::engine {

enum class centering : std::uint8_t {
    mean, ///< layer normalisation
    none  ///< root mean square
};

/// Normalises the rows of a matrix one by one. Pointers may be null: there is no residual, no bias, and nobody asks for
/// the sum or the statistics, which are means and reciprocal deviations.
struct row_normalization {
    centering center = centering::mean;
    float epsilon = 0.0F;
    std::int64_t count = 0;  ///< of rows
    std::int64_t length = 0; ///< of a row
    const float* x = nullptr;
    const float* residual = nullptr;
    const float* scale = nullptr;
    const float* bias = nullptr;
    float* y = nullptr;
    float* sum = nullptr;
    float* means = nullptr;
    float* inverse_deviations = nullptr;
    double* statistics = nullptr; ///< [count][2]: both

    void operator()() const {
        for (std::int64_t r = 0; r < count; ++r) {
            const std::int64_t at = r * length;
            normalize(r, x + at, y + at);
        }
    }

private:
    void normalize(std::int64_t row, const float* from, float* to) const {
        // The row is kept in `to` until it is overwritten element by element.
        double total = 0.0;
        for (std::int64_t k = 0; k < length; ++k) {
            to[k] = residual == nullptr ? from[k] : from[k] + residual[row * length + k];
            total += static_cast<double>(to[k]);
        }
        if (sum != nullptr) {
            std::copy(to, to + length, sum + row * length);
        }
        const double mean = center == centering::mean ? total / static_cast<double>(length) : 0.0;
        double squares = 0.0;
        for (std::int64_t k = 0; k < length; ++k) {
            const double d = static_cast<double>(to[k]) - mean;
            squares += d * d;
        }
        const double factor = 1.0 / std::sqrt(squares / static_cast<double>(length) + static_cast<double>(epsilon));
        for (std::int64_t k = 0; k < length; ++k) {
            const auto e = static_cast<float>((static_cast<double>(to[k]) - mean) * factor);
            to[k] = e * scale[k] + (bias == nullptr ? 0.0F : bias[k]);
        }
        if (means != nullptr) {
            means[row] = static_cast<float>(mean);
        }
        if (inverse_deviations != nullptr) {
            inverse_deviations[row] = static_cast<float>(factor);
        }
        if (statistics != nullptr) {
            statistics[row * 2] = mean;
            statistics[row * 2 + 1] = factor;
        }
    }
};

/// The same where the statistics are known.
struct known_row_normalization {
    std::int64_t count = 0;             ///< of rows
    std::int64_t length = 0;            ///< of a row
    const double* statistics = nullptr; ///< [count][2]
    const float* x = nullptr;
    const float* scale = nullptr;
    const float* bias = nullptr; ///< may be null
    float* y = nullptr;

    void operator()() const {
        for (std::int64_t i = 0; i < count * length; ++i) {
            const double* row = statistics + i / length * 2;
            const std::int64_t k = i % length;
            const auto e = static_cast<float>((static_cast<double>(x[i]) - row[0]) * row[1]);
            y[i] = e * scale[k] + (bias == nullptr ? 0.0F : bias[k]);
        }
    }
};

} // namespace opara::engine
