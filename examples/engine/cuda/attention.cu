// Attention: softmax(scale q k^T + bias) v, never with all scores in memory.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/tensor_core.cuh>

#include <cmath>
#include <cstdint>

namespace opara::engine::gpu {
namespace {

// What a block works on: one of the leading places.
template <class T>
struct place {
    const T* q;
    const T* k;
    const T* v;
    const T* bias; // or null
    T* y;
};

template <class T>
__device__ inline place<T> place_of(const attention_arguments& p) {
    place<T> at{static_cast<const T*>(p.q.elements), static_cast<const T*>(p.k.elements),
                static_cast<const T*>(p.v.elements), static_cast<const T*>(p.bias), static_cast<T*>(p.y.elements)};
    auto rest = static_cast<std::int32_t>(blockIdx.y);
#pragma unroll
    for (int i = 2; i >= 0; --i) {
        if (p.lead_extent[i] == 1) {
            continue;
        }
        const std::int32_t outer = rest / p.lead_extent[i];
        const std::int64_t inner = rest - outer * p.lead_extent[i];
        at.q += inner * p.q.lead[i];
        at.k += inner * p.k.lead[i];
        at.v += inner * p.v.lead[i];
        at.y += inner * p.y.lead[i];
        at.bias += at.bias == nullptr ? 0 : inner * p.bias_lead[i];
        rest = outer;
    }
    return at;
}

// ---- rows of 32 or 64 elements, on the tensor cores: 16 queries a block, and each of 4 warps goes through every
// fourth 32 keys with the largest score and the sum so far of its own; at the end the four are weighed against each
// other.
//
// Nothing but that end needs shared memory. A product does not care in which order its inner dimension is counted, nor
// we in which order columns of the result are, so each lane counts such that what it holds lies side by side in memory:
// 16 bytes of a row of queries and keys, and the columns of values that end up in its own part of the result. The
// scores, too, lie in the result of the first product as the second wants its left operand: of half precision as they
// are, those of two products side by side; of floats if that counts keys 2t and 2t + 1 where it means t and t + 4.

constexpr int tile_queries = 16;
constexpr int tile_warps = 4;
constexpr int tile_keys = 32; // of a warp at a time

// 16 bytes as operands.
template <class T>
__device__ inline uint4 four_operands(const T* from) {
    return *reinterpret_cast<const uint4*>(from);
}
template <class T>
__device__ inline std::uint32_t operand_of(std::uint32_t bits) {
    make_operand<T>(bits);
    return bits;
}

// Elements of a row of values, in pieces of 32 bits.
template <class T, int Elements>
struct row_part {
    static constexpr int words = Elements * static_cast<int>(sizeof(T)) / 4;
    std::uint32_t word[words];

    __device__ void read(const T* from) {
        static_assert(words == 2 || words % 4 == 0);
        if constexpr (words == 2) {
            *reinterpret_cast<uint2*>(word) = *reinterpret_cast<const uint2*>(from);
        } else {
#pragma unroll
            for (int i = 0; i < words; i += 4) {
                *reinterpret_cast<uint4*>(word + i) = reinterpret_cast<const uint4*>(from)[i / 4];
            }
        }
    }
};

__device__ inline std::uint32_t two_of(half, float first, float second) {
    const __half2 both = __floats2half2_rn(first, second);
    return *reinterpret_cast<const std::uint32_t*>(&both);
}
__device__ inline std::uint32_t two_of(bfloat, float first, float second) {
    const __nv_bfloat162 both = __floats2bfloat162_rn(first, second);
    return *reinterpret_cast<const std::uint32_t*>(&both);
}

// What is multiplied with values, of a score: rounded as the operand will be, which is what the sum has to be divided
// by, too.
template <class T>
__device__ inline float weight_of(float score) {
    if constexpr (std::is_same_v<T, float>) {
        return __uint_as_float(operand_of<float>(__float_as_uint(expf(score))));
    } else {
        return loaded(stored<T>(expf(score)));
    }
}

// sums += weights values for the weights of 8 keys after another, as they lie in results, and lanes' parts of the rows
// of keys 2t and 2t + 1 of each 8.
template <class T, int Across, int Down>
__device__ inline void add_values(float (&sums)[Across][4], const float (&weights)[Down][4],
                                  const row_part<T, Across> (&values)[Down][2]) {
    if constexpr (std::is_same_v<T, float>) {
#pragma unroll
        for (int i = 0; i < Down; ++i) {
            std::uint32_t left[4]; // (g, 2t), (g + 8, 2t), (g, 2t + 1), (g + 8, 2t + 1)
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                left[e % 2 * 2 + e / 2] = __float_as_uint(weights[i][e]);
            }
#pragma unroll
            for (int c = 0; c < Across; ++c) {
                multiply_add<T>(sums[c], left, operand_of<T>(values[i][0].word[c]),
                                operand_of<T>(values[i][1].word[c]));
            }
        }
    } else {
        static_assert(Down % 2 == 0);
#pragma unroll
        for (int i = 0; i < Down; i += 2) {
            std::uint32_t left[4]; // keys 2t and 2t + 1 of g, of g + 8, keys 2t + 8 and 2t + 9 of g, of g + 8
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                left[e] = two_of(T{}, weights[i + e / 2][e % 2 * 2], weights[i + e / 2][e % 2 * 2 + 1]);
            }
#pragma unroll
            for (int c = 0; c < Across; ++c) {
                const unsigned halves = c % 2 == 0 ? 0x5410 : 0x7632; // of the two rows' words
                multiply_add<T>(sums[c], left, __byte_perm(values[i][0].word[c / 2], values[i][1].word[c / 2], halves),
                                __byte_perm(values[i + 1][0].word[c / 2], values[i + 1][1].word[c / 2], halves));
            }
        }
    }
}

template <class T, int Width, int Columns>
__global__ void __launch_bounds__(tile_warps * 32) attend_in_tiles(const __grid_constant__ attention_arguments p) {
    constexpr int of_piece = 16 / static_cast<int>(sizeof(T)); // elements of 16 bytes
    constexpr int pieces = Width / (4 * of_piece);             // of a lane in a row
    constexpr int across = Columns / 8; // tiles of the result, and columns of a lane in each value
    constexpr int down = tile_keys / 8;
    static_assert(Width % (4 * of_piece) == 0 && across % 4 == 0);
    await_dependencies();
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int g = lane / 4;
    const int t = lane % 4;
    const int first = static_cast<int>(blockIdx.x) * tile_queries;
    const auto [q_of, k_of, v_of, bias, y_of] = place_of<T>(p);

    // Rows that do not exist are read as the last one; what comes of them is not written, or gets no weight.
    std::uint32_t q[2 * pieces][4];
#pragma unroll
    for (int j = 0; j < pieces; ++j) {
        const int at = (4 * j + t) * of_piece;
        const uint4 x = four_operands(q_of + static_cast<std::int64_t>(min(first + g, p.queries - 1)) * p.q.row + at);
        const uint4 y =
            four_operands(q_of + static_cast<std::int64_t>(min(first + g + 8, p.queries - 1)) * p.q.row + at);
        q[2 * j][0] = operand_of<T>(x.x);
        q[2 * j][1] = operand_of<T>(y.x);
        q[2 * j][2] = operand_of<T>(x.y);
        q[2 * j][3] = operand_of<T>(y.y);
        q[2 * j + 1][0] = operand_of<T>(x.z);
        q[2 * j + 1][1] = operand_of<T>(y.z);
        q[2 * j + 1][2] = operand_of<T>(x.w);
        q[2 * j + 1][3] = operand_of<T>(y.w);
    }
    float most[2] = {-INFINITY, -INFINITY}; // of rows g and g + 8
    float total[2] = {};                    // over this lane's keys
    float sums[across][4] = {};
    for (int begin = warp * tile_keys; begin < p.keys; begin += tile_warps * tile_keys) {
        uint4 keys[down][pieces];
        row_part<T, across> values[down][2];
#pragma unroll
        for (int i = 0; i < down; ++i) {
            const auto key = static_cast<std::int64_t>(min(begin + 8 * i + g, p.keys - 1));
#pragma unroll
            for (int j = 0; j < pieces; ++j) {
                keys[i][j] = four_operands(k_of + key * p.k.row + (4 * j + t) * of_piece);
            }
        }
#pragma unroll
        for (int i = 0; i < down; ++i) {
#pragma unroll
            for (int h = 0; h < 2; ++h) {
                const auto key = static_cast<std::int64_t>(min(begin + 8 * i + 2 * t + h, p.keys - 1));
                values[i][h].read(v_of + key * p.v.row + across * g);
            }
        }
        float score[down][4] = {};
#pragma unroll
        for (int i = 0; i < down; ++i) {
#pragma unroll
            for (int j = 0; j < pieces; ++j) {
                const uint4 x = keys[i][j];
                multiply_add<T>(score[i], q[2 * j], operand_of<T>(x.x), operand_of<T>(x.y));
                multiply_add<T>(score[i], q[2 * j + 1], operand_of<T>(x.z), operand_of<T>(x.w));
            }
        }
        float larger[2] = {most[0], most[1]};
#pragma unroll
        for (int i = 0; i < down; ++i) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const int key = begin + 8 * i + 2 * t + e % 2;
                const int query = first + g + e / 2 * 8;
                float s = score[i][e] * p.scale;
                if (bias != nullptr && key < p.keys && query < p.queries) {
                    s += loaded(bias[static_cast<std::int64_t>(query) * p.bias_query +
                                     static_cast<std::int64_t>(key) * p.bias_key]);
                }
                score[i][e] = key < p.keys ? s : -INFINITY;
                larger[e / 2] = fmaxf(larger[e / 2], score[i][e]);
            }
        }
        float shift[2];
#pragma unroll
        for (int r = 0; r < 2; ++r) {
            larger[r] = fmaxf(larger[r], shuffled(larger[r], 1));
            larger[r] = fmaxf(larger[r], shuffled(larger[r], 2));
            shift[r] = larger[r] == -INFINITY ? 0.0F : larger[r]; // a row that is masked so far
            const float shrink = expf(most[r] - shift[r]);
            most[r] = larger[r];
            total[r] *= shrink;
#pragma unroll
            for (int n = 0; n < across; ++n) {
                sums[n][2 * r] *= shrink;
                sums[n][2 * r + 1] *= shrink;
            }
        }
#pragma unroll
        for (int i = 0; i < down; ++i) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                score[i][e] = weight_of<T>(score[i][e] - shift[e / 2]);
                total[e / 2] += score[i][e];
            }
        }
        add_values<T>(sums, score, values);
    }

    __shared__ float best[tile_warps][tile_queries];
    __shared__ float weights[tile_warps][tile_queries];
    __shared__ __align__(16) float parts[tile_warps][tile_queries][Columns + 4];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
        total[r] += shuffled(total[r], 1);
        total[r] += shuffled(total[r], 2);
        if (t == 0) {
            best[warp][g + 8 * r] = most[r];
            weights[warp][g + 8 * r] = total[r];
        }
#pragma unroll
        for (int h = 0; h < 2; ++h) {
#pragma unroll
            for (int c = 0; c < across / 4; ++c) {
                *reinterpret_cast<float4*>(&parts[warp][g + 8 * r][across * (2 * t + h) + 4 * c]) = {
                    sums[4 * c][2 * r + h], sums[4 * c + 1][2 * r + h], sums[4 * c + 2][2 * r + h],
                    sums[4 * c + 3][2 * r + h]};
            }
        }
    }
    __syncthreads();
    constexpr int lanes = tile_warps * 32 / tile_queries; // that share a row of the result
    const int row = static_cast<int>(threadIdx.x) / lanes;
    const int column = static_cast<int>(threadIdx.x) % lanes * (Columns / lanes);
    if (first + row >= p.queries) {
        return;
    }
    float largest = -INFINITY;
#pragma unroll
    for (int w = 0; w < tile_warps; ++w) {
        largest = fmaxf(largest, best[w][row]);
    }
    largest = largest == -INFINITY ? 0.0F : largest;
    float factor[tile_warps];
    float all = 0.0F;
#pragma unroll
    for (int w = 0; w < tile_warps; ++w) {
        factor[w] = expf(best[w][row] - largest);
        all += factor[w] * weights[w][row];
    }
    T* const y = y_of + static_cast<std::int64_t>(first + row) * p.y.row + column;
#pragma unroll
    for (int c = 0; c < Columns / lanes; c += 4) {
        float4 sum{0.0F, 0.0F, 0.0F, 0.0F};
#pragma unroll
        for (int w = 0; w < tile_warps; ++w) {
            const float4 x = load_four<float>(&parts[w][row][column + c]);
            sum.x = fmaf(factor[w], x.x, sum.x);
            sum.y = fmaf(factor[w], x.y, sum.y);
            sum.z = fmaf(factor[w], x.z, sum.z);
            sum.w = fmaf(factor[w], x.w, sum.w);
        }
        store_four(y + c, {sum.x / all, sum.y / all, sum.z / all, sum.w / all});
    }
}

// ---- rows of any width, in float: 4 warps take 2 queries each and go through the keys 32 at a time, each lane one of
// them, with the largest score and the sum so far. Rows of queries and keys are read 4 elements at a time, padded with
// zeros; those of keys begin 4 banks apart.

constexpr int attention_queries = 8;
constexpr int queries_of_warp = 2;

__host__ __device__ inline int padded_width(int width) { return (width + 3) / 4 * 4; }
__host__ __device__ inline int key_pitch(int width) {
    const int padded = padded_width(width);
    return padded % 8 == 0 ? padded + 4 : padded;
}

// Brings rows into shared memory, `pitch` apart, what lies between zero. Several loads are on the way before the first
// is stored: the compiler may not exchange them itself.
template <class T>
__device__ inline void bring(float* to, int pitch, const T* from, int rows, int width) {
    constexpr int threads = 128;
    constexpr int at_once = 8;
    const int first = static_cast<int>(threadIdx.x);
    if (width % 4 == 0) {
        const int quads = width / 4;
        for (int begin = first; begin < rows * quads; begin += threads * at_once) {
            float4 x[at_once];
#pragma unroll
            for (int u = 0; u < at_once; ++u) {
                const int i = begin + u * threads;
                if (i < rows * quads) {
                    x[u] = load_four(from + static_cast<std::int64_t>(i) * 4);
                }
            }
#pragma unroll
            for (int u = 0; u < at_once; ++u) {
                const int i = begin + u * threads;
                if (i < rows * quads) {
                    const int row = i / quads;
                    *reinterpret_cast<float4*>(to + row * pitch + (i - row * quads) * 4) = x[u];
                }
            }
        }
        return;
    }
    const int padded = padded_width(width);
    for (int i = first; i < rows * padded; i += threads) {
        const int row = i / padded;
        const int d = i - row * padded;
        to[row * pitch + d] = d < width ? loaded(from[static_cast<std::int64_t>(row) * width + d]) : 0.0F;
    }
}

template <class T>
__global__ void __launch_bounds__(128) attend(const __grid_constant__ attention_arguments p) {
    await_dependencies();
    extern __shared__ __align__(16) float shared[];
    const int width = p.width;
    const int padded = padded_width(width);
    const int pitch = key_pitch(width);
    const int columns = p.columns;
    float* const q = shared;                         // [8][padded]
    float* const k = q + attention_queries * padded; // [32][pitch]
    float* const v = k + 32 * pitch;                 // [32][value_pitch]
    const int value_pitch = padded_width(columns);
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int first = static_cast<int>(blockIdx.x) * attention_queries;
    const auto [q_of, k_of, v_of, bias, y_of] = place_of<T>(p); // rows of q, k and v are dense here
    bring(q, padded, q_of + static_cast<std::int64_t>(first) * width, min(attention_queries, p.queries - first), width);
    float most[queries_of_warp];
    float total[queries_of_warp];
    float sums[queries_of_warp][most_attention_columns / 32];
#pragma unroll
    for (int i = 0; i < queries_of_warp; ++i) {
        most[i] = -INFINITY;
        total[i] = 0.0F;
#pragma unroll
        for (int c = 0; c < most_attention_columns / 32; ++c) {
            sums[i][c] = 0.0F;
        }
    }
    for (int begin = 0; begin < p.keys; begin += 32) {
        __syncthreads();
        const int count = min(32, p.keys - begin);
        bring(k, pitch, k_of + static_cast<std::int64_t>(begin) * width, count, width);
        bring(v, value_pitch, v_of + static_cast<std::int64_t>(begin) * columns, count, columns);
        __syncthreads();
        float score[queries_of_warp] = {};
        if (lane < count) {
            for (int d = 0; d < padded; d += 4) {
                const float4 e = *reinterpret_cast<const float4*>(k + lane * pitch + d);
#pragma unroll
                for (int i = 0; i < queries_of_warp; ++i) {
                    const float4 own = *reinterpret_cast<const float4*>(q + (warp * queries_of_warp + i) * padded + d);
                    score[i] = fmaf(own.x, e.x, fmaf(own.y, e.y, fmaf(own.z, e.z, fmaf(own.w, e.w, score[i]))));
                }
            }
        }
#pragma unroll
        for (int i = 0; i < queries_of_warp; ++i) {
            const int query = first + warp * queries_of_warp + i;
            float s = score[i] * p.scale;
            if (bias != nullptr && lane < count && query < p.queries) {
                s += loaded(bias[static_cast<std::int64_t>(query) * p.bias_query +
                                 static_cast<std::int64_t>(begin + lane) * p.bias_key]);
            }
            s = lane < count ? s : -INFINITY;
            float larger = s;
            for (int distance = 16; distance != 0; distance /= 2) {
                larger = fmaxf(larger, shuffled(larger, distance));
            }
            larger = fmaxf(larger, most[i]);
            const float shift = larger == -INFINITY ? 0.0F : larger; // a row that is masked so far
            const float shrink = expf(most[i] - shift);
            const float e = expf(s - shift);
            float sum = e;
            for (int distance = 16; distance != 0; distance /= 2) {
                sum += shuffled(sum, distance);
            }
            total[i] = total[i] * shrink + sum;
            most[i] = larger;
            score[i] = e;
#pragma unroll
            for (int c = 0; c < most_attention_columns / 32; ++c) {
                sums[i][c] *= shrink;
            }
        }
        for (int j = 0; j < count; ++j) {
            float e[queries_of_warp];
#pragma unroll
            for (int i = 0; i < queries_of_warp; ++i) {
                e[i] = __shfl_sync(0xFFFFFFFFU, score[i], j);
            }
#pragma unroll
            for (int c = 0; c < most_attention_columns / 32; ++c) {
                if (c * 32 < columns) {
                    const float x = c * 32 + lane < columns ? v[j * value_pitch + c * 32 + lane] : 0.0F;
#pragma unroll
                    for (int i = 0; i < queries_of_warp; ++i) {
                        sums[i][c] = fmaf(e[i], x, sums[i][c]);
                    }
                }
            }
        }
    }
#pragma unroll
    for (int i = 0; i < queries_of_warp; ++i) {
        const int query = first + warp * queries_of_warp + i;
        if (query < p.queries) {
#pragma unroll
            for (int c = 0; c < most_attention_columns / 32; ++c) {
                if (c * 32 + lane < columns) {
                    y_of[static_cast<std::int64_t>(query) * p.y.row + c * 32 + lane] = stored<T>(sums[i][c] / total[i]);
                }
            }
        }
    }
}

} // namespace

attention_launch attention_kernel(number real, int width, int columns) {
    if (width == columns && (width == 32 || width == 64)) {
        const void* const function = by_real(real, [&](auto x) {
            using type = decltype(x);
            return width == 32 ? reinterpret_cast<const void*>(&attend_in_tiles<type, 32, 32>)
                               : reinterpret_cast<const void*>(&attend_in_tiles<type, 64, 64>);
        });
        return {function, tile_queries, tile_warps * 32, 0, true};
    }
    const int floats = attention_queries * padded_width(width) + 32 * key_pitch(width) + 32 * padded_width(columns);
    const void* const function =
        by_real(real, [](auto x) { return reinterpret_cast<const void*>(&attend<decltype(x)>); });
    return {function, attention_queries, 128, static_cast<unsigned>(floats * 4), false};
}

} // namespace opara::engine::gpu
