// Matrix products and convolutions (as implicit products) on the tensor cores with sums in float: of floats in TF32,
// and of half precision.
//
// A block makes one tile of the result. Both operands go through shared memory in stages of 128 bytes of the inner
// dimension, copied there asynchronously: by all threads, or where channels are dense in boxes by the hardware,
// which knows windows and needs one thread to ask. Tiles of 64 rows and more are multiplied by warpgroups. Blocks of a
// cluster may share the inner dimension of one tile: each then adds up a part of the rows out of the shared memory of
// all.
#pragma once

#include <examples/engine/cuda/bulk.cuh>
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/product_operands.cuh>
#include <examples/engine/cuda/product_result.cuh>
#include <examples/engine/cuda/row_statistics.cuh>
#include <examples/engine/cuda/stage.cuh>
#include <examples/engine/cuda/tensor_core.cuh>
#include <examples/engine/cuda/warpgroup.cuh>

namespace opara::engine::gpu {

// A kernel of the family.
struct product_entry {
    tile_shape shape;
    const void* function;
    unsigned shared_bytes;
};
// Each type in a file of its own: compiling one takes minutes.
const product_entry& float_product(int i);
const product_entry& half_product(int i);
const product_entry& bfloat_product(int i);

namespace {

// How operands come into shared memory.
enum class copies {
    elements,           // the left one 4 bytes at a time, and the right one, too, as it lies
    columns,            // the left one 4 bytes at a time, the right one is packed
    pieces,             // 16 bytes at a time, the right one is packed
    boxes,              // both by the hardware, as they are matrices
    windows,            // both by the hardware, the left one out of images
    half_windows,       // the same, where half of a stage is another tap, or other channels
    normalised,         // boxes of matrices, and rows of the left one are divided by their root mean square
    centred,            // the same with mean and deviation
    normalised_residual // boxes of matrices, and rows of the residual are normalised
};

template <int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
struct product_tile {
    static constexpr int rows = Rows;
    static constexpr int columns = Columns;
    static constexpr int stages = Stages;
    static constexpr bool windows = How == copies::windows || How == copies::half_windows;
    static constexpr int boxes = How == copies::half_windows ? 2 : 1; // of a stage of the left operand
    static constexpr bool centres = How == copies::centred;
    static constexpr bool normalises = How == copies::normalised || centres;
    static constexpr int moments = centres ? 2 : normalises ? 1 : 0; // sums over a row that its normalisation takes
    static constexpr bool normalises_residual = How == copies::normalised_residual;
    static constexpr bool bulk = How == copies::boxes || windows || normalises || normalises_residual;
    static constexpr bool wide = How == copies::pieces || bulk;
    static constexpr bool packed = How != copies::elements;
    static constexpr int warps_down = Rows / WarpRows;
    static constexpr int warps_across = Columns / WarpColumns;
    static constexpr int threads = warps_down * warps_across * 32;
    static constexpr int stage_bytes = (Rows + Columns) * row_bytes;
    static constexpr int barriers_at = Stages * stage_bytes;
    static constexpr int given_barrier_at = barriers_at + (bulk ? Stages * 8 : 0);
    static constexpr int shared_bytes = given_barrier_at + 8;
    static_assert(WarpRows % 16 == 0 && WarpColumns % 16 == 0);
    // Four warps together: each 64 rows by so many columns. The tensor cores then read packed weights by themselves.
    static constexpr bool by_warpgroups = wide && Rows % 64 == 0 && threads % 128 == 0;
    static constexpr int groups_across = by_warpgroups ? threads / 128 / (Rows / 64) : 1;
    static constexpr int group_columns = Columns / groups_across;
    static constexpr bulk_copies bulk_as = How == copies::half_windows ? bulk_copies::half_windows
                                           : windows                   ? bulk_copies::windows
                                           : normalises_residual       ? bulk_copies::normalised_residual
                                           : centres                   ? bulk_copies::centred
                                           : normalises                ? bulk_copies::normalised
                                           : bulk                      ? bulk_copies::matrices
                                                                       : bulk_copies::none;
    static constexpr tile_shape shape{Rows, Columns, threads, Stages, wide, packed, bulk_as};
};

template <class T, class Tile, int Rows, int Columns, int WarpRows, int WarpColumns, int Stages>
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
    const sharing<Tile> with{p.split_bits, static_cast<int>(blockIdx.z) & ((1 << p.split_bits) - 1), p.k_steps};

    const product_offsets offsets = offsets_of(p);
    const T* const a = static_cast<const T*>(p.a.elements) + offsets.a;
    const T* const b = static_cast<const T*>(p.b) + offsets.b;
    constexpr int depth = stage_depth<T>;
    constexpr int size = static_cast<int>(sizeof(T));
    constexpr int of_word = 4 / size; // elements
    constexpr int of_piece = 16 / size;
    constexpr int boxes = Tile::boxes;
    const auto left_piece_at = [](int row, int piece) {
        return boxes == 2 ? piece_of_half_at(Rows, row, piece) : piece_at(row, piece);
    };

    const int begin = with.begin(with.rank);
    const int end = with.end(with.rank);

    // The left operand: each thread copies the same piece of several rows.
    constexpr int a_pieces = Wide ? 8 : 32;
    constexpr int a_rows_at_once = threads / a_pieces;
    constexpr int a_copies = Rows / a_rows_at_once;
    static_assert(Rows % a_rows_at_once == 0);
    const int a_piece = thread % a_pieces;
    place_in<T> places[a_copies];
#pragma unroll
    for (int i = 0; i < a_copies && !bulk; ++i) {
        places[i] = place_of(p, first_row + thread / a_pieces + i * a_rows_at_once, a);
    }
    const auto copy_a = [&](int step, int stage) {
        const int first = (step * a_pieces + a_piece) * (Wide ? 1 : of_word);
        const tap t = tap_of<T>(p, first, Wide ? of_piece : 1);
        const tap next = Wide || of_word == 1 ? t : tap_of<T>(p, first + 1, 1);
        const unsigned to = base + static_cast<unsigned>(stage * Tile::stage_bytes);
#pragma unroll
        for (int i = 0; i < a_copies; ++i) {
            const int row = thread / a_pieces + i * a_rows_at_once;
            const auto bytes_of = [&](const tap& of) {
                const bool inside =
                    static_cast<unsigned>(places[i].row + of.row) < static_cast<unsigned>(p.height) &&
                    static_cast<unsigned>(places[i].column + of.column) < static_cast<unsigned>(p.width);
                return inside ? of.bytes : 0;
            };
            const int bytes = bytes_of(t);
            const T* const from = bytes != 0 ? places[i].first + t.offset : a;
            if constexpr (Wide) {
                copy_16(to + piece_at(row, a_piece), from, bytes);
            } else {
                const unsigned word = to + piece_at(row, a_piece / 4) + static_cast<unsigned>(a_piece % 4 * 4);
                if constexpr (of_word == 1) {
                    copy_4(word, from, bytes);
                } else {
                    copy_two(word, from, bytes != 0, places[i].first + next.offset, bytes_of(next) != 0);
                }
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
                    const T* const from =
                        inside ? b + static_cast<std::int64_t>(column) * p.b_column + step * depth + piece * of_piece
                               : b;
                    copy_16(to + piece_at(row, piece), from, inside ? 16 : 0);
                }
            }
        } else {
            // Neighbouring threads take neighbours along whichever dimension is dense.
            const bool down = p.b_inner == 1;
            constexpr int words = row_bytes / 4;
            for (int i = thread; i < Columns * words; i += threads) {
                const int row = down ? i / words : i % Columns;
                const int k = down ? i % words : i / Columns;
                const int column = first_column + row;
                const int inner = step * depth + k * of_word;
                const bool inside = column < p.n && inner < p.pieces;
                const T* const from = inside ? b + static_cast<std::int64_t>(column) * p.b_column +
                                                   static_cast<std::int64_t>(inner) * p.b_inner
                                             : b;
                const unsigned word = to + piece_at(row, k / 4) + static_cast<unsigned>(k % 4 * 4);
                if constexpr (of_word == 1) {
                    copy_4(word, from, inside ? 4 : 0);
                } else {
                    copy_two(word, from, inside, from + p.b_inner, inside && inner + 1 < p.pieces);
                }
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
    // Of the left operand, in the rows that the lane holds.
    float squares[rows_of_warp / 16][4] = {};
    float totals[rows_of_warp / 16][4] = {};
    float shifts[rows_of_warp / 16][2] = {};
    const auto add_moments = [&](int i, std::uint32_t(&a)[4]) {
        if constexpr (Tile::centres) {
            add_differences<T>(totals[i], squares[i], shifts[i], a);
        } else if constexpr (Tile::normalises) {
            add_squares<T>(squares[i], a);
        }
    };

    // Boxes: one thread asks for both operands of a stage, and all wait for their bytes.
    const auto barrier_of = [&](int stage) { return base + static_cast<unsigned>(Tile::barriers_at + stage * 8); };
    spot place{};
    int channel_step = 0;
    int tap_row = 0;
    int tap_column = 0;
    if constexpr (Tile::windows) { // where the first step lies; the others follow one by one
        place = spot_of(p, first_row);
        const int tap_number = begin * boxes / p.channel_steps;
        channel_step = begin * boxes - tap_number * p.channel_steps;
        tap_row = tap_number / p.window.kernel[1];
        tap_column = tap_number - tap_row * p.window.kernel[1];
    }
    const auto copy_left_box = [&](int step, int stage) {
        const unsigned to = base + static_cast<unsigned>(stage * Tile::stage_bytes);
        if constexpr (!Tile::windows) {
            copy_box(to, *left_boxes, step * depth, first_row, barrier_of(stage));
        } else {
#pragma unroll
            for (int box = 0; box < boxes; ++box) {
                // Behind the last tap of all are channels that no image has: zero.
                const bool exists = boxes == 1 || tap_row < p.window.kernel[0];
                copy_window(to + static_cast<unsigned>(box * Rows * row_bytes / boxes), *left_boxes,
                            (exists ? channel_step : p.channel_steps) * (depth / boxes),
                            place.column * p.window.stride[1] - p.window.pad[1],
                            place.row * p.window.stride[0] - p.window.pad[0], place.number,
                            tap_column * p.window.dilation[1], exists ? tap_row * p.window.dilation[0] : 0,
                            barrier_of(stage));
                if (++channel_step == p.channel_steps) {
                    channel_step = 0;
                    if (++tap_column == p.window.kernel[1]) {
                        tap_column = 0;
                        ++tap_row;
                    }
                }
            }
        }
    };
    const auto copy_right_box = [&](int step, int stage) {
        expect_bytes(barrier_of(stage), Tile::stage_bytes);
        copy_box(base + static_cast<unsigned>(stage * Tile::stage_bytes + Rows * row_bytes), *right_boxes, step * depth,
                 first_column, barrier_of(stage));
    };
    if (thread == 0) {
        if constexpr (bulk) {
            fetch_description(*left_boxes);
            fetch_description(*right_boxes);
#pragma unroll
            for (int s = 0; s < Stages; ++s) {
                make_arrival(barrier_of(s));
            }
        }
        if (with.bits != 0) {
            expect_sums(with, base);
        }
        show_arrivals();
    }
    if constexpr (bulk) {
        __syncthreads();
    }

    // Weights depend on no other operator: they are on the way before the wait.
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
    await_dependencies();
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

    if constexpr (Tile::centres) { // on their way together with the first stage
#pragma unroll
        for (int i = 0; i < rows_of_warp / 16; ++i) {
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const int row = first_row + warp_row + i * 16 + half * 8 + lane / 4;
                shifts[i][half] = row < p.m ? shift_of(row_of<T>(p, row)) : 0.0F;
            }
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
        // Past the barrier of a block's last step nobody there needs the other stages: sums may come.
        const auto allow_sums = [&] {
            if (with.bits != 0 && step + 1 == end) {
                arrive_in_cluster();
            }
        };
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
            allow_sums();
            std::uint32_t left[stage_products][4];
#    pragma unroll
            for (int k = 0; k < stage_products; ++k) {
                load_matrices(left[k], a_at + left_piece_at(warp_row + lane % 16, k * 2 + lane / 16));
            }
#    pragma unroll
            for (int k = 0; k < stage_products; ++k) {
                add_moments(0, left[k]);
#    pragma unroll
                for (std::uint32_t& x : left[k]) {
                    make_operand<T>(x);
                }
            }
            open_products();
#    pragma unroll
            for (int k = 0; k < stage_products; ++k) {
                multiply_add<T>(sums[0][0], left[k],
                                columns_at(b_at + static_cast<unsigned>(warp_column * row_bytes), k * 32U));
            }
            close_products();
            copy_next();
#endif
        } else {
            __syncthreads();
            allow_sums();
            // Fragments are on the way while the ones before them are multiplied, and while the next stage is asked
            // for.
            std::uint32_t left[2][WarpRows / 16][4];
            std::uint32_t right[2][WarpColumns / 16][4];
            const auto load = [&](int k) {
#pragma unroll
                for (int i = 0; i < WarpRows / 16; ++i) {
                    load_matrices(left[k % 2][i],
                                  a_at + left_piece_at(warp_row + i * 16 + lane % 16, k * 2 + lane / 16));
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
            for (int k = 0; k < stage_products; ++k) {
                if (k + 1 < stage_products) {
                    load(k + 1);
                }
#pragma unroll
                for (int i = 0; i < WarpRows / 16; ++i) {
                    add_moments(i, left[k % 2][i]);
#pragma unroll
                    for (std::uint32_t& x : left[k % 2][i]) {
                        make_operand<T>(x);
                    }
                }
                if constexpr (!Packed) { // packed weights are rounded already
#pragma unroll
                    for (int j = 0; j < WarpColumns / 16; ++j) {
#pragma unroll
                        for (std::uint32_t& x : right[k % 2][j]) {
                            make_operand<T>(x);
                        }
                    }
                }
#pragma unroll
                for (int i = 0; i < WarpRows / 16; ++i) {
#pragma unroll
                    for (int j = 0; j < WarpColumns / 8; ++j) {
                        multiply_add<T>(sums[k % chains][i][j], left[k % 2][i], right[k % 2][j / 2][j % 2 * 2],
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
        await_products(sums[0][0]);
    }
#endif
    wait_copies<0>();
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
    if (with.bits == 0) {
        __syncthreads(); // sums take the place of operands
    } else {
        await_cluster();
    }
    give_sums(with, base, sums[0], squares, totals, warp_row, warp_column);
    write_result<T>(p, with, shared, offsets);
}

template <class T, int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
__global__ void __launch_bounds__(product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>::threads)
    product(const __grid_constant__ product_arguments p) {
    make_tile<T, product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>, Rows, Columns, WarpRows, WarpColumns,
              Stages>(p, nullptr, nullptr);
}

template <class T, int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
__global__ void __launch_bounds__(product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>::threads)
    bulk_product(const __grid_constant__ bulk_product_arguments p) {
    make_tile<T, product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>, Rows, Columns, WarpRows, WarpColumns,
              Stages>(p.product, &p.left, &p.right);
}

template <class T, int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, copies How>
product_entry make_entry() {
    using made = product_tile<Rows, Columns, WarpRows, WarpColumns, Stages, How>;
    if constexpr (How == copies::half_windows && sizeof(T) != 2) {
        return {made::shape, nullptr, made::shared_bytes};
    } else if constexpr (made::bulk) {
        const auto function =
            reinterpret_cast<const void*>(&bulk_product<T, Rows, Columns, WarpRows, WarpColumns, Stages, How>);
        return {made::shape, function, made::shared_bytes};
    } else {
        const auto function =
            reinterpret_cast<const void*>(&product<T, Rows, Columns, WarpRows, WarpColumns, Stages, How>);
        return {made::shape, function, made::shared_bytes};
    }
}

template <class T>
const product_entry& product_of(int i) {
    using enum copies;
    static const product_entry all[tiles] = {
        make_entry<T, 16, 64, 16, 16, 5, pieces>(),
        make_entry<T, 32, 32, 16, 16, 5, pieces>(),
        make_entry<T, 32, 64, 16, 32, 5, pieces>(),
        make_entry<T, 64, 32, 32, 16, 5, pieces>(),
        make_entry<T, 64, 64, 32, 32, 4, pieces>(),
        make_entry<T, 128, 64, 32, 32, 4, pieces>(),
        make_entry<T, 64, 128, 32, 32, 4, pieces>(),
        make_entry<T, 128, 128, 64, 32, 4, pieces>(),
        make_entry<T, 32, 32, 16, 16, 4, columns>(),
        make_entry<T, 64, 64, 32, 32, 3, columns>(),
        make_entry<T, 32, 32, 16, 16, 4, elements>(),
        make_entry<T, 64, 64, 32, 32, 3, elements>(),
        make_entry<T, 32, 64, 16, 32, 6, boxes>(),
        make_entry<T, 64, 32, 32, 16, 6, boxes>(),
        make_entry<T, 64, 64, 32, 32, 4, boxes>(),
        make_entry<T, 64, 64, 32, 32, 8, boxes>(),
        make_entry<T, 128, 64, 32, 32, 6, boxes>(),
        make_entry<T, 64, 128, 32, 32, 6, boxes>(),
        make_entry<T, 32, 64, 16, 32, 6, windows>(),
        make_entry<T, 64, 32, 32, 16, 6, windows>(),
        make_entry<T, 64, 64, 32, 32, 4, windows>(),
        make_entry<T, 64, 64, 32, 32, 8, windows>(),
        make_entry<T, 128, 64, 32, 32, 6, windows>(),
        make_entry<T, 64, 128, 32, 32, 6, windows>(),
        make_entry<T, 32, 64, 16, 32, 6, half_windows>(),
        make_entry<T, 64, 32, 32, 16, 6, half_windows>(),
        make_entry<T, 64, 64, 32, 32, 4, half_windows>(),
        make_entry<T, 64, 64, 32, 32, 8, half_windows>(),
        make_entry<T, 128, 64, 32, 32, 6, half_windows>(),
        make_entry<T, 64, 128, 32, 32, 6, half_windows>(),
        make_entry<T, 32, 64, 16, 32, 6, normalised>(),
        make_entry<T, 64, 32, 32, 16, 6, normalised>(),
        make_entry<T, 64, 64, 32, 32, 4, normalised>(),
        make_entry<T, 64, 64, 32, 32, 8, normalised>(),
        make_entry<T, 128, 64, 32, 32, 6, normalised>(),
        make_entry<T, 64, 128, 32, 32, 6, normalised>(),
        make_entry<T, 32, 64, 16, 32, 6, centred>(),
        make_entry<T, 64, 32, 32, 16, 6, centred>(),
        make_entry<T, 64, 64, 32, 32, 4, centred>(),
        make_entry<T, 64, 64, 32, 32, 8, centred>(),
        make_entry<T, 128, 64, 32, 32, 6, centred>(),
        make_entry<T, 64, 128, 32, 32, 6, centred>(),
        make_entry<T, 32, 64, 16, 32, 6, normalised_residual>(),
        make_entry<T, 64, 32, 32, 16, 6, normalised_residual>(),
        make_entry<T, 64, 64, 32, 32, 4, normalised_residual>(),
        make_entry<T, 64, 64, 32, 32, 8, normalised_residual>(),
        make_entry<T, 128, 64, 32, 32, 6, normalised_residual>(),
        make_entry<T, 64, 128, 32, 32, 6, normalised_residual>(),
    };
    return all[i];
}

} // namespace

} // namespace opara::engine::gpu
