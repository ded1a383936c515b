// Products of floats, in TF32, and which kernel is whose.
#include <examples/engine/cuda/product.cuh>

namespace opara::engine::gpu {

const product_entry& float_product(int i) { return product_of<float>(i); }

const tile_shape& tile(int i) { return float_product(i).shape; }
unsigned product_shared_bytes(int i) { return float_product(i).shared_bytes; }
const void* product_kernel(number real, int i) {
    switch (real) {
    case number::f32: return float_product(i).function;
    case number::f16: return half_product(i).function;
    case number::bf16: return bfloat_product(i).function;
    default: return nullptr;
    }
}

} // namespace opara::engine::gpu
