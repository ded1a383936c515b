// Builds an abstraction on a GPU, or is told that there is none.
#include <opara/cccl.cuh>
#include <opara/cuda/error.hpp>

#include <cstdio>

std::size_t states_on_host();
opara::cccl::cell_system build_on_device();

int main() {
    try {
        return build_on_device().graph.size() == states_on_host() ? 0 : 1;
    } catch (const opara::cuda::cuda_error& e) {
        int count = 0;
        const bool has_device = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
        std::printf("%s\n", e.what());
        return has_device ? 1 : 0;
    }
}
