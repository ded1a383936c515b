// Operators that move elements and compute none.
#include <examples/engine/cuda/device.cuh>
#include <examples/engine/cuda/element.cuh>
#include <examples/engine/cuda/functions.hpp>

namespace opara::engine::gpu {
namespace {

template <class T, int Most>
__global__ void copy(const __grid_constant__ copy_arguments<Most> p) {
    await_dependencies();
    int part = 0;
    if constexpr (Most > 1) {
        while (part + 1 < p.parts && p.part[part + 1].first_block <= blockIdx.x) {
            ++part;
        }
    }
    const copy_part& own = p.part[part];
    const std::uint32_t i = (blockIdx.x - own.first_block) * blockDim.x + threadIdx.x;
    if (i >= own.over.count) {
        return;
    }
    std::int32_t at[2];
    const operand* const both[2] = {&own.to, &own.from};
    locate(own.over, both, i, at);
    static_cast<T*>(own.to.elements)[at[0]] = static_cast<const T*>(own.from.elements)[at[1]];
}

template <class T>
__global__ void pad(const __grid_constant__ pad_arguments p) {
    await_dependencies();
    std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= p.over.count) {
        return;
    }
    std::int32_t to = 0;
    std::int32_t from = 0;
    bool inside = true;
#pragma unroll
    for (int a = most_axes - 1; a >= 0; --a) {
        if (a < p.over.axes) {
            const std::uint32_t rest = i / p.over.extent[a];
            const auto place = static_cast<std::int32_t>(i - rest * p.over.extent[a]);
            i = rest;
            to += place * p.y.step[a];
            std::int32_t source = place - p.before[a];
            if (p.mode == padding::edge) {
                source = min(max(source, 0), p.extent[a] - 1);
            } else if (p.mode == padding::reflect) {
                source = source < 0 ? -source : (source >= p.extent[a] ? 2 * (p.extent[a] - 1) - source : source);
            }
            inside = inside && source >= 0 && source < p.extent[a];
            from += source * p.x.step[a];
        }
    }
    T filler = static_cast<T>(p.bits);
    if (p.number != nullptr) {
        filler = *static_cast<const T*>(p.number);
    }
    static_cast<T*>(p.y.elements)[to] = inside ? static_cast<const T*>(p.x.elements)[from] : filler;
}

template <class T>
__global__ void fill(const __grid_constant__ fill_arguments p) {
    await_dependencies();
    const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < p.count) {
        static_cast<T*>(p.y)[i] = static_cast<T>(p.bits);
    }
}

template <class T>
__global__ void range(const __grid_constant__ range_arguments p) {
    await_dependencies();
    const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < p.count) {
        using wide = computed<T>;
        static_cast<T*>(p.y)[i] = stored<T>(static_cast<wide>(
            loaded(*static_cast<const T*>(p.start)) + static_cast<wide>(i) * loaded(*static_cast<const T*>(p.delta))));
    }
}

// Where a table is read; an index that does not exist is told, and reads nothing.
struct place_in_table {
    std::int64_t row;
    bool exists;
};
__device__ inline place_in_table place_of(const void* indices, std::int32_t wide, std::uint32_t i, std::int64_t extent,
                                          std::int32_t op, std::uint32_t* fault) {
    std::int64_t row = wide != 0 ? static_cast<const std::int64_t*>(indices)[i]
                                 : static_cast<std::int64_t>(static_cast<const std::int32_t*>(indices)[i]);
    if (row < -extent || row >= extent) {
        atomicCAS(fault, 0U, static_cast<std::uint32_t>(op) + 1U);
        return {0, false};
    }
    return {row < 0 ? row + extent : row, true};
}

template <class T>
__global__ void gather(const __grid_constant__ gather_arguments p) {
    await_dependencies();
    const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= p.outer * p.count * p.inner) {
        return;
    }
    const std::uint32_t column = i % p.inner;
    const std::uint32_t line = i / p.inner;
    const place_in_table place = place_of(p.indices, p.wide, line % p.count, p.extent, p.op, p.fault);
    const std::int64_t row = static_cast<std::int64_t>(line / p.count) * p.extent + place.row;
    static_cast<T*>(p.y)[i] = place.exists ? static_cast<const T*>(p.table)[row * p.inner + column] : T{};
}

template <class T>
__global__ void bag(const __grid_constant__ bag_arguments p) {
    await_dependencies();
    const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= p.batch * p.width) {
        return;
    }
    const std::uint32_t line = i / p.width;
    float sum = 0.0F;
    for (std::uint32_t k = 0; k < p.count; ++k) {
        const place_in_table place = place_of(p.indices, p.wide, line * p.count + k, p.extent, p.op, p.fault);
        sum += place.exists ? loaded(static_cast<const T*>(p.table)[place.row * p.width + i % p.width]) : 0.0F;
    }
    static_cast<T*>(p.y)[i] = stored<T>(p.mean != 0 ? sum / static_cast<float>(p.count) : sum);
}

template <class T>
__global__ void field(const __grid_constant__ field_arguments p) {
    await_dependencies();
    const std::uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= p.batch * p.fields * p.width) {
        return;
    }
    const std::uint32_t line = i / p.width;
    const std::uint32_t f = line % p.fields;
    const place_in_table place = place_of(p.indices, p.wide, line, p.offsets[f + 1] - p.offsets[f], p.op, p.fault);
    static_cast<T*>(p.y)[i] =
        place.exists ? static_cast<const T*>(p.table)[(p.offsets[f] + place.row) * p.width + i % p.width] : T{};
}

template <class F>
const void* address(F* f) {
    return reinterpret_cast<const void*>(f);
}

} // namespace

const void* copy_kernel(unsigned bytes, int parts) {
    if (parts == 1) {
        switch (bytes) {
        case 1: return address(&copy<std::uint8_t, 1>);
        case 2: return address(&copy<std::uint16_t, 1>);
        case 4: return address(&copy<std::uint32_t, 1>);
        case 8: return address(&copy<std::uint64_t, 1>);
        default: return nullptr;
        }
    }
    switch (bytes) {
    case 1: return address(&copy<std::uint8_t, many_parts>);
    case 2: return address(&copy<std::uint16_t, many_parts>);
    case 4: return address(&copy<std::uint32_t, many_parts>);
    case 8: return address(&copy<std::uint64_t, many_parts>);
    default: return nullptr;
    }
}
const void* pad_kernel(unsigned bytes) {
    switch (bytes) {
    case 1: return address(&pad<std::uint8_t>);
    case 2: return address(&pad<std::uint16_t>);
    case 4: return address(&pad<std::uint32_t>);
    case 8: return address(&pad<std::uint64_t>);
    default: return nullptr;
    }
}
const void* fill_kernel(unsigned bytes) {
    switch (bytes) {
    case 1: return address(&fill<std::uint8_t>);
    case 2: return address(&fill<std::uint16_t>);
    case 4: return address(&fill<std::uint32_t>);
    case 8: return address(&fill<std::uint64_t>);
    default: return nullptr;
    }
}
const void* range_kernel(number type) {
    switch (type) {
    case number::f32: return address(&range<float>);
    case number::f16: return address(&range<half>);
    case number::bf16: return address(&range<bfloat>);
    case number::i32: return address(&range<std::int32_t>);
    case number::i64: return address(&range<std::int64_t>);
    default: return nullptr;
    }
}
const void* gather_kernel(unsigned bytes) {
    switch (bytes) {
    case 1: return address(&gather<std::uint8_t>);
    case 2: return address(&gather<std::uint16_t>);
    case 4: return address(&gather<std::uint32_t>);
    case 8: return address(&gather<std::uint64_t>);
    default: return nullptr;
    }
}
const void* bag_kernel(number real) {
    return by_real(real, [](auto x) { return address(&bag<decltype(x)>); });
}
const void* field_kernel(number real) {
    return by_real(real, [](auto x) { return address(&field<decltype(x)>); });
}

} // namespace opara::engine::gpu
