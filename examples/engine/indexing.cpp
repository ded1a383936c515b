#include <examples/engine/kernel.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace opara::engine {
namespace {

template <class F>
kernel with_index(const context& c, std::size_t input, F&& f) {
    if (c.input(input).type == onnx::element::i32) {
        return f(std::type_identity<std::int32_t>{});
    }
    c.expect_input(input, onnx::element::i64);
    return f(std::type_identity<std::int64_t>{});
}

// What a kernel says of an index that does not exist. Only the data shows it, so it is said while the network runs.
struct index_check {
    std::string who;
    op_id op;
    std::int64_t extent;

    // The index, counted from the front.
    std::int64_t operator()(std::int64_t index) const {
        if (index < -extent || index >= extent) {
            throw operator_error{who + ": index " + std::to_string(index) + " does not exist in an extent of " +
                                     std::to_string(extent),
                                 op};
        }
        return index < 0 ? index + extent : index;
    }
};

kernel gather(context& c) {
    const onnx::shape& dims = c.in_dims(0);
    const std::size_t axis = c.axis("axis", 0, dims.size());
    const auto split = dims.begin() + static_cast<std::ptrdiff_t>(axis);
    const std::int64_t outer = onnx::elements(onnx::shape(dims.begin(), split));
    const std::int64_t extent = *split;
    const std::size_t size = onnx::size_of(c.input(0).type);
    const std::size_t inner = static_cast<std::size_t>(onnx::elements(onnx::shape(split + 1, dims.end()))) * size;
    return with_index(c, 1, [&]<class I>(std::type_identity<I>) -> kernel {
        return [=, check = index_check{c.who(), c.op(), extent}, table = c.in_bytes(0), indices = c.in<I>(1),
                count = onnx::elements(c.in_dims(1)), y = c.out_anyhow(0)] {
            std::byte* to = y;
            for (std::int64_t o = 0; o < outer; ++o) {
                for (std::int64_t k = 0; k < count; ++k) {
                    const auto row = static_cast<std::size_t>(o * extent + check(indices[k]));
                    std::memcpy(to, table + row * inner, inner);
                    to += inner;
                }
            }
        };
    });
}

// The rows of a table that belong to one line of indices, added up.
kernel embedding_bag(context& c) {
    const std::int64_t batch = c.in_dims(0)[0];
    const std::int64_t count = c.in_dims(0)[1];
    const std::int64_t width = c.in_dims(1)[1];
    const bool mean = c.text("mode", "sum") == "mean";
    return with_index(c, 0, [&]<class I>(std::type_identity<I>) -> kernel {
        return [=, check = index_check{c.who(), c.op(), c.in_dims(1)[0]}, indices = c.in<I>(0), table = c.in<float>(1),
                y = c.out<float>(0)] {
            for (std::int64_t b = 0; b < batch; ++b) {
                float* to = y + b * width;
                std::fill_n(to, width, 0.0F);
                for (std::int64_t k = 0; k < count; ++k) {
                    const float* row = table + check(indices[b * count + k]) * width;
                    for (std::int64_t j = 0; j < width; ++j) {
                        to[j] += row[j];
                    }
                }
                for (std::int64_t j = 0; mean && count != 0 && j < width; ++j) {
                    to[j] /= static_cast<float>(count);
                }
            }
        };
    });
}

// One table for all fields: each field's rows begin at its offset and end at the next one's.
kernel field_embedding(context& c) {
    const std::int64_t batch = c.in_dims(0)[0];
    const auto fields = static_cast<std::size_t>(c.in_dims(0)[1]);
    const std::int64_t width = c.in_dims(1)[1];
    const std::vector<std::int64_t> offsets = c.list("offsets", fields, 0);
    std::vector<index_check> checks;
    for (std::size_t f = 0; f < fields; ++f) {
        const std::int64_t end = f + 1 < fields ? offsets[f + 1] : c.in_dims(1)[0];
        checks.push_back({c.who() + ", field " + std::to_string(f), c.op(), end - offsets[f]});
    }
    return with_index(c, 0, [&]<class I>(std::type_identity<I>) -> kernel {
        return [=, indices = c.in<I>(0), table = c.in<float>(1), y = c.out<float>(0)] {
            const I* index = indices;
            float* to = y;
            for (std::int64_t b = 0; b < batch; ++b) {
                for (std::size_t f = 0; f < fields; ++f) {
                    const std::int64_t row = offsets[f] + checks[f](*index++);
                    to = std::copy_n(table + row * width, width, to);
                }
            }
        };
    });
}

// Half the sum over coordinates of (sum over fields)^2 - sum over fields of squares (Rendle, ICDM 2010, Lemma 3.1).
kernel factorization_machine(context& c) {
    const onnx::shape dims = c.in_dims(0);
    return [dims, x = c.in<float>(0), y = c.out<float>(0)] {
        const std::int64_t fields = dims[1];
        const std::int64_t width = dims[2];
        for (std::int64_t b = 0; b < dims[0]; ++b) {
            double total = 0.0;
            for (std::int64_t j = 0; j < width; ++j) {
                double sum = 0.0;
                double squares = 0.0;
                for (std::int64_t f = 0; f < fields; ++f) {
                    const auto e = static_cast<double>(x[(b * fields + f) * width + j]);
                    sum += e;
                    squares += e * e;
                }
                total += sum * sum - squares;
            }
            y[b] = static_cast<float>(0.5 * total);
        }
    };
}

// ---- what needs no elements at all

kernel shape_of(context& c) {
    const auto rank = static_cast<std::int64_t>(c.in_dims(0).size());
    const std::int64_t given = c.integer("start", 0);
    const std::int64_t first = std::clamp<std::int64_t>(given < 0 ? given + rank : given, 0, rank);
    return [extents = c.in_dims(0), first, count = c.out_dims(0)[0], y = c.out<std::int64_t>(0)] {
        std::copy_n(extents.begin() + first, count, y);
    };
}

kernel range(context& c) {
    return with_type(c, c.output(0).type, [&]<class T>(std::type_identity<T>) -> kernel {
        return [start = c.in<T>(0), delta = c.in<T>(2), count = c.out_dims(0)[0], y = c.out<T>(0)] {
            for (std::int64_t i = 0; i < count; ++i) {
                y[i] = static_cast<T>(*start + static_cast<T>(i) * *delta);
            }
        };
    });
}

kernel constant_of_shape(context& c) {
    const float zero = 0.0F;
    const auto number =
        c.node().attribute_or<onnx::tensor>("value", onnx::tensor::of<float>(onnx::element::f32, {1}, {&zero, 1}));
    c.expect_output(0, number.type);
    return [number, count = onnx::elements(c.out_dims(0)), y = c.out_anyhow(0)] {
        for (std::int64_t i = 0; i < count; ++i) {
            std::copy(number.bytes.begin(), number.bytes.end(), y + i * static_cast<std::int64_t>(number.bytes.size()));
        }
    };
}

constexpr std::array kernels{
    registration{"", "Gather", layout_rule::plain, gather},
    registration{"opara", "EmbeddingBag", layout_rule::plain, embedding_bag},
    registration{"opara", "FieldEmbedding", layout_rule::plain, field_embedding},
    registration{"opara", "FactorizationMachine", layout_rule::plain, factorization_machine},
    registration{"", "Shape", layout_rule::plain, shape_of},
    registration{"", "Range", layout_rule::plain, range},
    registration{"", "ConstantOfShape", layout_rule::plain, constant_of_shape},
};

} // namespace

std::span<const registration> indexing_kernels() noexcept { return kernels; }

} // namespace opara::engine
