/// @file
/// Tells the user how far a training is.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

namespace opara::examples::drl {

/// Says on stderr what it is told: after one second, then after two more, four, at least every half minute.
class teller {
public:
    /// @param who  what lines begin with
    explicit teller(std::string who) : who_{std::move(who)} {}

    /// Whether it is time to say something.
    [[nodiscard]] bool is_due() const { return clock::now() >= next_; }
    /// Says something at once.
    void say(const std::string& text) {
        next_ = clock::now() + patience_;
        patience_ = std::min<clock::duration>(2 * patience_, std::chrono::seconds{30});
        std::fprintf(stderr, "%s: %s\n", who_.c_str(), text.c_str()); // one call, so lines of two threads do not mix
    }

private:
    using clock = std::chrono::steady_clock;

    std::string who_;
    clock::duration patience_ = std::chrono::seconds{1};
    clock::time_point next_ = clock::now() + patience_;
};

} // namespace opara::examples::drl
