# The kernels of the CUDA tests through nvcc, without CMake's language CUDA, which would need a device compiler to configure.
# Everything but `statistics` and `error` wants a GPU: label gpu, and exit code 77 where there is none.

if(NOT TARGET test_cuda)
    return()
endif()
if(NOT CUDAToolkit_NVCC_EXECUTABLE)
    message(FATAL_ERROR "opara: the tests of the component cuda need nvcc")
endif()

set(kernels "${CMAKE_CURRENT_BINARY_DIR}/cuda_kernels.o")
add_custom_command(
    OUTPUT "${kernels}"
    # PTX for every device since Turing; code for Hopper, where programmatic edges begin.
    COMMAND
        "${CUDAToolkit_NVCC_EXECUTABLE}" -std=c++17 -Xcompiler=-fPIC -lineinfo -gencode
        arch=compute_75,code=compute_75 -gencode arch=compute_90,code=[sm_90,compute_90] -c -o "${kernels}"
        "${CMAKE_CURRENT_SOURCE_DIR}/cuda/kernels.cu"
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cuda/kernels.cu" "${CMAKE_CURRENT_SOURCE_DIR}/cuda/kernels.hpp"
    VERBATIM
)
target_sources(test_cuda PRIVATE "${kernels}")

foreach(name IN ITEMS stream eager capture capture_nodes build_graph measure)
    set_tests_properties(cuda.${name} PROPERTIES LABELS gpu)
endforeach()
