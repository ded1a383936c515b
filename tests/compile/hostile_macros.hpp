// Macros that well-known system headers define. A header of ours that uses such a name breaks in a program that
// includes one of them first. Not here: min and max, which <windows.h> defines unless NOMINMAX is set, as every program
// that uses the standard library sets it.

// <complex.h>
#define I hostile macro
// <termios.h>
#define B0 hostile macro
#define ECHO hostile macro
#define NL0 hostile macro
#define CR0 hostile macro
// <sys/sysmacros.h>
#define major(device) hostile macro
#define minor(device) hostile macro
#define makedev(major, minor) hostile macro
// <X11/X.h> and <X11/Xlib.h>
#define None hostile macro
#define Bool hostile macro
#define Status hostile macro
#define Success hostile macro
#define Always hostile macro
#define Complex hostile macro
// <windows.h>
#define near hostile macro
#define far hostile macro
#define small hostile macro
#define interface hostile macro
#define IN hostile macro
#define OUT hostile macro
#define ERROR hostile macro
#define DELETE hostile macro
#define OPTIONAL hostile macro
#define STRICT hostile macro
// <arpa/nameser_compat.h>
#define NOERROR hostile macro
#define ADD hostile macro
// Logging and test libraries
#define LOG(level) hostile macro
#define CHECK(condition) hostile macro
#define REQUIRE(condition) hostile macro
#define ASSERT(condition) hostile macro
#define DEBUG hostile macro
