#include <examples/opara_verify/interruption.hpp>

#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace opara::examples::verify {

namespace {

// Never changed after the handler was installed, which can therefore read it at any time.
std::vector<std::string>& unfinished() {
    static auto* const names = new std::vector<std::string>; // a handler may run while other statics are destroyed
    return *names;
}
std::vector<std::string>* names_for_handler = nullptr;

extern "C" void remove_and_end(int signal) {
    for (const std::string& name : *names_for_handler) {
        static_cast<void>(::unlink(name.c_str())); // one of the few functions that a handler may call
    }
    static_cast<void>(::raise(signal)); // the default action, as the handler is gone by now
}

} // namespace

void remove_unfinished_when_interrupted(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
        if (!file.empty()) {
            unfinished().push_back(file + ".partial"); // as write_file_atomically calls it
        }
    }
    names_for_handler = &unfinished();
    for (const int signal : {SIGINT, SIGTERM}) {
        struct sigaction action{};
        action.sa_handler = remove_and_end;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        static_cast<void>(::sigaction(signal, &action, nullptr));
    }
}

} // namespace opara::examples::verify
