# What only a build of our own tests, examples and benchmarks wants. Nothing of it reaches a consumer: flags sit on a
# target that is never exported, and a variable set here is set only below this folder.

set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_RUNTIME_OUTPUT_DIRECTORY)
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endif()

find_program(OPARA_CCACHE ccache)
mark_as_advanced(OPARA_CCACHE)
if(OPARA_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${OPARA_CCACHE}")
endif()
# nvcc through the same cache: presets have kernels in common. It goes by the files that nvcc read, not by what it says
# that it preprocessed, which is one of several passes. Needs -MD -MF.
set(nvcc_launcher "")
if(OPARA_CCACHE)
    set(nvcc_launcher "${CMAKE_COMMAND}" -E env CCACHE_DEPEND=1 CCACHE_NOHASHDIR=1 "${OPARA_CCACHE}")
endif()

# Link it to what is written here. Whether a warning is an error is said by the preset (CMAKE_COMPILE_WARNING_AS_ERROR).
add_library(opara_warnings INTERFACE)
target_compile_options(
    opara_warnings
    INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
)
