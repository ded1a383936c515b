// What a block does with its sums: gives every block of its cluster those of the rows that this one finishes, adds up
// what it is given, and finishes and writes its rows.
#pragma once

#include <examples/engine/cuda/bulk.cuh>
#include <examples/engine/cuda/cluster.cuh>
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/element.cuh>
#include <examples/engine/cuda/product_operands.cuh>
#include <examples/engine/cuda/row_statistics.cuh>
#include <examples/engine/cuda/tensor_core.cuh>

#include <cstdint>

namespace opara::engine::gpu {

// Where a row of sums has four columns, in bytes: permuted so that neither fragments nor rows meet bank conflicts.
template <int Columns>
__device__ inline int quad_at(int row, int quad) {
    return (row * (Columns / 4) + (quad ^ ((row & 1) << 2))) * 16;
}

// The blocks of a cluster that share the inner dimension of a tile: each has sums of all its rows, and finishes as many
// of them as every other.
template <class Tile>
struct sharing {
    int bits; // 2^this blocks
    int rank;
    int k_steps; // of all together

    __device__ int rows() const { return Tile::rows >> bits; } // of a block
    __device__ int begin(int block) const { return (k_steps * block) >> bits; }
    __device__ int end(int block) const { return (k_steps * (block + 1)) >> bits; }

    // What a block is given, and where in its shared memory: a block alone when it is done with its stages; others may
    // be given sums during their last step, and take the stages on one side of that one for them.
    static constexpr int bytes = Tile::rows * Tile::columns * 4;
    static constexpr int moment_bytes = Tile::rows * Tile::moments * 4;
    static constexpr int given_stages = (bytes + moment_bytes + Tile::stage_bytes - 1) / Tile::stage_bytes;
    static_assert(2 * given_stages <= Tile::stages);
    __device__ int given_at(int block) const {
        const int last = (end(block) - begin(block) - 1) % Tile::stages;
        return bits == 0 || last >= given_stages ? 0 : (Tile::stages - given_stages) * Tile::stage_bytes;
    }
    // From the beginning of that: what one block gives, and behind all of it, its sums over rows of the left operand.
    __device__ int from(int block) const { return block * (bytes >> bits); }
    __device__ int moments_from(int block, int row) const { return bytes + (block * rows() + row) * Tile::moments * 4; }
};

// Says what a block is going to be given. By one thread, before others can know of the barrier.
template <class Tile>
__device__ inline void expect_sums(const sharing<Tile>& /*with*/, unsigned base) {
    make_arrival(base + Tile::given_barrier_at);
    expect_bytes(base + Tile::given_barrier_at,
                 static_cast<unsigned>(sharing<Tile>::bytes + sharing<Tile>::moment_bytes));
}

// The sums that a lane holds of rows and columns of a warp, as `multiply_add` leaves them, go to who finishes the rows.
// @param warp_row, warp_column  of the tile, where the warp's part of it begins
// @param squares, totals  of the left operand, in the same rows; they are sums over the lane's part of them
template <class Tile, int Rows, int Columns>
__device__ inline void give_sums(const sharing<Tile>& with, unsigned base, const float (&sums)[Rows][Columns][4],
                                 const float (&squares)[Rows][4], const float (&totals)[Rows][4], int warp_row,
                                 int warp_column) {
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const bool odd = lane % 2 != 0;
#pragma unroll
    for (int i = 0; i < Rows; ++i) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int row = warp_row + i * 16 + half * 8 + lane / 4;
            const int block = row / with.rows();
            const int row_of_block = row - block * with.rows();
            const auto there = [&](int offset) {
                return with.bits == 0 ? base + static_cast<unsigned>(offset)
                                      : in_block(base + static_cast<unsigned>(offset), block);
            };
            const int given_at = with.given_at(block);
            const unsigned to = there(given_at + with.from(with.rank));
            const unsigned barrier = there(Tile::given_barrier_at);
            const auto give = [&](unsigned at, const auto& numbers) {
                if (with.bits == 0) {
                    write_here(at, numbers);
                } else {
                    write_there(at, numbers, barrier);
                }
            };
            // Two neighbours have four columns of two fragments: each takes one fragment's.
            static_assert(Columns % 2 == 0);
#pragma unroll
            for (int j = 0; j < Columns; j += 2) {
                const float* const first = sums[i][j] + half * 2;
                const float* const second = sums[i][j + 1] + half * 2;
                const float2 given{shuffled(odd ? first[0] : second[0], 1), shuffled(odd ? first[1] : second[1], 1)};
                const float4 four =
                    odd ? float4{given.x, given.y, second[0], second[1]} : float4{first[0], first[1], given.x, given.y};
                const int quad = warp_column / 4 + (odd ? j + 1 : j) * 2 + lane % 4 / 2;
                give(to + static_cast<unsigned>(quad_at<Tile::columns>(row_of_block, quad)), four);
            }
            if constexpr (Tile::normalises) {
                const float sum = sum_over_quad(squares[i][half] + squares[i][half + 2]);
                const float total = Tile::centres ? sum_over_quad(totals[i][half] + totals[i][half + 2]) : 0.0F;
                if (warp_column == 0 && lane % 4 == 0) {
                    const unsigned at = there(given_at + with.moments_from(with.rank, row_of_block));
                    if constexpr (Tile::centres) {
                        give(at, float2{sum, total});
                    } else {
                        give(at, sum);
                    }
                }
            }
        }
    }
}

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

// What the blocks gave of one row, added in the same order whoever adds.
template <int Blocks, class Tile>
__device__ inline row_sums sum_given(const sharing<Tile>& with, const unsigned char* given, int row, int quad) {
    row_sums part[Blocks];
#pragma unroll
    for (int r = 0; r < Blocks; ++r) {
        part[r].columns = *reinterpret_cast<const float4*>(given + with.from(r) + quad_at<Tile::columns>(row, quad));
        part[r].moments = moments_at<Tile::moments>(reinterpret_cast<const float*>(given + with.moments_from(r, row)));
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

template <class Tile>
__device__ inline row_sums sum_of_row(const sharing<Tile>& with, const unsigned char* given, int row, int quad) {
    switch (with.bits) {
    case 1: return sum_given<2>(with, given, row, quad);
    case 2: return sum_given<4>(with, given, row, quad);
    case 3: return sum_given<8>(with, given, row, quad);
    default: return sum_given<1>(with, given, row, quad);
    }
}

// Finishes and writes the block's rows of a tile, whose sums are on their way to its shared memory.
template <class T, class Tile>
__device__ inline void write_result(const product_arguments& p, const sharing<Tile>& with, const unsigned char* shared,
                                    const product_offsets& offsets) {
    const int thread = static_cast<int>(threadIdx.x);
    const int first_row = static_cast<int>(blockIdx.x) * Tile::rows + with.rank * with.rows();
    const int first_column = static_cast<int>(blockIdx.y) * Tile::columns;
    // A thread stays in its columns, whatever the row.
    constexpr int quads = Tile::columns / 4;
    static_assert(Tile::threads % quads == 0);
    const int quad = thread % quads;
    const int n = first_column + quad * 4;
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
    residual_columns residual_by{};
    if constexpr (Tile::normalises_residual) {
        if (n < p.n) {
            residual_by = residual_columns_of<T>(p, n);
        }
    }

    constexpr int rows_at_once = Tile::threads / quads;
    // Rows of a thread at a time, so that what is read for one is not waited for before the next asks.
    constexpr int together = Tile::rows / rows_at_once >= 8 ? 2 : 1;
    alignas(16) float residual[together][4];
    double2 residual_statistics[together];
    float shifts[together];
    bool exists[together];
    std::int64_t y_at[together];
    const auto ask = [&](int first) {
#pragma unroll
        for (int u = 0; u < together; ++u) {
            const int row = first + u * rows_at_once;
            const int m = first_row + row;
            exists[u] = row < with.rows() && m < p.m && n < p.n;
            const auto [number, y_row, y_column] = spot_of(p, m);
            const auto at = [&](const image& i) {
                return static_cast<std::int64_t>(number) * i.batch_step + y_row * i.row_step +
                       y_column * i.column_step + static_cast<std::int64_t>(n) * i.channel_step;
            };
            y_at[u] = at(p.y);
#pragma unroll
            for (float& x : residual[u]) {
                x = 0.0F;
            }
            if constexpr (Tile::centres) {
                shifts[u] = exists[u] ? shift_of(row_of<T>(p, m)) : 0.0F;
            }
            if constexpr (Tile::normalises_residual) {
                residual_statistics[u] = exists[u] ? residual_statistics_of(p, m) : double2{};
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
    };
    const int row_of_thread = thread / quads;
    ask(row_of_thread);
    // Every thread waits, rows or not: its block must be there when it is given sums.
    if (with.bits == 0) {
        __syncthreads();
    } else {
        await_bytes(base_of(shared) + Tile::given_barrier_at, 0);
    }
    const unsigned char* const given = shared + with.given_at(with.rank);
    for (int first = row_of_thread; first < with.rows(); first += together * rows_at_once) {
        if (first != row_of_thread) {
            ask(first);
        }
        alignas(16) float values[together][4] = {};
        row_statistics found[together]; // of the rows that are normalised
#pragma unroll
        for (int u = 0; u < together; ++u) {
            if (exists[u]) {
                const row_sums sum = sum_of_row(with, given, first + u * rows_at_once, quad);
                *reinterpret_cast<float4*>(values[u]) = sum.columns;
                if constexpr (Tile::normalises) {
                    found[u] = statistics_of<Tile>(p, sum.moments, shifts[u]);
                    normalise_row<T, Tile>(found[u], weight_sums, values[u]);
                }
            }
        }
#pragma unroll
        for (int u = 0; u < together; ++u) {
            if (!exists[u]) {
                continue;
            }
            if constexpr (Tile::normalises) {
                if (n == 0 && p.statistics != nullptr) { // the first columns' blocks, one thread a row
                    store_statistics(p, first_row + first + u * rows_at_once, found[u]);
                }
            }
            if constexpr (Tile::normalises_residual) {
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
}

} // namespace opara::engine::gpu
