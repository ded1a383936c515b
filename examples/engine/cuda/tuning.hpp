/// @file
/// What the variants of a network's operators take, for whoever chooses among them.
#pragma once

#include <examples/engine/cuda/cuda_engine.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/table.hpp>
#include <opara/cost/work.hpp>
#include <opara/onnx/network.hpp>
#include <opara/search/variants.hpp>

#include <cstdint>
#include <string>

namespace opara::engine {

/// Whether the edges of what is measured are programmatic: what is fastest differs, because a kernel that is launched
/// early hides its start and its first weights behind the one before.
enum class chain_edges : std::uint8_t { whole, programmatic };

/// Tells operators apart that may take different times: those with equal kinds take equal time alone, variant by
/// variant.
[[nodiscard]] std::string kind_of(const cuda_engine& engine, const onnx::network& net, op_id v);

/// What a kernel of the engine moves and computes, for cost models.
/// @param k  its footprint
/// @param estimated  the operator's kernel as `cost::estimate` sees it: where its bytes come from
/// @param w  the operator's work; products of matrices run on the tensor cores, in TF32
[[nodiscard]] cost::kernel with_demand(cost::kernel k, const cost::kernel& estimated, const cost::work& w);

/// What an operator takes in a network: more than in a chain of itself, which finds its operands where it read them
/// before, while in a network other kernels have just written them.
/// @param chain_us  what it takes in such a chain
/// @param k  what it moves
[[nodiscard]] double in_network_us(double chain_us, const cost::kernel& k);

/// Measures every variant of every operator on its own, in a chain of it, warm in the cache, and reckons what it takes
/// in a network (`in_network_us`); operators that are alike are measured once. What comes of it is what
/// `search::static_choice` and the search for plans take: time alone, blocks, threads, registers, shared memory,
/// kernels, and that programmatic edges are safe.
/// @param estimated  where bytes and FLOPs come from
/// @param on  the device that is there, as a model
/// @param edges  those of the chain: as the plans are going to be emitted
/// @throws cuda::cuda_error
[[nodiscard]] search::variant_table measure_variants(const cuda_engine& engine, const onnx::network& net,
                                                     const cost::table& estimated, const cost::device& on,
                                                     chain_edges edges = chain_edges::whole);

} // namespace opara::engine
