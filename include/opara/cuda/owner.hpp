/// @file
/// What every owning handle does.
#pragma once

#include <opara/cuda/error.hpp>

#include <utility>

namespace opara::inline OPARA_ABI::cuda::detail {

/// Owns one native handle: move-only, destroyed once. A failure to destroy is dropped, because it tells of an earlier
/// error, which the next call tells again.
template <class Native, cudaError_t (*Destroy)(Native)>
class owner {
public:
    owner() = default;
    explicit owner(Native native) noexcept : native_{native} {}
    owner(owner&& other) noexcept : native_{std::exchange(other.native_, nullptr)} {}
    owner& operator=(owner&& other) noexcept {
        owner taken{std::move(other)};
        std::swap(native_, taken.native_);
        return *this;
    }
    ~owner() {
        if (native_ != nullptr && Destroy(native_) != cudaSuccess) {
            static_cast<void>(cudaGetLastError());
        }
    }

    [[nodiscard]] Native get() const noexcept { return native_; }
    [[nodiscard]] Native release() noexcept { return std::exchange(native_, nullptr); }

private:
    Native native_ = nullptr;
};

} // namespace opara::inline OPARA_ABI::cuda::detail
