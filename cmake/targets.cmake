# One INTERFACE target a component. All of them always exist and are installed, whatever OPARA_COMPONENTS says: the
# headers are the same everywhere, so one package serves also the components whose dependencies this machine lacks.

set(include_dir "${PROJECT_SOURCE_DIR}/include")

# The header lists are globs, because a header that is forgotten in a hand-written list still compiles here, where the
# folder is on the include path, and is missing only in the installed package, where nobody of us would notice.
file(GLOB_RECURSE core_headers CONFIGURE_DEPENDS "${include_dir}/opara/*.hpp")

function(opara_add_component name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LINK")
    set(target opara_${name})
    if(name STREQUAL "core")
        set(exported_as opara)
    else()
        set(exported_as ${name})
    endif()

    add_library(${target} INTERFACE)
    add_library(opara::${exported_as} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${exported_as})
    target_compile_features(${target} INTERFACE cxx_std_20)
    target_link_libraries(${target} INTERFACE ${arg_LINK})
    target_sources(
        ${target} INTERFACE FILE_SET HEADERS BASE_DIRS "${include_dir}" FILES ${arg_HEADERS}
    )
    # Each header is compiled alone, with the flags that a user of this target would have. Only here, where we work. Those
    # for nvcc have tests of their own (tests/cccl).
    if(PROJECT_IS_TOP_LEVEL AND NOT name STREQUAL "cccl" AND (name STREQUAL "core" OR name IN_LIST OPARA_COMPONENTS))
        set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    endif()
endfunction()

# Takes from the core's headers those that match, so that a header belongs to exactly one component.
macro(opara_take_headers result regex)
    set(${result} ${core_headers})
    list(FILTER ${result} INCLUDE REGEX "${regex}")
    list(FILTER core_headers EXCLUDE REGEX "${regex}")
endmacro()

opara_take_headers(onnx_headers "/opara/onnx(\\.hpp|/)")
opara_take_headers(host_headers "/opara/host(\\.hpp|/)")
opara_take_headers(cuda_headers "/opara/cuda(\\.hpp|/)")
opara_take_headers(json_headers "/opara/(.*/)?([a-z]+_)?json\\.hpp$")

opara_add_component(core HEADERS ${core_headers} LINK Boost::headers)
opara_add_component(json HEADERS ${json_headers} LINK opara_core nlohmann_json::nlohmann_json)
opara_add_component(host HEADERS ${host_headers} LINK opara_core Threads::Threads)
opara_add_component(onnx HEADERS ${onnx_headers} LINK opara_core onnx_proto protobuf::libprotobuf)
# The generated ONNX header reads these two. Debian's onnx_proto carries them, other builds of ONNX do not.
target_compile_definitions(opara_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
# The runtime's C functions, from host code: no header of this component needs nvcc.
opara_add_component(cuda HEADERS ${cuda_headers} LINK opara_core CUDA::cudart)
# Kernels, for nvcc, which brings Thrust and CUB with it. The two options are no matter of taste: without the first the
# headers refuse to compile, without the second the device computes other cells than the host, and the library refuses to
# run. They reach CUDA sources only.
file(GLOB_RECURSE cccl_headers CONFIGURE_DEPENDS "${include_dir}/opara/*.cuh")
opara_add_component(cccl HEADERS ${cccl_headers} LINK opara_cuda)
set(cccl_options --expt-relaxed-constexpr --fmad=false)
foreach(option IN LISTS cccl_options)
    target_compile_options(opara_cccl INTERFACE "$<$<COMPILE_LANG_AND_ID:CUDA,NVIDIA>:${option}>")
endforeach()
