# Compiles CASE with the command COMPILE and fails unless the compiler refuses it with an error that matches what the
# file says in a line of this form:
#   // error: REGULAR EXPRESSION

# A FATAL_ERROR is wrapped at a width that depends on the checkout's path, and a test that looks for a phrase in it would
# depend on that too. A notice is printed as it is.
macro(fail text)
    message(NOTICE "${text}")
    message(FATAL_ERROR "not the failure that the case expects")
endmacro()

file(STRINGS "${CASE}" expected REGEX "^// error: ")
string(REPLACE "// error: " "" expected "${expected}")
if(expected STREQUAL "")
    fail("${CASE} does not say which error it expects")
endif()

execute_process(COMMAND ${COMPILE} "${CASE}" RESULT_VARIABLE code ERROR_VARIABLE errors)
if(code EQUAL 0)
    fail("${CASE} compiles, and should not")
endif()
if(NOT errors MATCHES "${expected}")
    fail("${CASE} fails, but not with '${expected}':\n${errors}")
endif()
