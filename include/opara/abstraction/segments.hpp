/// @file
/// A sequence that grows without being copied.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// A vector in segments: each as long as all before it together, until they have 64 MiB, and then all of that size. A
// vector that doubles holds up to three times what it needs while it moves; this never holds more than a segment too
// much. Allocators give blocks of that size back to the system, so `release` needs no second copy either.
template <class T>
class segments {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
        const place at = place_of(i);
        return parts_[at.part][at.offset];
    }
    [[nodiscard]] T& operator[](std::size_t i) noexcept {
        const place at = place_of(i);
        return parts_[at.part][at.offset];
    }
    // References stay valid, but for those into a copy.
    void push_back(const T& value) {
        if (size_ == capacity_) {
            const std::size_t more = std::clamp(capacity_, smallest, largest);
            std::vector<T> part;
            part.reserve(more);
            parts_.push_back(std::move(part));
            capacity_ += more;
        }
        parts_.back().push_back(value);
        ++size_;
    }
    // The elements from `first` on. @pre they are there
    void read(std::size_t first, std::span<T> to) const {
        while (!to.empty()) {
            const place at = place_of(first);
            const std::size_t count = std::min(to.size(), parts_[at.part].size() - at.offset);
            std::copy_n(parts_[at.part].begin() + static_cast<std::ptrdiff_t>(at.offset), count, to.begin());
            first += count;
            to = to.subspan(count);
        }
    }
    // All of them in one piece; nothing stays here. Each segment goes as soon as it is copied.
    [[nodiscard]] std::vector<T> release() {
        std::vector<T> all;
        all.reserve(size_);
        for (std::vector<T>& part : parts_) {
            all.insert(all.end(), part.begin(), part.end());
            part = std::vector<T>{}; // frees its memory, which = {} would not
        }
        *this = segments{};
        return all;
    }

    friend bool operator==(const segments& a, const segments& b) { return a.parts_ == b.parts_; }

private:
    static constexpr std::size_t smallest = 64;
    static constexpr std::size_t largest = std::bit_floor((std::size_t{64} << 20U) / sizeof(T));

    struct place {
        std::size_t part;
        std::size_t offset;
    };
    // Segment 0 has the first `smallest`; segment k those from smallest * 2^(k - 1) on, as long as these double.
    [[nodiscard]] static constexpr place place_of(std::size_t i) noexcept {
        constexpr std::size_t doublings = static_cast<std::size_t>(std::bit_width(largest / smallest));
        if (i >= largest) {
            return {doublings - 1 + i / largest, i % largest};
        }
        const auto part = static_cast<std::size_t>(std::bit_width(i / smallest));
        return {part, part == 0 ? i : i - (smallest << (part - 1))};
    }

    std::vector<std::vector<T>> parts_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

} // namespace opara::inline OPARA_ABI::abstraction::detail
