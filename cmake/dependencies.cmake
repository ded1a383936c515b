# GLOBAL, because a project that adds this folder links our targets from its own scope, where an imported target that was
# found here would not be visible. QUIET, because a configure run that goes well has nothing to say.

foreach(component IN LISTS OPARA_COMPONENTS)
    if(NOT component IN_LIST all_components)
        message(FATAL_ERROR "opara: no component '${component}' in OPARA_COMPONENTS (there are: ${all_components})")
    endif()
endforeach()

macro(opara_need package)
    find_package(${ARGV} QUIET GLOBAL)
    if(NOT ${package}_FOUND)
        message(FATAL_ERROR "opara: ${package} was not found; OPARA_COMPONENTS is '${OPARA_COMPONENTS}'")
    endif()
endmacro()

opara_need(Boost 1.74)
if("json" IN_LIST OPARA_COMPONENTS)
    opara_need(nlohmann_json 3.11)
endif()
if("onnx" IN_LIST OPARA_COMPONENTS)
    opara_need(Protobuf) # ONNX's config links protobuf::libprotobuf but does not look for it
    opara_need(ONNX CONFIG)
endif()
if("host" IN_LIST OPARA_COMPONENTS)
    opara_need(Threads)
endif()
if("cuda" IN_LIST OPARA_COMPONENTS OR "cccl" IN_LIST OPARA_COMPONENTS)
    set(Threads_FIND_QUIETLY TRUE) # FindCUDAToolkit looks for Threads, and not quietly
    opara_need(CUDAToolkit 13.0)
    unset(Threads_FIND_QUIETLY)
endif()
