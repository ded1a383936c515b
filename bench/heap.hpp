// Counts the bytes on the heap: replaces the global operator new of the program that includes it (once).
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace bench {

inline std::size_t heap_now = 0; // benchmarks run on one thread
inline std::size_t heap_most = 0;

/// The most bytes on the heap since its construction, above those that were there before.
class heap_peak {
public:
    heap_peak() : before_{heap_now} { heap_most = heap_now; }
    [[nodiscard]] std::size_t bytes() const noexcept { return heap_most - before_; }

private:
    std::size_t before_;
};

} // namespace bench

void* operator new(std::size_t size) {
    void* p = std::malloc(size);
    if (p == nullptr) {
        throw std::bad_alloc{};
    }
    bench::heap_now += malloc_usable_size(p);
    bench::heap_most = std::max(bench::heap_most, bench::heap_now);
    return p;
}
void operator delete(void* p) noexcept {
    if (p != nullptr) {
        bench::heap_now -= malloc_usable_size(p);
    }
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
