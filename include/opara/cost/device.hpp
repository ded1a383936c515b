/// @file
/// A GPU as plain data.
#pragma once

#include <opara/core/config.hpp>

#include <cstdint>
#include <string>

namespace opara::inline OPARA_ABI::cost {

/// What the nodes and edges of a CUDA graph cost on a device, in microseconds. docs/simulator.md tells the rules that
/// use these numbers; the defaults were measured on an H200 (driver 580, CUDA 13.0).
struct graph_costs {
    double edge_us = 0.61;              ///< end of a parent to the start of its first child, a kernel of one block
    double edge_to_empty_us = 0.50;     ///< the same if the child is an empty kernel
    double programmatic_edge_us = 0.29; ///< end of a parent to the start of a child that was launched before it
    double block_us = 0.00065;          ///< more for each block of the child's first wave
    double fork_step_us = 0.28;         ///< more for each sibling that was created before the child
    std::uint32_t fork_limit = 6;       ///< children of one node up to which forks are that fast
    double wide_fork_us = 1.60;    ///< instead of `edge_us` where a node has more; then the last-created child is first
    double front_end_us = 0.177;   ///< between any two nodes of the graph that start
    double relay_us = 0.34;        ///< ... behind a relay, which starts and passes its end on
    double replay_us = 1.30;       ///< launch of the graph to the start of its first node, in a queue of replays
    std::uint32_t channels = 8;    ///< hardware queues, which the source nodes take in turn
    double channel_join_us = 2.05; ///< end of the last parent to the start of a node whose parents are in several
    double further_channel_us = 0.85; ///< more until the first node of the second, third, ... channel starts
    double further_root_us = 0.44;    ///< more for each source node when every channel has one
    double memset_us = 1.70;          ///< what a memset node adds to a chain (the library's emitters avoid it)
    double memcpy_us = 0.76;          ///< what a copy node on the device adds to a chain

    friend bool operator==(const graph_costs&, const graph_costs&) = default;
};

/// What makes the kernels of a framework slower than a device's roofs, for `estimate` (cost/estimate.hpp). The defaults
/// were fitted to isolated operator times of six networks through PyTorch's kernels on an H200: docs/costs.md.
struct kernel_costs {
    double floor_us = 1.5;      ///< no kernel takes less
    double ramp_us = 0.4;       ///< more for one that moves 256 KB or more: the first loads and the last stores
    double split_us = 0.65;     ///< more for a product of matrices whose inner dimension is split among blocks
    double layout_us = 8.0;     ///< more for a convolution on tensor cores: the passes that change the layout and back
    double tensor_share = 0.20; ///< of an SM's roof that a large block of products on tensor cores reaches
    double fp32_share = 0.24;   ///< of an SM's roof that a large block of products on ordinary units reaches
    double simple_share = 0.15; ///< of the FP32 roof that other kernels reach (pooling, depthwise convolution)
    double dram_share = 0.85;   ///< of the DRAM roof that kernels reach
    double l2_share = 0.75;     ///< of the L2 roof that kernels reach

    friend bool operator==(const kernel_costs&, const kernel_costs&) = default;
};

/// What the cost models and the simulator know of a GPU.
struct device {
    std::string name;                                    ///< for people and for `--device`
    std::uint32_t sms = 1;                               ///< streaming multiprocessors
    std::uint32_t threads_per_sm = 2048;                 ///< resident threads
    std::uint32_t blocks_per_sm = 32;                    ///< resident blocks
    std::uint32_t registers_per_sm = 65536;              ///< 32-bit registers
    std::uint32_t shared_bytes_per_sm = 228U * 1024U;    ///< shared memory of all resident blocks
    std::uint32_t shared_bytes_per_block = 227U * 1024U; ///< the most that a block may ask for
    std::uint32_t shared_bytes_reserved = 1024U;         ///< taken from the SM's for each block
    /// An SM with a resident block that asks for no more than this splits its memory for a large L1 cache, and admits
    /// no block that asks for more ("carve-out").
    std::uint32_t shared_bytes_default = 100U * 1024U;
    double dram_gb_per_s = 1.0;          ///< measured by copy, 1e9 bytes a second
    double l2_gb_per_s = 1.0;            ///< 1e9 bytes a second
    double l2_bytes = 0.0;               ///< size of the L2 cache
    double l2_gb_per_s_per_sm = 1.0;     ///< the most that one SM takes from L2
    double l2_bytes_per_dram_byte = 1.6; ///< L2 bandwidth that a byte of DRAM traffic costs
    double dram_latency_us = 0.60;       ///< of a load that misses L2
    double l2_latency_us = 0.23;         ///< of a load that hits L2
    /// Share of its time that a block which waits for latencies loses to each other block on its SM that uses the
    /// tensor cores, if that has 4 warps or more; to one of fewer warps it loses less in proportion.
    double delay_by_tensor = 0.18;
    double delay_by_plain = 0.10; ///< ... to one that does not use them, if that has 8 warps or more
    double fp32_tflops = 1.0;     ///< on the ordinary units; a multiply-add counts two
    double tensor_tflops = 1.0;   ///< on the tensor cores with 16-bit inputs
    double tf32_tflops = 0.0;     ///< on the tensor cores with 32-bit inputs; 0 where they take none
    graph_costs graph{};          ///< nodes and edges
    kernel_costs kernels{};       ///< what `estimate` reckons with

    friend bool operator==(const device&, const device&) = default;
};

} // namespace opara::inline OPARA_ABI::cost
