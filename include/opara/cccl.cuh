/// @file
/// Abstractions on a GPU, for nvcc: exploration of closed loops and CTL, with the host's numbers and verdicts.
///
/// Compile with --expt-relaxed-constexpr and --fmad=false; the target `opara::cccl` says so to CMake's CUDA language.
#pragma once

#include <opara/cccl/build.cuh>
#include <opara/cccl/check.cuh>
#include <opara/cccl/controller.cuh>
#include <opara/cccl/evaluation.cuh>
#include <opara/cccl/transition_system.cuh>
