# The header is the one place that states the version: a C++ program and the package can then never disagree.
function(opara_read_version result header)
    file(STRINGS "${header}" lines REGEX "^#define OPARA_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+$")
    if(NOT "${lines}" MATCHES "MAJOR +([0-9]+);.*MINOR +([0-9]+);.*PATCH +([0-9]+)$")
        message(FATAL_ERROR "opara: no version in ${header}")
    endif()
    set(${result} "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3}" PARENT_SCOPE)
endfunction()
