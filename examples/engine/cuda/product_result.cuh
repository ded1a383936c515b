// What a block does with its sums: adds up what the blocks of its cluster have, and finishes and writes its rows.
#pragma once

#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/element.cuh>
#include <examples/engine/cuda/product_operands.cuh>
#include <examples/engine/cuda/row_statistics.cuh>

#include <cooperative_groups.h>

#include <cstdint>

namespace opara::engine::gpu {

// A thread is done with the shared memory of the other blocks, and what it read there is in `values`: they are operands
// here so that the sums, and with them the reads, come first. It has written nothing that others read, and releasing
// what it has written elsewhere would cost 0.4 us. Then: nobody needs its block's shared memory any more.
template <int Rows>
__device__ inline void leave_cluster(const float (&values)[Rows][4]) {
#pragma unroll
    for (const float(&row)[4] : values) {
        asm volatile("" ::"f"(row[0]), "f"(row[1]), "f"(row[2]), "f"(row[3]) : "memory");
    }
    asm volatile("barrier.cluster.arrive.relaxed;" ::: "memory");
}
__device__ inline void await_cluster() { asm volatile("barrier.cluster.wait.acquire;" ::: "memory"); }

// What is applied to a result where it is neither nothing nor a ReLU: not inlined, because code that is jumped over has
// to be fetched all the same. Four at once, because each waits for its own steps.
__device__ __noinline__ inline float4 finished_elsewhere(const finish& f, float4 x) {
    return {finished(f, x.x), finished(f, x.y), finished(f, x.z), finished(f, x.w)};
}

__device__ inline void finish_all(const finish& f, float (&values)[4]) {
    if (f.kind == activation::none) {
        return;
    }
    if (f.kind == activation::relu) {
#pragma unroll
        for (float& x : values) {
            x = x > 0.0F ? x : (x != x ? x : 0.0F);
        }
        return;
    }
    auto& four = *reinterpret_cast<float4*>(values);
    four = finished_elsewhere(f, four);
}

// Of a row: four sums, and those over the left operand's row where it is normalised.
struct row_sums {
    float4 columns;
    float2 moments;
};

// The same place in the shared memory of every block of the cluster, added in the same order whoever adds. All are on
// the way before the first is needed.
template <int Blocks, int Moments>
__device__ inline row_sums sum_over_cluster(float* columns, float* behind) {
    row_sums part[Blocks];
#pragma unroll
    for (int r = 0; r < Blocks; ++r) {
        const auto in_block = [&](float* own) {
            return cooperative_groups::this_cluster().map_shared_rank(own, static_cast<unsigned>(r));
        };
        part[r].columns = *reinterpret_cast<const float4*>(in_block(columns));
        part[r].moments = moments_at<Moments>(in_block(behind));
    }
    row_sums sum = part[0];
#pragma unroll
    for (int r = 1; r < Blocks; ++r) {
        sum.columns.x += part[r].columns.x;
        sum.columns.y += part[r].columns.y;
        sum.columns.z += part[r].columns.z;
        sum.columns.w += part[r].columns.w;
        sum.moments.x += part[r].moments.x;
        sum.moments.y += part[r].moments.y;
    }
    return sum;
}

template <int Moments>
__device__ inline row_sums sum_over_blocks(int split, float* columns, float* behind) {
    switch (split) {
    case 2: return sum_over_cluster<2, Moments>(columns, behind);
    case 4: return sum_over_cluster<4, Moments>(columns, behind);
    case 8: return sum_over_cluster<8, Moments>(columns, behind);
    default: return {*reinterpret_cast<const float4*>(columns), moments_at<Moments>(behind)};
    }
}

// Writes the block's part of a tile: of `split` blocks that have sums of the same tile, each takes some of its rows.
// @param result  the block's sums in shared memory, rows of Tile::result_pitch; where rows are normalised, sums
// over them follow those of the columns
template <class T, class Tile>
__device__ inline void write_result(const product_arguments& p, float* result, const product_offsets& offsets,
                                    int rank) {
    const int thread = static_cast<int>(threadIdx.x);
    const int first_row = static_cast<int>(blockIdx.x) * Tile::rows;
    const int first_column = static_cast<int>(blockIdx.y) * Tile::columns;
    const int split = 1 << p.split_bits;
    // A thread stays in its columns, whatever the row: its bias is on the way while the blocks wait for each other.
    constexpr int quads = Tile::columns / 4;
    static_assert(Tile::threads % quads == 0);
    const int column = thread % quads * 4;
    const int n = first_column + column;
    float bias[4] = {};
    if (p.bias != nullptr && n < p.n) {
        const T* const from = static_cast<const T*>(p.bias) + offsets.bias + n;
        if (p.vector != 0) {
            load(bias, from);
        } else {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                bias[e] = n + e < p.n ? loaded(from[e]) : 0.0F;
            }
        }
    }
    float4 weight_sums{};
    if constexpr (Tile::centres) {
        if (n < p.n) {
            weight_sums = load_columns(p.column_sums, n, p.n, p.vector != 0);
        }
    }
    const bool normalises_residual = Tile::normalises_residual && p.residual_statistics != nullptr;
    residual_columns residual_by{};
    if (normalises_residual && n < p.n) {
        residual_by = residual_columns_of<T>(p, n);
    }
    if (split > 1) {
        cooperative_groups::this_cluster().sync();
    } else {
        __syncthreads();
    }

    const int row_begin = (Tile::rows * rank) >> p.split_bits;
    const int row_end = (Tile::rows * (rank + 1)) >> p.split_bits;
    constexpr int rows_at_once = Tile::threads / quads;
    // Rows of a thread at a time, so that what is read for one is not waited for before the next asks.
    constexpr int together = Tile::rows / rows_at_once >= 8 ? 2 : 1;
    for (int first = row_begin + thread / quads; first < row_end; first += together * rows_at_once) {
        alignas(16) float values[together][4] = {};
        alignas(16) float residual[together][4] = {};
        double2 residual_statistics[together];
        row_statistics found[together]; // of the rows that are normalised
        bool exists[together];
        std::int64_t y_at[together];
#pragma unroll
        for (int u = 0; u < together; ++u) {
            const int row = first + u * rows_at_once;
            const int m = first_row + row;
            exists[u] = row < row_end && m < p.m && n < p.n;
            const auto [number, y_row, y_column] = spot_of(p, m);
            const auto at = [&](const image& i) {
                return static_cast<std::int64_t>(number) * i.batch_step + y_row * i.row_step +
                       y_column * i.column_step + static_cast<std::int64_t>(n) * i.channel_step;
            };
            y_at[u] = at(p.y);
            if (exists[u] && normalises_residual) {
                residual_statistics[u] = residual_statistics_of(p, m);
            }
            if (exists[u] && p.residual.elements != nullptr) {
                const T* const from = static_cast<const T*>(p.residual.elements) + offsets.residual + at(p.residual);
                if (p.vector != 0) {
                    load(residual[u], from);
                } else {
#pragma unroll
                    for (int e = 0; e < 4; ++e) {
                        residual[u][e] = n + e < p.n ? loaded(from[e * p.residual.channel_step]) : 0.0F;
                    }
                }
            }
        }
#pragma unroll
        for (int u = 0; u < together; ++u) {
            if (exists[u]) {
                float* const own = result + (first + u * rows_at_once) * Tile::result_pitch;
                const row_sums sum = sum_over_blocks<Tile::moments>(split, own + column, own + Tile::columns);
                *reinterpret_cast<float4*>(values[u]) = sum.columns;
                if constexpr (Tile::normalises) {
                    found[u] = normalise_row<T, Tile>(p, sum.moments, own + Tile::columns, weight_sums, values[u]);
                }
            }
        }
        if (split > 1 && first + together * rows_at_once >= row_end) {
            leave_cluster(values); // these were the last rows: others need not wait until they are written
        }
#pragma unroll
        for (int u = 0; u < together; ++u) {
            if (!exists[u]) {
                continue;
            }
            if constexpr (Tile::normalises) {
                if (n == 0 && p.statistics != nullptr) { // the first columns' blocks, one thread a row
                    const int m = first_row + first + u * rows_at_once;
                    store_statistics(p, m, found[u]);
                }
            }
            if (normalises_residual) {
                normalise_residual(residual[u], residual_statistics[u], residual_by);
            }
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                values[u][e] = p.alpha * values[u][e] + bias[e] + p.beta * residual[u][e];
            }
            finish_all(p.last, values[u]);
            T* const to = static_cast<T*>(p.y.elements) + offsets.y + y_at[u];
            if (p.vector != 0) {
                store(to, values[u]);
            } else {
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                    if (n + e < p.n) {
                        to[e * p.y.channel_step] = stored<T>(values[u][e]);
                    }
                }
            }
        }
    }
    if (split > 1) {
        if (row_begin + thread / quads >= row_end) {
            const float nothing_read[1][4] = {};
            leave_cluster(nothing_read); // it had no row
        }
        await_cluster(); // nobody is gone while others read its sums
    }
}

} // namespace opara::engine::gpu
