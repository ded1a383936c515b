/// @file
/// Plans on NVIDIA GPUs: run on streams, captured, or built as CUDA graphs, and measured. Needs the CUDA runtime
/// (component `cuda`) and no device compiler.
#pragma once

#include <opara/cuda/build_graph.hpp>
#include <opara/cuda/capture.hpp>
#include <opara/cuda/capture_nodes.hpp>
#include <opara/cuda/eager.hpp>
#include <opara/cuda/emission_options.hpp>
#include <opara/cuda/error.hpp>
#include <opara/cuda/event.hpp>
#include <opara/cuda/graph.hpp>
#include <opara/cuda/launcher.hpp>
#include <opara/cuda/measure.hpp>
#include <opara/cuda/plan_graph.hpp>
#include <opara/cuda/plan_sampler.hpp>
#include <opara/cuda/statistics.hpp>
#include <opara/cuda/stream.hpp>
