/// @file
/// Ctrl-C as something that a program ends in good order after.
#pragma once

#include <opara/core/interruption.hpp>

#include <csignal>
#include <stdexcept>

namespace opara::examples::drl {

/// The user wants it to end. What was reached is in the files.
class interrupted : public std::runtime_error {
public:
    interrupted() : std::runtime_error{"interrupted; --resume goes on"} {}
};

/// The time for everything is up. What was reached is in the files.
class out_of_time : public std::runtime_error {
public:
    out_of_time() : std::runtime_error{"the time is up; --resume goes on"} {}
};

namespace detail {
inline volatile std::sig_atomic_t interruption_asked = 0;
} // namespace detail

/// From now on the first Ctrl-C (or SIGTERM) only asks for the end; a second one ends the program at once, as ever.
inline void watch_for_interruption() noexcept {
    const auto ask = [](int signal) {
        detail::interruption_asked = 1;
        std::signal(signal, SIG_DFL);
        leave_no_partial_files_when_interrupted(); // a second one does
    };
    std::signal(SIGINT, ask);
    std::signal(SIGTERM, ask);
}
/// Whether the end was asked for.
[[nodiscard]] inline bool is_interrupted() noexcept { return detail::interruption_asked != 0; }

} // namespace opara::examples::drl
