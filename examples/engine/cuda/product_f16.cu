// Products of half precision, fp16.
#include <examples/engine/cuda/product.cuh>

namespace opara::engine::gpu {

const product_entry& half_product(int i) { return product_of<half>(i); }

} // namespace opara::engine::gpu
