# Compiles CASE with the command COMPILE, and fails unless that works and PROGRAM, which it makes, refuses to prove
# anything, for a reason that matches REASON. With an empty REASON, unless it explores.
execute_process(COMMAND ${COMPILE} "${CASE}" -o "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" RESULT_VARIABLE code ERROR_VARIABLE errors)
if(REASON STREQUAL "")
    if(NOT code EQUAL 0)
        message(NOTICE "it ends with ${code}:\n${errors}")
        message(FATAL_ERROR "an exploration was expected")
    endif()
elseif(NOT code EQUAL 3 OR NOT errors MATCHES "cannot prove anything with this arithmetic: .*${REASON}")
    message(NOTICE "it ends with ${code}, and not with '${REASON}':\n${errors}")
    message(FATAL_ERROR "a refusal was expected")
endif()
