# CUDA sources through nvcc without CMake's language CUDA, which would need a device compiler to configure.

if(NOT CUDAToolkit_NVCC_EXECUTABLE)
    message(FATAL_ERROR "opara: what is compiled of the component cccl needs nvcc")
endif()

# Hopper, and PTX for what comes after it. Another GPU: -DOPARA_CUDA_ARCHITECTURE=80.
set(OPARA_CUDA_ARCHITECTURE 90 CACHE STRING "The GPU for which tests and benchmarks of the component cccl are compiled")
mark_as_advanced(OPARA_CUDA_ARCHITECTURE)

# opara_add_device_object(<result> <source> <option>...): compiles a .cu file as users of opara::cccl would.
function(opara_add_device_object result source)
    cmake_path(GET source STEM name)
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(GET folder STEM folder)
    set(object "${CMAKE_CURRENT_BINARY_DIR}/${folder}_${name}.o")
    # As the host's compiler has it in this build: the library's names differ with and without assertions.
    set(assertions "")
    if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
        set(assertions -DNDEBUG)
    endif()
    add_custom_command(
        OUTPUT "${object}"
        COMMAND
            ${nvcc_launcher} "${CUDAToolkit_NVCC_EXECUTABLE}" -std=c++20 ${cccl_options}
            -arch=sm_${OPARA_CUDA_ARCHITECTURE} -lineinfo -Werror=all-warnings -Xcompiler=-fPIC ${assertions} ${ARGN}
            "-I${include_dir}" "-I${PROJECT_SOURCE_DIR}" -MD -MF "${object}.d" -MT "${object}" -c -o "${object}" "${source}"
        DEPENDS "${source}"
        DEPFILE "${object}.d"
        COMMENT "Building CUDA object ${folder}/${name}.cu"
        VERBATIM
    )
    set(${result} "${object}" PARENT_SCOPE)
endfunction()

