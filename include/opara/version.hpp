/// @file
/// The library's version. The build system reads it from here.
#pragma once

/// Grows when code that uses the library has to change.
#define OPARA_VERSION_MAJOR 0
/// Grows with what is new; while the major version is zero, also when code that uses the library has to change.
#define OPARA_VERSION_MINOR 1
/// Grows with what is mended.
#define OPARA_VERSION_PATCH 0
