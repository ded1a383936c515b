# Configures, builds, installs where asked, and runs the project PROJECT in BINARY; or, with FAILS, expects its configure
# run to fail with a message that matches. The part of the output between the two lines "opara: begin" and "opara: end",
# which each project prints around the place where it takes the library in, must be empty.

file(REMOVE_RECURSE "${BINARY}")
execute_process(
    COMMAND
        "${CMAKE_COMMAND}" -S "${PROJECT}" -B "${BINARY}" -G "${GENERATOR}" "-DCMAKE_CXX_COMPILER=${CXX}"
        "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" -DCMAKE_BUILD_TYPE=Debug ${OPTIONS}
    RESULT_VARIABLE code
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output
)

if(NOT FAILS STREQUAL "")
    string(REGEX REPLACE "[ \n]+" " " output "${output}") # CMake breaks the lines of a message
    if(code EQUAL 0 OR NOT output MATCHES "${FAILS}")
        message(FATAL_ERROR "expected a failure with '${FAILS}', got code ${code} and:\n${output}")
    endif()
    return()
endif()

if(NOT code EQUAL 0)
    message(FATAL_ERROR "the configure run failed:\n${output}")
endif()
if(NOT output MATCHES "-- opara: begin\n-- opara: end\n")
    message(FATAL_ERROR "the library is not silent:\n${output}")
endif()

execute_process(COMMAND "${CMAKE_COMMAND}" --build "${BINARY}" COMMAND_ERROR_IS_FATAL ANY)
if("${OPTIONS}" MATCHES "CMAKE_INSTALL_PREFIX")
    execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BINARY}" COMMAND_ERROR_IS_FATAL ANY)
endif()
execute_process(COMMAND "${BINARY}/consumer" COMMAND_ERROR_IS_FATAL ANY)
