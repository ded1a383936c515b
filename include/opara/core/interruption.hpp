/// @file
/// Programs that are interrupted, and the files that they were writing.
#pragma once

#include <opara/core/config.hpp>

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>

namespace opara::inline OPARA_ABI {

namespace detail {

/// The names of files that shall not outlive an interruption. In static memory, because a handler of signals may not
/// ask for any, and one thread may be interrupted while another one writes.
struct fleeting_name {
    static constexpr std::size_t most = 4096; // as long as a path may be
    std::atomic<bool> taken = false;          ///< by somebody who writes such a file
    std::atomic<bool> there = false;          ///< whether the file is to be removed
    char path[most] = {};
};
inline fleeting_name fleeting_names[32];
static_assert(std::atomic<bool>::is_always_lock_free, "a handler of signals may use nothing else");

/// As long as it lives, a file is one that does not outlive an interruption. Of more than 32 at once, the others do.
class fleeting {
public:
    /// @param path  absolute, as the process may go to another folder
    explicit fleeting(const std::string& path) noexcept {
        if (path.size() >= fleeting_name::most) {
            return;
        }
        for (fleeting_name& name : fleeting_names) {
            if (!name.taken.exchange(true)) {
                std::memcpy(name.path, path.c_str(), path.size() + 1);
                name.there = true;
                name_ = &name;
                return;
            }
        }
    }
    fleeting(const fleeting&) = delete;
    fleeting& operator=(const fleeting&) = delete;
    ~fleeting() {
        if (name_ != nullptr) {
            name_->there = false;
            name_->taken = false;
        }
    }

private:
    fleeting_name* name_ = nullptr;
};

/// As long as it lives, signals wait that would reach this thread.
class signals_wait {
public:
    signals_wait() noexcept {
        sigset_t all;
        static_cast<void>(::sigfillset(&all));
        static_cast<void>(::pthread_sigmask(SIG_BLOCK, &all, &before_));
    }
    signals_wait(const signals_wait&) = delete;
    signals_wait& operator=(const signals_wait&) = delete;
    ~signals_wait() { static_cast<void>(::pthread_sigmask(SIG_SETMASK, &before_, nullptr)); }

private:
    sigset_t before_{};
};

inline void remove_fleeting_and_die(int signal) noexcept {
    for (const fleeting_name& name : fleeting_names) {
        if (name.there) {
            static_cast<void>(::unlink(name.path));
        }
    }
    static_cast<void>(::raise(signal)); // which does now what it always did: the handler is gone
}

} // namespace detail

/// From now on signals that end a program from outside (SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, of which nobody
/// reads the output any more, SIGXCPU, as of `ulimit -t`, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1 and SIGUSR2) remove the
/// files that `write_file_atomically` has begun, before they end the program as they would have; and SIGXFSZ is
/// ignored, so that a file that grows beyond `ulimit -f` is an error of whoever writes it. Signals that are ignored, as
/// under nohup, or have another handler are left alone.
///
/// For programs, which own their signals; a library should not call it.
inline void leave_no_partial_files_when_interrupted() noexcept {
    for (const int signal :
         {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGXFSZ}) {
        struct sigaction now{};
        if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) {
            continue;
        }
        struct sigaction then{};
        then.sa_handler = signal == SIGXFSZ ? SIG_IGN : &detail::remove_fleeting_and_die;
        then.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
        static_cast<void>(::sigaction(signal, &then, nullptr));
    }
}

} // namespace opara::inline OPARA_ABI
