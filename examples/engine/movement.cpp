#include <examples/engine/kernel.hpp>
#include <examples/engine/strided_loop.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace opara::engine {
namespace {

// ---- views: the elements stay in order. They are copied nevertheless, so that every operator writes a buffer of its
// own and a plan that loses an edge around one yields wrong numbers.

kernel copy(const std::byte* from, std::byte* to, std::int64_t bytes) {
    return [=, n = static_cast<std::size_t>(bytes)] { std::memcpy(to, from, n); };
}

kernel view(context& c) { return copy(c.in_bytes(0), c.out_anyhow(0), c.input(0).bytes()); }

// ---- copies in which both sides step as they like

template <class T>
struct strided_copy {
    strided_loop<2> loop; // target, source
    T* target;
    const T* source;

    void operator()() const {
        const std::int64_t n = loop.row_extent();
        const bool dense = loop.row_step(0) == 1 && loop.row_step(1) == 1;
        loop.for_each_row([&](const std::array<std::int64_t, 2>& at) {
            if (dense) {
                std::memcpy(target + at[0], source + at[1], static_cast<std::size_t>(n) * sizeof(T));
                return;
            }
            for (std::int64_t k = 0; k < n; ++k) {
                target[at[0] + k * loop.row_step(0)] = source[at[1] + k * loop.row_step(1)];
            }
        });
    }
};

// Copies `extents` elements between places that lie `offset` elements behind the begin of target and source.
kernel strided(onnx::element type, const onnx::shape& extents, std::byte* target, const strides& target_steps,
               std::int64_t target_offset, const std::byte* source, const strides& source_steps,
               std::int64_t source_offset) {
    return with_size(type, [&]<class T>(std::type_identity<T>) -> kernel {
        return strided_copy<T>{strided_loop<2>{extents, {target_steps, source_steps}},
                               reinterpret_cast<T*>(target) + target_offset,
                               reinterpret_cast<const T*>(source) + source_offset};
    });
}

kernel in_sequence(std::vector<kernel> steps) {
    if (steps.size() == 1) {
        return std::move(steps.front());
    }
    return [steps = std::move(steps)] {
        for (const kernel& step : steps) {
            step();
        }
    };
}

kernel identity(context& c) {
    return strided(c.input(0).type, c.out_dims(0), c.out_anyhow(0), c.out_strides(0), 0, c.in_anyhow(0),
                   c.in_strides(0), 0);
}

// At inference nothing is dropped: the mask, if somebody wants it, is all true (all one before operator set 10).
kernel dropout(context& c) {
    if (!c.has_output(1)) {
        return identity(c);
    }
    const kernel mask = with_type(c, c.output(1).type, [&]<class T>(std::type_identity<T>) -> kernel {
        return [y = reinterpret_cast<T*>(c.out_anyhow(1)), n = onnx::elements(c.out_dims(1))] {
            std::fill_n(y, n, static_cast<T>(1));
        };
    });
    return c.has_output(0) ? in_sequence({identity(c), mask}) : mask;
}

kernel transpose(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    std::vector<std::int64_t> order(dims.size());
    std::iota(order.rbegin(), order.rend(), std::int64_t{0});
    order = c.node().attribute_or<std::vector<std::int64_t>>("perm", order);
    strides source(dims.size());
    for (std::size_t k = 0; k < dims.size(); ++k) {
        source[k] = c.in_strides(0)[static_cast<std::size_t>(order[k])];
    }
    return strided(c.input(0).type, c.out_dims(0), c.out_anyhow(0), c.out_strides(0), 0, c.in_anyhow(0), source, 0);
}

kernel expand(context& c) {
    const onnx::shape& dims = c.out_dims(0);
    return strided(c.input(0).type, dims, c.out_anyhow(0), c.out_strides(0), 0, c.in_anyhow(0),
                   broadcast_strides(c.in_dims(0), c.in_strides(0), dims), 0);
}

// ---- joining and cutting

kernel join_float(context& c, std::size_t axis) {
    std::vector<dnnl::memory::desc> sources;
    std::vector<std::pair<int, dnnl::memory>> arguments{{DNNL_ARG_DST, c.out_memory(0)}};
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        sources.push_back(c.in_memory(i).get_desc());
        arguments.emplace_back(DNNL_ARG_MULTIPLE_SRC + static_cast<int>(i), c.in_memory(i));
    }
    const dnnl::concat::primitive_desc description{c.out_memory(0).get_desc(), static_cast<int>(axis), sources,
                                                   c.engine(), private_scratch()};
    return primitive_call{c.engine(), description, std::move(arguments)};
}

kernel concat(context& c) {
    const std::size_t axis = c.axis("axis", 0, c.out_dims(0).size());
    bool suits_onednn = c.output(0).type == onnx::element::f32;
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        suits_onednn = suits_onednn && onnx::elements(c.in_dims(i)) != 0;
    }
    if (suits_onednn) {
        return join_float(c, axis);
    }
    std::vector<kernel> steps;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        const bool scalar = c.in_dims(i).empty(); // exporters put scalars between lists of one element
        const onnx::shape dims = scalar ? onnx::shape{1} : c.in_dims(i);
        steps.push_back(strided(c.input(i).type, dims, c.out_anyhow(0), c.out_strides(0),
                                begin * c.out_strides(0)[axis], c.in_anyhow(i), scalar ? strides{1} : c.in_strides(i),
                                0));
        begin += dims[axis];
    }
    return in_sequence(std::move(steps));
}

kernel split(context& c) {
    const std::size_t axis = c.axis("axis", 0, c.in_dims(0).size());
    std::int64_t begin = 0;
    // The size of a part that nobody asks for is found only where the sizes are written.
    std::vector<std::int64_t> sizes;
    if (c.has_input(1)) {
        sizes = c.integers(1);
    } else {
        sizes = c.node().attribute_or<std::vector<std::int64_t>>("split", {});
    }
    const auto parts = static_cast<std::int64_t>(c.outputs());
    const std::int64_t step = (c.in_dims(0)[axis] + parts - 1) / parts;
    std::vector<kernel> steps;
    for (std::size_t i = 0; i < c.outputs(); ++i) {
        if (c.has_output(i)) {
            steps.push_back(strided(c.input(0).type, c.out_dims(i), c.out_anyhow(i), c.out_strides(i), 0,
                                    c.in_anyhow(0), c.in_strides(0), begin * c.in_strides(0)[axis]));
        }
        begin += sizes.empty() ? step : sizes[i];
    }
    return in_sequence(std::move(steps));
}

// Starts, ends, axes and steps are attributes before operator set 10 (which has no steps) and inputs since.
std::vector<std::int64_t> slice_list(const context& c, std::size_t input, std::string_view name,
                                     std::vector<std::int64_t> otherwise) {
    if (c.has_input(input)) {
        return c.integers(input);
    }
    return c.node().attribute_or<std::vector<std::int64_t>>(name, std::move(otherwise));
}

kernel slice(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const std::vector<std::int64_t> starts = slice_list(c, 1, "starts", {});
    std::vector<std::int64_t> all(starts.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const std::vector<std::int64_t> axes = slice_list(c, 3, "axes", all);
    const std::vector<std::int64_t> steps = slice_list(c, 4, "steps", std::vector<std::int64_t>(starts.size(), 1));
    strides source = c.in_strides(0);
    std::int64_t offset = 0;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t axis = c.axis(axes[i], dims.size());
        const std::int64_t extent = dims[axis];
        const std::int64_t from = starts[i] < 0 ? starts[i] + extent : starts[i];
        const std::int64_t most = steps[i] < 0 ? extent - 1 : extent;
        offset += std::clamp<std::int64_t>(from, 0, most) * source[axis];
        // A step beyond the extent takes one element, however long it is: the product must not overflow.
        source[axis] *= std::clamp(steps[i], -extent - 1, extent + 1);
    }
    return strided(c.input(0).type, c.out_dims(0), c.out_anyhow(0), c.out_strides(0), 0, c.in_anyhow(0), source,
                   offset);
}

// ---- padding

// For each place along an axis of the output where, in elements, it reads along that axis of the input; -1: nowhere.
std::vector<std::int64_t> sources(std::string_view mode, std::int64_t before, std::int64_t extent, std::int64_t places,
                                  std::int64_t step) {
    std::vector<std::int64_t> result;
    for (std::int64_t i = 0; i < places; ++i) {
        std::int64_t at = i - before;
        if (mode == "edge") {
            at = std::clamp<std::int64_t>(at, 0, extent - 1);
        } else if (mode == "reflect") {
            at = at < 0 ? -at : at >= extent ? 2 * (extent - 1) - at : at;
        }
        result.push_back(at < 0 || at >= extent ? -1 : at * step);
    }
    return result;
}

template <class T>
struct padding {
    struct axis {
        std::int64_t step;                 // of the output
        std::vector<std::int64_t> sources; // see above
    };
    std::vector<axis> axes; // in the order of the output's memory, outermost first
    T* target;
    const T* source;
    const T* number; // what stands where nothing is read

    void operator()() const {
        if (axes.empty()) {
            *target = *source;
        } else {
            fill(0, target, source);
        }
    }

private:
    // `from` is null where the axes outside have left the input.
    void fill(std::size_t depth, T* to, const T* from) const {
        const axis& a = axes[depth];
        if (depth + 1 < axes.size()) {
            for (const std::int64_t s : a.sources) {
                fill(depth + 1, to, from == nullptr || s < 0 ? nullptr : from + s);
                to += a.step;
            }
            return;
        }
        for (const std::int64_t s : a.sources) {
            *to = from == nullptr || s < 0 ? *number : from[s];
            to += a.step;
        }
    }
};

kernel pad(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const std::string mode = c.text("mode", "constant");
    const std::vector<std::int64_t> pads = slice_list(c, 1, "pads", {});
    std::vector<std::int64_t> before(dims.size(), 0);
    std::vector<std::int64_t> axes(dims.size());
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
    if (c.has_input(3)) {
        axes = c.integers(3);
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        before[c.axis(axes[i], dims.size())] = pads[i];
    }
    const auto attribute = static_cast<float>(c.number("value", 0.0));
    c.expect(attribute == 0.0F || c.input(0).type == onnx::element::f32, "attribute 'value' fits only float");
    return with_size(c.input(0).type, [&]<class T>(std::type_identity<T>) -> kernel {
        padding<T> p{{}, reinterpret_cast<T*>(c.out_anyhow(0)), reinterpret_cast<const T*>(c.in_anyhow(0)), nullptr};
        for (std::size_t k = 0; k < dims.size(); ++k) {
            p.axes.push_back(
                {c.out_strides(0)[k], sources(mode, before[k], dims[k], c.out_dims(0)[k], c.in_strides(0)[k])});
        }
        std::stable_sort(p.axes.begin(), p.axes.end(), [](const auto& a, const auto& b) { return a.step > b.step; });
        if (c.has_input(2)) {
            p.number = reinterpret_cast<const T*>(c.in_bytes(2));
            return p;
        }
        const buffer number = allocate(sizeof(T));
        std::memcpy(number.get(), &attribute, std::min(sizeof(T), sizeof attribute));
        p.number = reinterpret_cast<const T*>(number.get());
        return [p, number] { p(); };
    });
}

constexpr std::array kernels{
    registration{"", "Reshape", layout_rule::plain, view},
    registration{"", "Flatten", layout_rule::plain, view},
    registration{"", "Squeeze", layout_rule::plain, view},
    registration{"", "Unsqueeze", layout_rule::plain, view},
    registration{"", "Identity", layout_rule::follows, identity},
    registration{"", "Dropout", layout_rule::follows, dropout},
    registration{"", "Transpose", layout_rule::plain, transpose},
    registration{"", "Expand", layout_rule::plain, expand},
    registration{"", "Concat", layout_rule::follows, concat},
    registration{"", "Split", layout_rule::follows, split},
    registration{"", "Slice", layout_rule::follows, slice},
    registration{"", "Pad", layout_rule::follows, pad},
};

} // namespace

std::span<const registration> movement_kernels() noexcept { return kernels; }

} // namespace opara::engine
