# The tests of the component cccl, through nvcc without CMake's language CUDA, like the kernels of the CUDA tests. One
# program, test_cccl; one CTest entry a file. What wants a GPU has the label gpu and exits with 77 where there is none.

include("${PROJECT_SOURCE_DIR}/cmake/device_object.cmake")

file(GLOB device_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cccl/*.cu")
set(device_objects "")
foreach(source IN LISTS device_sources)
    # -O1: a host build of the same system is the oracle of many tests.
    opara_add_device_object(object "${source}" -O1)
    list(APPEND device_objects "${object}")
endforeach()
add_executable(test_cccl cccl/trained.cpp ${device_objects})
target_link_libraries(test_cccl PRIVATE opara_test_main opara::json CUDA::cudart_static) # one file to carry to a GPU

foreach(source IN LISTS device_sources)
    cmake_path(GET source STEM name)
    add_test(NAME cccl.${name} COMMAND test_cccl "--source-file=*/cccl/${name}.cu")
    set_tests_properties(
        cccl.${name}
        PROPERTIES LABELS gpu SKIP_RETURN_CODE 77 TIMEOUT 600 FAIL_REGULAR_EXPRESSION "test cases: +0 "
    )
endforeach()

# What a device cannot do must not wait for a device to be noticed. The steps of all systems, networks, and exploration.
find_package(Python3 REQUIRED QUIET COMPONENTS Interpreter)
function(opara_add_trap_test name source)
    add_test(
        NAME cccl.no_traps_${name}
        COMMAND
            "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tools/check_device_traps.py" "${CUDAToolkit_NVCC_EXECUTABLE}"
            "${CMAKE_CURRENT_SOURCE_DIR}/cccl/${source}" -std=c++20 ${cccl_options} -arch=sm_${OPARA_CUDA_ARCHITECTURE} -O1
            -DNDEBUG "-I${include_dir}" "-I${PROJECT_SOURCE_DIR}"
    )
    set_tests_properties(cccl.no_traps_${name} PROPERTIES LABELS nvcc TIMEOUT 600)
endfunction()
foreach(name IN ITEMS dynamics network build)
    opara_add_trap_test(${name} ${name}.cu)
endforeach()
opara_add_trap_test(harness traps/host_constant.cu) # shows that such a test can fail
set_tests_properties(cccl.no_traps_harness PROPERTIES PASS_REGULAR_EXPRESSION "a trap in the device code")

# A program of its own, because one program has the library with one set of options.
set(right_options ${cccl_options})
list(REMOVE_ITEM cccl_options --fmad=false)
opara_add_device_object(object "${CMAKE_CURRENT_SOURCE_DIR}/cccl/fused/main.cu")
set(cccl_options ${right_options})
add_executable(test_cccl_fused "${object}")
set_target_properties(test_cccl_fused PROPERTIES LINKER_LANGUAGE CXX)
target_link_libraries(test_cccl_fused PRIVATE CUDA::cudart_static)
add_test(NAME cccl.fused COMMAND test_cccl_fused)
set_tests_properties(cccl.fused PROPERTIES LABELS gpu SKIP_RETURN_CODE 77)
