// Products of half precision, bf16.
#include <examples/engine/cuda/product.cuh>

namespace opara::engine::gpu {

const product_entry& bfloat_product(int i) { return product_of<bfloat>(i); }

} // namespace opara::engine::gpu
