# find_package(opara CONFIG [COMPONENTS json onnx host cuda cccl]): opara::opara, and opara::<component> for each one asked for.
# Looks only for what these need, and says nothing unless something is missing.

cmake_policy(VERSION 3.16...3.30)

# A macro, because find_package must set its variables in the caller's scope.
macro(_opara_need package)
    find_package(${ARGV} QUIET)
    if(NOT ${package}_FOUND)
        set(_opara_reason "needs ${package}, which was not found")
    endif()
endmacro()

foreach(_opara_component IN ITEMS core LISTS opara_FIND_COMPONENTS)
    set(_opara_reason "")
    if(_opara_component STREQUAL "core")
        _opara_need(Boost 1.74)
    elseif(_opara_component STREQUAL "json")
        _opara_need(nlohmann_json 3.11)
    elseif(_opara_component STREQUAL "onnx")
        _opara_need(Protobuf) # ONNX's config links protobuf::libprotobuf but does not look for it
        _opara_need(ONNX CONFIG)
    elseif(_opara_component STREQUAL "host")
        _opara_need(Threads)
    elseif(_opara_component STREQUAL "cuda" OR _opara_component STREQUAL "cccl")
        set(Threads_FIND_QUIETLY TRUE) # FindCUDAToolkit looks for Threads, and not quietly
        _opara_need(CUDAToolkit 13.0)
        unset(Threads_FIND_QUIETLY)
    else()
        set(_opara_reason "is no component of it (json, onnx, host, cuda and cccl are)")
    endif()

    if(_opara_reason STREQUAL "")
        set(opara_${_opara_component}_FOUND TRUE)
        if(_opara_component STREQUAL "cccl") # links opara::cuda
            include("${CMAKE_CURRENT_LIST_DIR}/opara-cuda.cmake")
        endif()
        include("${CMAKE_CURRENT_LIST_DIR}/opara-${_opara_component}.cmake")
    elseif(_opara_component STREQUAL "core" OR opara_FIND_REQUIRED_${_opara_component})
        set(opara_FOUND FALSE)
        set(opara_NOT_FOUND_MESSAGE "opara: '${_opara_component}' ${_opara_reason}.")
        break()
    endif()
endforeach()
