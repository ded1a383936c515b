/// @file
/// What an agent knows, as bytes: for checkpoints.
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace opara::examples::drl {

/// Collects the bytes. The reader has the same members, so that one function serves both directions:
/// @code
/// template <class Archive>
/// void transfer(Archive& a) { a.value(steps_); a.list(rewards_); }
/// @endcode
class state_writer {
public:
    /// One plain value.
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void value(T& x) {
        bytes_.append(reinterpret_cast<const char*>(&x), sizeof x);
    }
    /// Numbers, as many as the reader knows.
    template <class T>
    void numbers(std::span<T> x) {
        auto size = static_cast<std::uint64_t>(x.size());
        value(size);
        bytes_.append(reinterpret_cast<const char*>(x.data()), x.size_bytes());
    }
    /// Any number of numbers.
    template <class T>
    void list(std::vector<T>& x) {
        numbers(std::span<T>{x});
    }
    /// A source of random numbers.
    void source(random_source& random) {
        std::uint64_t state = random.state();
        value(state);
    }
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; } ///< all of them

private:
    std::string bytes_;
};

/// Reads what a `state_writer` wrote.
class state_reader {
public:
    /// Reads these bytes, which must outlive it.
    explicit state_reader(std::string_view bytes) : bytes_{bytes} {}

    /// One plain value. @throws error  the bytes end too soon
    template <class T>
        requires std::is_trivially_copyable_v<T>
    void value(T& x) {
        take(&x, sizeof x);
    }
    /// Numbers, as many as there is room for. @throws error  there are more or fewer: it is another network
    template <class T>
    void numbers(std::span<T> x) {
        std::uint64_t size = 0;
        value(size);
        if (size != x.size()) {
            throw error{"the checkpoint has a list of " + std::to_string(size) + " numbers where this agent has " +
                        std::to_string(x.size()) + ": it is of another network"};
        }
        take(x.data(), x.size_bytes());
    }
    /// Any number of numbers. @throws error  the bytes end too soon
    template <class T>
    void list(std::vector<T>& x) {
        std::uint64_t size = 0;
        value(size);
        if (size > bytes_.size() / sizeof(T)) {
            throw error{"the checkpoint is cut off"};
        }
        x.resize(static_cast<std::size_t>(size));
        take(x.data(), x.size() * sizeof(T));
    }
    /// A source of random numbers. @throws error  the bytes end too soon
    void source(random_source& random) {
        std::uint64_t state = 0;
        value(state);
        random = random_source{state};
    }
    /// Makes sure that nothing is left. @throws error  something is
    void end() const {
        if (!bytes_.empty()) {
            throw error{"the checkpoint has " + std::to_string(bytes_.size()) + " bytes too many"};
        }
    }

private:
    void take(void* to, std::size_t size) {
        if (size > bytes_.size()) {
            throw error{"the checkpoint is cut off"};
        }
        if (size != 0) {
            std::memcpy(to, bytes_.data(), size);
        }
        bytes_.remove_prefix(size);
    }

    std::string_view bytes_;
};

} // namespace opara::examples::drl
