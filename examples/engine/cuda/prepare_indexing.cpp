#include <examples/engine/cuda/context.hpp>
#include <examples/engine/cuda/functions.hpp>

#include <array>

namespace opara::engine::gpu {
namespace {

std::int32_t is_wide(const context& c, std::size_t input) {
    if (c.input(input).type == onnx::element::i32) {
        return 0;
    }
    c.expect_input(input, onnx::element::i64);
    return 1;
}

std::uint32_t count_of(const onnx::shape& dims) { return static_cast<std::uint32_t>(narrow(onnx::elements(dims))); }

prepared gather(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const auto split = dims.begin() + static_cast<std::ptrdiff_t>(c.axis(c.integer("axis", 0), dims.size()));
    gather_arguments a{};
    a.outer = count_of(onnx::shape(dims.begin(), split));
    a.count = count_of(c.in_dims(1));
    a.inner = count_of(onnx::shape(split + 1, dims.end()));
    a.extent = *split;
    a.table = c.in_plain(0);
    a.indices = c.in_plain(1);
    a.wide = is_wide(c, 1);
    a.y = c.out(0);
    a.op = narrow(c.op().value);
    a.fault = c.fault();
    const auto size = static_cast<unsigned>(c.size_of(c.input(0)));
    return {{},
            {step{c.existing(gather_kernel(size), c.input(0)), blocks_for(count_of(c.out_dims(0))), block_threads, a}}};
}

prepared embedding_bag(context& c) {
    bag_arguments a{};
    a.batch = static_cast<std::uint32_t>(narrow(c.in_dims(0)[0]));
    a.count = static_cast<std::uint32_t>(narrow(c.in_dims(0)[1]));
    a.width = static_cast<std::uint32_t>(narrow(c.in_dims(1)[1]));
    a.extent = c.in_dims(1)[0];
    a.table = c.reals(1);
    a.indices = c.in_plain(0);
    a.wide = is_wide(c, 0);
    a.mean = c.text("mode", "sum") == "mean" ? 1 : 0;
    a.y = c.out_reals(0);
    a.op = narrow(c.op().value);
    a.fault = c.fault();
    return {{}, {step{bag_kernel(c.real_type()), blocks_for(count_of(c.out_dims(0))), block_threads, a}}};
}

// One table for all fields: each field's rows begin at its offset and end at the next one's.
prepared field_embedding(context& c) {
    const auto fields = static_cast<std::size_t>(c.in_dims(0)[1]);
    std::vector<std::int64_t> offsets = c.list("offsets", fields, 0);
    offsets.push_back(c.in_dims(1)[0]);
    field_arguments a{};
    a.batch = static_cast<std::uint32_t>(narrow(c.in_dims(0)[0]));
    a.fields = static_cast<std::uint32_t>(fields);
    a.width = static_cast<std::uint32_t>(narrow(c.in_dims(1)[1]));
    a.table = c.reals(1);
    a.indices = c.in_plain(0);
    a.offsets = c.constant(std::span<const std::int64_t>{offsets});
    a.wide = is_wide(c, 0);
    a.y = c.out_reals(0);
    a.op = narrow(c.op().value);
    a.fault = c.fault();
    return {{}, {step{field_kernel(c.real_type()), blocks_for(count_of(c.out_dims(0))), block_threads, a}}};
}

constexpr std::array operators{
    registration{"", "Gather", layout_rule::plain, gather},
    registration{"opara", "EmbeddingBag", layout_rule::plain, embedding_bag},
    registration{"opara", "FieldEmbedding", layout_rule::plain, field_embedding},
};

} // namespace

std::span<const registration> indexing_operators() noexcept { return operators; }

} // namespace opara::engine::gpu
