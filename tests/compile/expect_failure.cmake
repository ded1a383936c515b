# Compiles CASE with the command COMPILE and fails unless the compiler refuses it with an error that matches what the
# file says in a line of this form:
#   // error: REGULAR EXPRESSION
file(STRINGS "${CASE}" expected REGEX "^// error: ")
string(REPLACE "// error: " "" expected "${expected}")
if(expected STREQUAL "")
    message(FATAL_ERROR "${CASE} does not say which error it expects")
endif()

execute_process(COMMAND ${COMPILE} "${CASE}" RESULT_VARIABLE code ERROR_VARIABLE errors)
if(code EQUAL 0)
    message(FATAL_ERROR "${CASE} compiles, and should not")
endif()
if(NOT errors MATCHES "${expected}")
    message(FATAL_ERROR "${CASE} fails, but not with '${expected}':\n${errors}")
endif()
