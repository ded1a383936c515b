/// @file
/// What every header needs: the ABI namespace and the assertion.
#pragma once

#include <opara/version.hpp>

#include <cassert>

/// Objects of two library versions, or of checked and unchecked builds, must not meet under one name: the inline
/// namespace keeps their symbols apart, so mixing them is a link error and not a silent one.
#if defined(NDEBUG) && !defined(OPARA_CHECKED)
#    define OPARA_ABI v0
#    define OPARA_ASSERT(condition) static_cast<void>(0)
#else
#    define OPARA_ABI v0_checked
/// A precondition that only a bug of the caller can break. Bad data is an exception instead (core/error.hpp).
#    define OPARA_ASSERT(condition) assert(condition)
#endif

/// The library.
namespace opara {
/// The library's symbols, under a name that tells its version and whether its assertions are on.
inline namespace OPARA_ABI {}
} // namespace opara
