// On what a benchmark was measured.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <fstream>
#include <string>

namespace bench {

/// The processor's name.
inline std::string cpu_name() {
    std::ifstream file{"/proc/cpuinfo"};
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("model name", 0) == 0) {
            return line.substr(line.find(':') + 2);
        }
    }
    return "unknown";
}

/// The most memory, in bytes, that this process has held at once since the last `forget_peak`.
inline std::size_t peak_memory() {
    std::ifstream file{"/proc/self/status"};
    for (std::string word; file >> word;) {
        std::size_t kibibytes = 0;
        if (word == "VmHWM:" && file >> kibibytes) {
            return kibibytes * 1024;
        }
    }
    return 0;
}
/// Makes what it holds now the most that it has held.
inline void forget_peak() {
    ::malloc_trim(0); // else what was freed before would be used again, and not count
    std::ofstream{"/proc/self/clear_refs"} << "5";
}

} // namespace bench
