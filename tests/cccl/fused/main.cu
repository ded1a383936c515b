// Compiled without --fmad=false, as a user might by mistake: the library must notice before it computes anything.
#include <opara/cccl/device.cuh>
#include <tests/cccl/support.cuh>

#include <cstdio>
#include <string>

int main() {
    if (!opara::abstraction::test::device_or_skip()) {
        return opara::test::skip_code;
    }
    try {
        opara::cccl::detail::require_no_contraction();
    } catch (const opara::error& e) {
        std::printf("%s\n", e.what());
        return std::string{e.what()}.find("--fmad=false") != std::string::npos ? 0 : 1;
    }
    std::printf("products are fused with sums, and nobody noticed\n");
    return 1;
}
