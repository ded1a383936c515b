#include <examples/engine/cuda/context.hpp>
#include <examples/engine/cuda/functions.hpp>
#include <examples/engine/cuda/movement.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace opara::engine::gpu {
namespace {

// Starts, ends, axes and steps are attributes before operator set 10 (which has no steps) and inputs since.
std::vector<std::int64_t> number_list(const context& c, std::size_t input, std::string_view name,
                                      std::vector<std::int64_t> otherwise) {
    if (c.has_input(input)) {
        return c.integers(input);
    }
    return c.node().attribute_or<std::vector<std::int64_t>>(name, std::move(otherwise));
}

std::vector<section> parts_of(const context& c) {
    const strides& steps = c.in_strides(0);
    const std::size_t axis = c.axis(c.integer("axis", 0), steps.size());
    const std::vector<std::int64_t> sizes = number_list(c, 1, "split", {});
    const auto count = static_cast<std::int64_t>(c.outputs());
    const std::int64_t even = (c.in_dims(0)[axis] + count - 1) / count;
    std::vector<section> all;
    std::int64_t begin = 0;
    // The size of a part that nobody asks for is found only where the sizes are written.
    for (std::size_t i = 0; i < c.outputs(); ++i) {
        all.push_back({begin * steps[axis], steps});
        begin += sizes.empty() ? even : sizes[i];
    }
    return all;
}

section slice_of(const context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const std::vector<std::int64_t> starts = number_list(c, 1, "starts", {});
    std::vector<std::int64_t> all(starts.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const std::vector<std::int64_t> axes = number_list(c, 3, "axes", all);
    const std::vector<std::int64_t> steps = number_list(c, 4, "steps", std::vector<std::int64_t>(starts.size(), 1));
    section slice{0, c.in_strides(0)};
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t axis = c.axis(axes[i], dims.size());
        const std::int64_t extent = dims[axis];
        const std::int64_t from = starts[i] < 0 ? starts[i] + extent : starts[i];
        const std::int64_t most = std::max<std::int64_t>(steps[i] < 0 ? extent - 1 : extent, 0);
        slice.offset += std::clamp<std::int64_t>(from, 0, most) * slice.steps[axis];
        // A step beyond the extent takes one element, however long it is: the product must not overflow.
        slice.steps[axis] *= std::clamp(steps[i], -extent - 1, extent + 1);
    }
    return slice;
}

// A copy of `extents` elements between places that lie `offset` elements behind the begin of target and source.
struct transfer {
    onnx::shape extents;
    std::byte* target;
    strides target_steps;
    std::int64_t target_offset;
    const std::byte* source;
    strides source_steps;
    std::int64_t source_offset;
};

// As few launches as can be: one for up to `many_parts` copies.
prepared copies(context& c, const onnx::value& of, const std::vector<transfer>& all) {
    const std::size_t size = c.size_of(of);
    const auto bytes = static_cast<std::int64_t>(size);
    std::vector<copy_part> parts;
    for (const transfer& t : all) {
        if (onnx::elements(t.extents) == 0) {
            continue;
        }
        const walk w = c.walk_over(t.extents, {t.target_steps, t.source_steps});
        parts.push_back(
            {w.over, w.at(0, t.target + t.target_offset * bytes), w.at(1, t.source + t.source_offset * bytes), 0});
    }
    prepared made;
    const auto kernel = [&](int most) { return c.existing(copy_kernel(static_cast<unsigned>(size), most), of); };
    if (parts.size() == 1) {
        copy_arguments<1> a{};
        a.parts = 1;
        a.part[0] = parts[0];
        made.last.emplace_back(kernel(1), blocks_for(parts[0].over.count), block_threads, a);
        return made;
    }
    for (std::size_t begin = 0; begin < parts.size(); begin += many_parts) {
        copy_arguments<many_parts> a{};
        std::uint32_t blocks = 0;
        for (std::size_t i = begin; i < std::min(parts.size(), begin + many_parts); ++i) {
            copy_part& p = a.part[a.parts++];
            p = parts[i];
            p.first_block = blocks;
            blocks += (p.over.count + block_threads - 1) / block_threads;
        }
        made.before.emplace_back(kernel(many_parts), dim3{blocks}, block_threads, a);
    }
    if (!made.before.empty()) {
        made.last.push_back(std::move(made.before.back()));
        made.before.pop_back();
    }
    return made;
}

// ---- what hands on what it got. The engine lets the output lie where the input does if it can; then nothing is
// copied.

prepared view(context& c) {
    if (c.out(0) == c.in(0)) {
        return {};
    }
    // Row-major on both sides, whatever the extents are called.
    return copies(c, c.input(0),
                  {{c.in_dims(0), c.out(0), plain_strides(c.in_dims(0)), 0, c.in(0), c.in_strides(0), 0}});
}

prepared identity(context& c) {
    if (c.out(0) == c.in(0)) {
        return {};
    }
    return copies(c, c.input(0), {{c.out_dims(0), c.out(0), c.out_strides(0), 0, c.in(0), c.in_strides(0), 0}});
}

prepared filled(context& c, std::size_t output, std::uint64_t bits) {
    const onnx::value& value = c.output(output);
    fill_arguments a{};
    a.count = static_cast<std::uint32_t>(narrow(onnx::elements(value.dims)));
    a.y = c.out(output);
    a.bits = bits;
    const auto size = static_cast<unsigned>(c.size_of(value));
    return {{}, {step{c.existing(fill_kernel(size), value), blocks_for(a.count), block_threads, a}}};
}

// At inference nothing is dropped: the mask, if somebody wants it, is all true (all one before operator set 10).
prepared dropout(context& c) {
    prepared made = c.has_output(0) ? identity(c) : prepared{};
    if (c.has_output(1)) {
        std::uint64_t bits = 1;
        if (c.output(1).type == onnx::element::f32) {
            bits = bits_of(c.real_type(), 1.0F);
        } else {
            c.expect_output(1, onnx::element::boolean);
        }
        prepared mask = filled(c, 1, bits);
        mask.before = std::move(made.last);
        return mask;
    }
    return made;
}

prepared transpose(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    std::vector<std::int64_t> order(dims.size());
    std::iota(order.rbegin(), order.rend(), std::int64_t{0});
    order = c.node().attribute_or<std::vector<std::int64_t>>("perm", order);
    strides source(dims.size());
    for (std::size_t k = 0; k < dims.size(); ++k) {
        source[k] = c.in_strides(0)[static_cast<std::size_t>(order[k])];
    }
    if (c.out(0) == c.in(0) && c.out_strides(0) == source) {
        return {}; // it lies so already
    }
    return copies(c, c.input(0), {{c.out_dims(0), c.out(0), c.out_strides(0), 0, c.in(0), source, 0}});
}

prepared expand(context& c) {
    const onnx::shape& dims = c.out_dims(0);
    return copies(
        c, c.input(0),
        {{dims, c.out(0), c.out_strides(0), 0, c.in(0), broadcast_strides(c.in_dims(0), c.in_strides(0), dims), 0}});
}

// ---- joining and cutting

prepared concat(context& c) {
    const std::size_t axis = c.axis(c.integer("axis", 0), c.out_dims(0).size());
    const auto size = static_cast<std::int64_t>(c.size_of(c.output(0)));
    std::vector<transfer> parts;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        const bool scalar = c.in_dims(i).empty(); // exporters put scalars between lists of one element
        const onnx::shape dims = scalar ? onnx::shape{1} : c.in_dims(i);
        const std::int64_t offset = begin * c.out_strides(0)[axis];
        if (c.in(i) != c.out(0) + offset * size) { // else it was written there in the first place
            parts.push_back(
                {dims, c.out(0), c.out_strides(0), offset, c.in(i), scalar ? strides{1} : c.in_strides(i), 0});
        }
        begin += dims[axis];
    }
    return copies(c, c.output(0), parts);
}

prepared cut(context& c) {
    const std::vector<section> sections = sections_of(c);
    const auto size = static_cast<std::int64_t>(c.size_of(c.input(0)));
    std::vector<transfer> all;
    for (std::size_t i = 0; i < c.outputs(); ++i) {
        if (c.has_output(i) && c.out(i) != c.in(0) + sections[i].offset * size) { // else it is there already
            all.push_back(
                {c.out_dims(i), c.out(i), c.out_strides(i), 0, c.in(0), sections[i].steps, sections[i].offset});
        }
    }
    return copies(c, c.input(0), all);
}

prepared pad(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    c.expect(dims.size() <= static_cast<std::size_t>(most_axes), "the input has too many axes");
    const std::string mode = c.text("mode", "constant");
    const std::vector<std::int64_t> pads = number_list(c, 1, "pads", {});
    std::vector<std::int64_t> before(dims.size(), 0);
    std::vector<std::int64_t> axes(dims.size());
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
    if (c.has_input(3)) {
        axes = c.integers(3);
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        before[c.axis(axes[i], dims.size())] = pads[i];
    }
    pad_arguments a{};
    a.over.count = static_cast<std::uint32_t>(narrow(onnx::elements(c.out_dims(0))));
    a.over.axes = narrow(static_cast<std::int64_t>(dims.size()));
    // In the order of the output's memory, so that neighbouring threads write neighbours.
    std::vector<std::size_t> order(dims.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t x, std::size_t y) { return c.out_strides(0)[x] > c.out_strides(0)[y]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t k = order[i];
        a.over.extent[i] = static_cast<std::uint32_t>(narrow(c.out_dims(0)[k]));
        a.y.step[i] = narrow(c.out_strides(0)[k]);
        a.x.step[i] = narrow(c.in_strides(0)[k]);
        a.extent[i] = narrow(dims[k]);
        a.before[i] = narrow(before[k]);
    }
    a.y.elements = c.out(0);
    a.x.elements = const_cast<std::byte*>(c.in(0));
    a.mode = mode == "edge" ? padding::edge : mode == "reflect" ? padding::reflect : padding::constant;
    const float attribute = c.real("value", 0.0);
    c.expect(attribute == 0.0F || c.input(0).type == onnx::element::f32, "attribute 'value' fits only float");
    a.bits = c.input(0).type == onnx::element::f32 ? bits_of(c.real_type(), attribute) : 0;
    a.number = c.has_input(2) ? c.in_plain(2) : nullptr;
    const auto size = static_cast<unsigned>(c.size_of(c.input(0)));
    return {{}, {step{c.existing(pad_kernel(size), c.input(0)), blocks_for(a.over.count), block_threads, a}}};
}

// ---- what needs no elements at all

prepared shape_of(context& c) {
    const auto rank = static_cast<std::int64_t>(c.in_dims(0).size());
    const std::int64_t given = c.integer("start", 0);
    const std::int64_t first = std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
    const auto* extents = c.constant(std::span<const std::int64_t>{c.in_dims(0)}.subspan(
        static_cast<std::size_t>(first), static_cast<std::size_t>(c.out_dims(0)[0])));
    return copies(c, c.output(0),
                  {{c.out_dims(0), c.out(0), {1}, 0, reinterpret_cast<const std::byte*>(extents), {1}, 0}});
}

prepared range(context& c) {
    range_arguments a{};
    a.count = static_cast<std::uint32_t>(narrow(c.out_dims(0)[0]));
    a.y = c.out(0);
    a.start = c.in(0);
    a.delta = c.in(2);
    const void* kernel = c.existing(range_kernel(c.number_of(c.output(0))), c.output(0));
    return {{}, {step{kernel, blocks_for(a.count), block_threads, a}}};
}

prepared constant_of_shape(context& c) {
    const float zero = 0.0F;
    const auto value =
        c.node().attribute_or<onnx::tensor>("value", onnx::tensor::of<float>(onnx::element::f32, {1}, {&zero, 1}));
    c.expect_output(0, value.type);
    std::uint64_t bits = 0;
    const std::vector<std::byte> bytes =
        value.type == onnx::element::f32 ? to_reals(c.real_type(), value.bytes) : value.bytes;
    std::memcpy(&bits, bytes.data(), std::min(sizeof bits, bytes.size()));
    return filled(c, 0, bits);
}

constexpr std::array operators{
    registration{"", "Reshape", layout_rule::view, view},
    registration{"", "Flatten", layout_rule::view, view},
    registration{"", "Squeeze", layout_rule::view, view},
    registration{"", "Unsqueeze", layout_rule::view, view},
    registration{"", "Identity", layout_rule::alias, identity},
    registration{"", "Dropout", layout_rule::alias, dropout},
    registration{"", "Transpose", layout_rule::plain, transpose},
    registration{"", "Expand", layout_rule::plain, expand},
    registration{"", "Concat", layout_rule::follows, concat},
    registration{"", "Split", layout_rule::follows, cut},
    registration{"", "Slice", layout_rule::follows, cut},
    registration{"", "Pad", layout_rule::follows, pad},
    registration{"", "Shape", layout_rule::plain, shape_of},
    registration{"", "Range", layout_rule::plain, range},
    registration{"", "ConstantOfShape", layout_rule::plain, constant_of_shape},
};

} // namespace

bool is_cut(const onnx::node& node) noexcept {
    return (node.type == "Split" || node.type == "Slice") && node.domain.empty();
}

std::vector<section> sections_of(const context& c) {
    return c.node().type == "Split" ? parts_of(c) : std::vector{slice_of(c)};
}

std::span<const registration> movement_operators() noexcept { return operators; }

} // namespace opara::engine::gpu
