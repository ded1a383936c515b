// Matrix products and convolutions (as implicit products) on the tensor cores, TF32 with sums in float.
//
// A block makes one tile of the result. Both operands go through shared memory in stages of 32 elements of the inner
// dimension, copied there asynchronously, rows of 128 bytes whose 16-byte pieces are permuted so that neither copies
// nor fragments meet bank conflicts. Blocks of a cluster may share the inner dimension of one tile: each then adds up a
// part of the rows out of the shared memory of all.
#include <examples/engine/cuda/bulk.cuh>
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/tensor_core.cuh>
#include <examples/engine/cuda/warpgroup.cuh>

#include <cooperative_groups.h>

namespace opara::engine::gpu {
namespace {

namespace cg = cooperative_groups;

constexpr int stage_depth = 32; // elements of the inner dimension
constexpr int row_bytes = stage_depth * 4;

__device__ inline void copy_16(unsigned to, const void* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ inline void copy_4(unsigned to, const void* from, int bytes) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}
__device__ inline void commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int Pending>
__device__ inline void wait_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

__device__ inline void load_matrices(std::uint32_t (&r)[4], unsigned from) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(from));
}

// Where a 16-byte piece of a row lies in a stage.
__device__ inline unsigned piece_at(int row, int piece) {
    return static_cast<unsigned>(row * row_bytes + ((piece ^ (row & 7)) << 4));
}

__device__ inline std::uint32_t quotient(std::uint32_t n, const divisor& d) {
    return d.magic == 0 ? n : __umulhi(n, d.magic);
}

__device__ inline int quotient(int n, const long_divisor& d) {
    return d.magic == 0 ? n : static_cast<int>(__umulhi(static_cast<std::uint32_t>(n), d.magic) >> d.shift);
}

// Where a piece of the inner dimension lies, from the first tap of the window.
struct tap {
    std::int32_t offset;
    std::int32_t row;
    std::int32_t column;
    std::int32_t bytes; // that exist; the others are zero
};

__device__ inline tap tap_of(const product_arguments& p, int piece, int elements) {
    const auto number = static_cast<std::uint32_t>(piece);
    const std::uint32_t outside = quotient(number, p.inner.inside);
    const std::uint32_t inside = number - outside * p.inner.inside.by;
    const std::uint32_t place = p.inner.channels_outside != 0 ? inside : outside;
    const auto channel = static_cast<std::int32_t>(
        p.inner.channels_outside != 0 ? outside : inside * static_cast<std::uint32_t>(elements));
    const std::uint32_t r = quotient(place, p.inner.row);
    const auto row = static_cast<std::int32_t>(r) * p.window.dilation[0];
    const auto column = static_cast<std::int32_t>(place - r * p.inner.row.by) * p.window.dilation[1];
    return {row * p.a.row_step + column * p.a.column_step + channel * p.a.channel_step, row, column,
            piece < p.pieces ? min(elements, p.inner.channels - channel) * 4 : 0};
}

// Which place of the window in which image a row is.
struct spot {
    int number;
    int row;
    int column;
};

__device__ inline spot spot_of(const product_arguments& p, int m) {
    const int number = quotient(m, p.places);
    const int rest = m - number * static_cast<int>(p.places.by);
    const int row = quotient(rest, p.columns);
    return {number, row, rest - row * static_cast<int>(p.columns.by)};
}

struct place_in {
    const float* first; // what tap 0 reads
    std::int32_t row;   // of the image
    std::int32_t column;
};

__device__ inline place_in place_of(const product_arguments& p, int m, const float* a) {
    if (m >= p.m) {
        return {a, INT32_MIN / 2, 0}; // outside of every image
    }
    const auto [number, row, column] = spot_of(p, m);
    const int y = row * p.window.stride[0] - p.window.pad[0];
    const int x = column * p.window.stride[1] - p.window.pad[1];
    return {a + number * p.a.batch_step + y * p.a.row_step + x * p.a.column_step, y, x};
}

// How operands come into shared memory.
enum class copies {
    elements, // the left one an element at a time, and the right one, too, as it lies
    columns,  // the left one an element at a time, the right one is packed
    pieces,   // 16 bytes at a time, the right one is packed
    boxes,    // both are matrices
};

template <int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
struct product_tile {
    static constexpr bool wide = How == copies::pieces || How == copies::boxes;
    static constexpr bool packed = How != copies::elements;
    static constexpr bool bulk = How == copies::boxes;
    static constexpr int warps_down = Rows / WarpRows;
    static constexpr int warps_across = Columns / WarpColumns;
    static constexpr int threads = warps_down * warps_across * 32;
    static constexpr int stage_bytes = (Rows + Columns) * row_bytes;
    static constexpr int result_pitch = Columns + 4;
    static constexpr int barriers_at = Stages * stage_bytes;
    static constexpr int shared_bytes = barriers_at + (bulk ? Stages * 8 : 0);
    static_assert(Rows * result_pitch * 4 <= barriers_at);
    static_assert(WarpRows % 16 == 0 && WarpColumns % 16 == 0);
    // Four warps together: each 64 rows by so many columns. The tensor cores then read packed weights by themselves.
    static constexpr bool by_warpgroups = wide && Rows % 64 == 0 && threads % 128 == 0;
    static constexpr int groups_across = by_warpgroups ? threads / 128 / (Rows / 64) : 1;
    static constexpr int group_columns = Columns / groups_across;
    static constexpr tile_shape shape{Rows, Columns, threads, Stages, wide, packed, bulk};
};

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
__device__ __noinline__ float4 finished_elsewhere(const finish& f, float4 x) {
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

// The same place in the shared memory of every block of the cluster, added in the same order whoever adds. All are on
// the way before the first is needed.
template <int Blocks>
__device__ inline float4 sum_over_cluster(float* own) {
    float4 part[Blocks];
#pragma unroll
    for (int r = 0; r < Blocks; ++r) {
        part[r] = *reinterpret_cast<const float4*>(cg::this_cluster().map_shared_rank(own, static_cast<unsigned>(r)));
    }
    float4 sum = part[0];
#pragma unroll
    for (int r = 1; r < Blocks; ++r) {
        sum.x += part[r].x;
        sum.y += part[r].y;
        sum.z += part[r].z;
        sum.w += part[r].w;
    }
    return sum;
}

template <class Tile, int Rows, int Columns, int WarpRows, int WarpColumns, int Stages>
__device__ inline void make_tile(const product_arguments& p, const CUtensorMap* left_boxes,
                                 const CUtensorMap* right_boxes) {
    constexpr bool Wide = Tile::wide;
    constexpr bool Packed = Tile::packed;
    constexpr bool bulk = Tile::bulk;
    extern __shared__ __align__(1024) unsigned char shared[];
    const auto base = static_cast<unsigned>(__cvta_generic_to_shared(shared));
    constexpr int threads = Tile::threads;
    const int thread = static_cast<int>(threadIdx.x);
    const int lane = thread % 32;
    const int warp = thread / 32;
    const int first_row = static_cast<int>(blockIdx.x) * Rows;
    const int first_column = static_cast<int>(blockIdx.y) * Columns;
    const int split = 1 << p.split_bits;
    const int rank = static_cast<int>(blockIdx.z) & (split - 1);

    // Which of many products.
    int batch = static_cast<int>(blockIdx.z) >> p.split_bits;
    std::int64_t a_offset = 0, b_offset = 0, y_offset = 0, residual_offset = 0, bias_offset = 0;
#pragma unroll
    for (int i = 2; i >= 0 && static_cast<int>(gridDim.z) != split; --i) {
        const int rest = batch / p.batch_extent[i];
        const int at = batch - rest * p.batch_extent[i];
        a_offset += static_cast<std::int64_t>(at) * p.a_batch[i];
        b_offset += static_cast<std::int64_t>(at) * p.b_batch[i];
        y_offset += static_cast<std::int64_t>(at) * p.y_batch[i];
        residual_offset += static_cast<std::int64_t>(at) * p.residual_batch[i];
        bias_offset += i == 2 ? static_cast<std::int64_t>(at) * p.bias_batch : 0;
        batch = rest;
    }
    const float* const a = p.a.elements + a_offset;
    const float* const b = p.b + b_offset;

    const int begin = (p.k_steps * rank) >> p.split_bits;
    const int end = (p.k_steps * (rank + 1)) >> p.split_bits;

    // The left operand: each thread copies the same piece of several rows.
    constexpr int a_pieces = Wide ? 8 : 32;
    constexpr int a_rows_at_once = threads / a_pieces;
    constexpr int a_copies = Rows / a_rows_at_once;
    static_assert(Rows % a_rows_at_once == 0);
    const int a_piece = thread % a_pieces;
    place_in places[a_copies];
#pragma unroll
    for (int i = 0; i < a_copies && !bulk; ++i) {
        places[i] = place_of(p, first_row + thread / a_pieces + i * a_rows_at_once, a);
    }
    const auto copy_a = [&](int step, int stage) {
        const tap t = tap_of(p, step * a_pieces + a_piece, Wide ? 4 : 1);
        const unsigned to = base + static_cast<unsigned>(stage * Tile::stage_bytes);
#pragma unroll
        for (int i = 0; i < a_copies; ++i) {
            const int row = thread / a_pieces + i * a_rows_at_once;
            const bool inside = static_cast<unsigned>(places[i].row + t.row) < static_cast<unsigned>(p.height) &&
                                static_cast<unsigned>(places[i].column + t.column) < static_cast<unsigned>(p.width);
            const int bytes = inside ? t.bytes : 0;
            const float* const from = bytes != 0 ? places[i].first + t.offset : a;
            if constexpr (Wide) {
                copy_16(to + piece_at(row, a_piece), from, bytes);
            } else {
                copy_4(to + piece_at(row, a_piece / 4) + static_cast<unsigned>(a_piece % 4 * 4), from, bytes);
            }
        }
    };

    // The right operand.
    const auto copy_b = [&](int step, int stage) {
        const unsigned to = base + static_cast<unsigned>(stage * Tile::stage_bytes + Rows * row_bytes);
        if constexpr (Packed) {
            constexpr int at_once = threads / 8;
            constexpr int copies = (Columns + at_once - 1) / at_once;
            const int piece = thread % 8;
#pragma unroll
            for (int i = 0; i < copies; ++i) {
                const int row = thread / 8 + i * at_once;
                if (Columns % at_once == 0 || row < Columns) {
                    const int column = first_column + row;
                    const bool inside = column < p.n;
                    const float* const from =
                        inside ? b + static_cast<std::int64_t>(column) * p.b_column + step * stage_depth + piece * 4
                               : b;
                    copy_16(to + piece_at(row, piece), from, inside ? 16 : 0);
                }
            }
        } else {
            // Neighbouring threads take neighbours along whichever dimension is dense.
            const bool down = p.b_inner == 1;
            for (int i = thread; i < Columns * stage_depth; i += threads) {
                const int row = down ? i / stage_depth : i % Columns;
                const int k = down ? i % stage_depth : i / Columns;
                const int column = first_column + row;
                const int inner = step * stage_depth + k;
                const bool inside = column < p.n && inner < p.pieces;
                const float* const from = inside ? b + static_cast<std::int64_t>(column) * p.b_column +
                                                       static_cast<std::int64_t>(inner) * p.b_inner
                                                 : b;
                copy_4(to + piece_at(row, k / 4) + static_cast<unsigned>(k % 4 * 4), from, inside ? 4 : 0);
            }
        }
    };

#ifdef __CUDA_ARCH_FEAT_SM90_ALL
    constexpr bool by_warpgroups = Tile::by_warpgroups;
#else
    constexpr bool by_warpgroups = false;
#endif
    // What a warp makes of the tile.
    constexpr int rows_of_warp = by_warpgroups ? 16 : WarpRows;
    constexpr int columns_of_warp = by_warpgroups ? Tile::group_columns : WarpColumns;
    constexpr int across = Columns / columns_of_warp;
    const int warp_row = by_warpgroups ? (warp / 4 / across * 4 + warp % 4) * 16 : warp / across * WarpRows;
    const int warp_column = (by_warpgroups ? warp / 4 % across : warp % across) * columns_of_warp;
    // A small tile of a warp has few products that do not wait for each other: it adds up even and odd ones apart.
    constexpr int chains = !by_warpgroups && WarpRows * WarpColumns <= 16 * 32 ? 2 : 1;
    float sums[chains][rows_of_warp / 16][columns_of_warp / 8][4] = {};

    // Boxes: one thread asks for both operands of a stage, and all wait for their bytes.
    const auto barrier_of = [&](int stage) { return base + static_cast<unsigned>(Tile::barriers_at + stage * 8); };
    const auto copy_left_box = [&](int step, int stage) {
        copy_box(base + static_cast<unsigned>(stage * Tile::stage_bytes), *left_boxes, step * stage_depth, first_row,
                 barrier_of(stage));
    };
    const auto copy_right_box = [&](int step, int stage) {
        expect_bytes(barrier_of(stage), Tile::stage_bytes);
        copy_box(base + static_cast<unsigned>(stage * Tile::stage_bytes + Rows * row_bytes), *right_boxes,
                 step * stage_depth, first_column, barrier_of(stage));
    };
    if constexpr (bulk) {
        if (thread == 0) {
            fetch_description(*left_boxes);
            fetch_description(*right_boxes);
#pragma unroll
            for (int s = 0; s < Stages; ++s) {
                make_arrival(barrier_of(s));
            }
            show_arrivals();
        }
        __syncthreads();
    }

    // Weights depend on no other operator: they are on the way before the wait.
    asm volatile("griddepcontrol.launch_dependents;");
#pragma unroll
    for (int s = 0; s < Stages - 1; ++s) {
        if (begin + s < end) {
            if constexpr (bulk) {
                if (thread == 0) {
                    copy_right_box(begin + s, s);
                }
            } else if constexpr (Packed) {
                copy_b(begin + s, s);
            }
        }
    }
    asm volatile("griddepcontrol.wait;" ::: "memory");
#pragma unroll
    for (int s = 0; s < Stages - 1; ++s) {
        if constexpr (bulk) {
            if (begin + s < end && thread == 0) {
                copy_left_box(begin + s, s);
            }
        } else {
            if (begin + s < end) {
                copy_a(begin + s, s);
                if constexpr (!Packed) {
                    copy_b(begin + s, s);
                }
            }
            commit();
        }
    }

    int stage = 0;
    unsigned odd_round = 0;
    for (int step = begin; step < end; ++step) {
        if constexpr (bulk) {
            await_bytes(barrier_of(stage), odd_round);
        } else {
            wait_copies<Stages - 2>();
        }
        const int next = step + Stages - 1;
        const int next_stage = stage == 0 ? Stages - 1 : stage - 1;
        const unsigned a_at = base + static_cast<unsigned>(stage * Tile::stage_bytes);
        const unsigned b_at = a_at + Rows * row_bytes;
        const auto copy_next = [&] {
            if constexpr (bulk) {
                if (next < end && thread == 0) {
                    copy_right_box(next, next_stage);
                    copy_left_box(next, next_stage);
                }
            } else {
                if (next < end) {
                    copy_a(next, next_stage);
                    copy_b(next, next_stage);
                }
                commit();
            }
        };
        if constexpr (by_warpgroups) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
            if constexpr (!bulk) {
                show_tensor_cores();
            }
            await_products(); // of the stage that is overwritten next
            __syncthreads();
            std::uint32_t left[stage_depth / 8][4];
#    pragma unroll
            for (int k = 0; k < stage_depth / 8; ++k) {
                load_matrices(left[k], a_at + piece_at(warp_row + lane % 16, k * 2 + lane / 16));
            }
#    pragma unroll
            for (int k = 0; k < stage_depth / 8; ++k) {
#    pragma unroll
                for (std::uint32_t& x : left[k]) {
                    round_to_tf32(x);
                }
            }
            open_products();
#    pragma unroll
            for (int k = 0; k < stage_depth / 8; ++k) {
                multiply_add(sums[0][0], left[k],
                             columns_at(b_at + static_cast<unsigned>(warp_column * row_bytes), k * 32U));
            }
            close_products();
            copy_next();
#endif
        } else {
            __syncthreads();
            // Fragments are on the way while the ones before them are multiplied, and while the next stage is asked
            // for.
            std::uint32_t left[2][WarpRows / 16][4];
            std::uint32_t right[2][WarpColumns / 16][4];
            const auto load = [&](int k) {
#pragma unroll
                for (int i = 0; i < WarpRows / 16; ++i) {
                    load_matrices(left[k % 2][i], a_at + piece_at(warp_row + i * 16 + lane % 16, k * 2 + lane / 16));
                }
#pragma unroll
                for (int j = 0; j < WarpColumns / 16; ++j) {
                    load_matrices(right[k % 2][j], b_at + piece_at(warp_column + j * 16 + lane % 8 + lane / 16 * 8,
                                                                   k * 2 + lane / 8 % 2));
                }
            };
            load(0);
            copy_next();
#pragma unroll
            for (int k = 0; k < stage_depth / 8; ++k) {
                if (k + 1 < stage_depth / 8) {
                    load(k + 1);
                }
#pragma unroll
                for (int i = 0; i < WarpRows / 16; ++i) {
#pragma unroll
                    for (std::uint32_t& x : left[k % 2][i]) {
                        round_to_tf32(x);
                    }
                }
                if constexpr (!Packed) { // packed weights are rounded already
#pragma unroll
                    for (int j = 0; j < WarpColumns / 16; ++j) {
#pragma unroll
                        for (std::uint32_t& x : right[k % 2][j]) {
                            round_to_tf32(x);
                        }
                    }
                }
#pragma unroll
                for (int i = 0; i < WarpRows / 16; ++i) {
#pragma unroll
                    for (int j = 0; j < WarpColumns / 8; ++j) {
                        multiply_add(sums[k % chains][i][j], left[k % 2][i], right[k % 2][j / 2][j % 2 * 2],
                                     right[k % 2][j / 2][j % 2 * 2 + 1]);
                    }
                }
            }
        }
        stage = stage + 1 == Stages ? 0 : stage + 1;
        odd_round ^= stage == 0 ? 1U : 0U;
    }
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
    if constexpr (by_warpgroups) {
        await_products();
    }
#endif
    wait_copies<0>();
    __syncthreads();

    if constexpr (chains == 2) {
#pragma unroll
        for (int i = 0; i < rows_of_warp / 16; ++i) {
#pragma unroll
            for (int j = 0; j < columns_of_warp / 8; ++j) {
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                    sums[0][i][j][e] += sums[chains - 1][i][j][e];
                }
            }
        }
    }
    // The sums, row by row, where every block of the cluster can read them.
    auto* const result = reinterpret_cast<float*>(shared);
#pragma unroll
    for (int i = 0; i < rows_of_warp / 16; ++i) {
#pragma unroll
        for (int j = 0; j < columns_of_warp / 8; ++j) {
            const int row = warp_row + i * 16 + lane / 4;
            const int column = warp_column + j * 8 + lane % 4 * 2;
            *reinterpret_cast<float2*>(result + row * Tile::result_pitch + column) = {sums[0][i][j][0],
                                                                                      sums[0][i][j][1]};
            *reinterpret_cast<float2*>(result + (row + 8) * Tile::result_pitch + column) = {sums[0][i][j][2],
                                                                                            sums[0][i][j][3]};
        }
    }
    // A thread stays in its columns, whatever the row: its bias is on the way while the blocks wait for each other.
    constexpr int quads = Columns / 4;
    static_assert(threads % quads == 0);
    const int column = thread % quads * 4;
    const int n = first_column + column;
    float bias[4] = {};
    if (p.bias != nullptr && n < p.n) {
        const float* const from = p.bias + bias_offset + n;
        if (p.vector != 0) {
            *reinterpret_cast<float4*>(bias) = *reinterpret_cast<const float4*>(from);
        } else {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                bias[e] = n + e < p.n ? from[e] : 0.0F;
            }
        }
    }
    if (split > 1) {
        cg::this_cluster().sync();
    } else {
        __syncthreads();
    }

    const int row_begin = (Rows * rank) >> p.split_bits;
    const int row_end = (Rows * (rank + 1)) >> p.split_bits;
    constexpr int rows_at_once = threads / quads;
    // Rows of a thread at a time, so that what is read for one is not waited for before the next asks.
    constexpr int together = Rows / rows_at_once >= 8 ? 2 : 1;
    for (int first = row_begin + thread / quads; first < row_end; first += together * rows_at_once) {
        alignas(16) float values[together][4] = {};
        alignas(16) float residual[together][4] = {};
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
            if (exists[u] && p.residual.elements != nullptr) {
                const float* const from = p.residual.elements + residual_offset + at(p.residual);
                if (p.vector != 0) {
                    *reinterpret_cast<float4*>(residual[u]) = *reinterpret_cast<const float4*>(from);
                } else {
#pragma unroll
                    for (int e = 0; e < 4; ++e) {
                        residual[u][e] = n + e < p.n ? from[e * p.residual.channel_step] : 0.0F;
                    }
                }
            }
        }
#pragma unroll
        for (int u = 0; u < together; ++u) {
            if (exists[u]) {
                float* const own = result + (first + u * rows_at_once) * Tile::result_pitch + column;
                float4 sum = *reinterpret_cast<const float4*>(own);
                switch (split) {
                case 2: sum = sum_over_cluster<2>(own); break;
                case 4: sum = sum_over_cluster<4>(own); break;
                case 8: sum = sum_over_cluster<8>(own); break;
                default: break;
                }
                *reinterpret_cast<float4*>(values[u]) = sum;
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
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                values[u][e] = p.alpha * values[u][e] + bias[e] + p.beta * residual[u][e];
            }
            finish_all(p.last, values[u]);
            float* const to = p.y.elements + y_offset + y_at[u];
            if (p.vector != 0) {
                *reinterpret_cast<float4*>(to) = *reinterpret_cast<const float4*>(values[u]);
            } else {
#pragma unroll
                for (int e = 0; e < 4; ++e) {
                    if (n + e < p.n) {
                        to[e * p.y.channel_step] = values[u][e];
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

template <int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
__global__ void __launch_bounds__(product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>::threads)
    product(const __grid_constant__ product_arguments p) {
    make_tile<product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>, Rows, Columns, WarpRows, WarpColumns,
              Stages>(p, nullptr, nullptr);
}

template <int Rows, int Columns, int WarpRows, int WarpColumns, int Stages>
__global__ void __launch_bounds__(product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, copies::boxes>::threads)
    bulk_product(const __grid_constant__ bulk_product_arguments p) {
    make_tile<product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, copies::boxes>, Rows, Columns, WarpRows,
              WarpColumns, Stages>(p.product, &p.left, &p.right);
}

struct entry {
    tile_shape shape;
    const void* function;
    unsigned shared_bytes;
};

template <int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
entry make_entry() {
    using made = product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>;
    if constexpr (How == copies::boxes) {
        const auto function =
            reinterpret_cast<const void*>(&bulk_product<Rows, Columns, WarpRows, WarpColumns, Stages>);
        return {made::shape, function, made::shared_bytes};
    } else {
        const auto function =
            reinterpret_cast<const void*>(&product<Rows, Columns, WarpRows, WarpColumns, Stages, How>);
        return {made::shape, function, made::shared_bytes};
    }
}

const entry& entry_of(int i) {
    using enum copies;
    static const entry all[tiles] = {
        make_entry<16, 64, 16, 16, 5, pieces>(),   make_entry<32, 32, 16, 16, 5, pieces>(),
        make_entry<32, 64, 16, 32, 5, pieces>(),   make_entry<64, 32, 32, 16, 5, pieces>(),
        make_entry<64, 64, 32, 32, 4, pieces>(),   make_entry<128, 64, 32, 32, 4, pieces>(),
        make_entry<64, 128, 32, 32, 4, pieces>(),  make_entry<128, 128, 64, 32, 3, pieces>(),
        make_entry<32, 32, 16, 16, 4, columns>(),  make_entry<64, 64, 32, 32, 3, columns>(),
        make_entry<32, 32, 16, 16, 4, elements>(), make_entry<64, 64, 32, 32, 3, elements>(),
        make_entry<32, 64, 16, 32, 6, boxes>(),    make_entry<64, 32, 32, 16, 6, boxes>(),
        make_entry<64, 64, 32, 32, 4, boxes>(),    make_entry<64, 64, 32, 32, 8, boxes>(),
        make_entry<128, 64, 32, 32, 6, boxes>(),   make_entry<64, 128, 32, 32, 6, boxes>(),
    };
    return all[i];
}

} // namespace

const tile_shape& tile(int i) { return entry_of(i).shape; }
const void* product_kernel(int i) { return entry_of(i).function; }
unsigned product_shared_bytes(int i) { return entry_of(i).shared_bytes; }

} // namespace opara::engine::gpu
