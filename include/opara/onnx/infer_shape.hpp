/// @file
/// Rules of inference: shapes and views. (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/broadcast.hpp>
#include <opara/onnx/infer_matrix.hpp>
#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace opara::inline OPARA_ABI::onnx::detail {

inline void shape_of(inference& at) {
    const std::int64_t rank = at.rank(0);
    const auto clamp = [rank](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank); };
    const std::int64_t start = clamp(at.attribute<std::int64_t>("start", 0));
    const std::int64_t end = std::max(start, clamp(at.attribute<std::int64_t>("end", rank)));
    const shape& dims = at.dims(0);
    at.yield(0, element::i64, {end - start});
    at.tell(0, {dims.begin() + start, dims.begin() + end});
}

// Sets output 0 to input 0 in another shape of the same number of elements.
inline void view(inference& at, shape dims) {
    at.yield(0, at.in(0).type, std::move(dims));
    if (elements(at.out(0).dims) != elements(at.dims(0))) {
        at.fail("shape " + describe(at.dims(0)) + " cannot become " + describe(at.out(0).dims));
    }
    at.pass();
}

inline void reshape(inference& at) {
    at.require(at.rank(1) <= 1, "the shape is not a list");
    const shape& x = at.dims(0);
    shape y = at.contents(1);
    const bool zero_is_zero = at.flag("allowzero");
    std::int64_t rest = 1;
    auto open = y.end();
    for (auto extent = y.begin(); extent != y.end(); ++extent) {
        const auto place = static_cast<std::size_t>(extent - y.begin());
        if (*extent == 0 && !zero_is_zero) {
            at.require(place < x.size(), "a 0 of the shape has no extent to copy");
            *extent = x[place];
        }
        if (*extent == -1) {
            at.require(open == y.end(), "the shape holds more than one -1");
            open = extent;
            continue;
        }
        if (*extent < 0 || (*extent != 0 && rest > element_limit / *extent)) {
            at.fail("shape " + describe(x) + " cannot become " + describe(at.contents(1)));
        }
        rest *= *extent;
    }
    if (open != y.end()) {
        at.require(rest != 0, "a -1 of the shape has no meaning beside an extent of 0");
        *open = elements(x) / rest;
    }
    view(at, std::move(y));
}

inline std::int64_t product(shape::const_iterator first, shape::const_iterator last) {
    return elements(shape(first, last));
}

inline void flatten(inference& at) {
    const shape& x = at.dims(0);
    const auto given = at.attribute<std::int64_t>("axis", 1);
    const auto split =
        given == at.rank(0) ? x.end() : x.begin() + static_cast<std::ptrdiff_t>(at.axis(given, at.rank(0)));
    view(at, {product(x.begin(), split), product(split, x.end())});
}

inline void squeeze(inference& at) {
    const shape& x = at.dims(0);
    const std::vector<std::int64_t> axes = axes_of(at, 1);
    const std::vector<bool> gone = marked_axes(at, axes, at.rank(0));
    const bool all = !at.has(1) && at.self().find("axes") == nullptr; // an empty list is something else
    shape y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        at.require(!gone[i] || x[i] == 1, "an axis to squeeze has an extent other than 1");
        if (!(gone[i] || (all && x[i] == 1))) {
            y.push_back(x[i]);
        }
    }
    view(at, std::move(y));
}

inline void unsqueeze(inference& at) {
    const std::vector<std::int64_t> axes = axes_of(at, 1);
    at.require(!axes.empty(), "the axes are missing");
    const std::vector<bool> fresh = marked_axes(at, axes, at.rank(0) + static_cast<std::int64_t>(axes.size()));
    shape y;
    auto next = at.dims(0).begin();
    for (const bool is_new : fresh) {
        y.push_back(is_new ? 1 : *next++);
    }
    view(at, std::move(y));
}

// The elements of `t` in the order that its axes have in `order`.
inline tensor transposed(const tensor& t, const std::vector<std::int64_t>& order, const shape& dims) {
    std::vector<std::size_t> stride(t.dims.size(), 1); // of the axes of `t`, in elements
    for (std::size_t i = t.dims.size(); i-- > 1;) {
        stride[i - 1] = stride[i] * static_cast<std::size_t>(t.dims[i]);
    }
    tensor result{t.type, dims, std::vector<std::byte>(t.bytes.size())};
    const std::size_t size = size_of(t.type);
    shape place(dims.size(), 0);
    std::size_t from = 0;
    for (std::size_t to = 0; to < result.bytes.size(); to += size) {
        std::memcpy(&result.bytes[to], &t.bytes[from * size], size);
        for (std::size_t axis = dims.size(); axis-- > 0;) {
            const std::size_t step = stride[static_cast<std::size_t>(order[axis])];
            from += step;
            if (++place[axis] < dims[axis]) {
                break;
            }
            from -= step * static_cast<std::size_t>(dims[axis]);
            place[axis] = 0;
        }
    }
    return result;
}

inline void transpose(inference& at) {
    const shape& x = at.dims(0);
    std::vector<std::int64_t> order;
    for (std::size_t i = x.size(); i-- > 0;) {
        order.push_back(static_cast<std::int64_t>(i));
    }
    order = at.attribute<std::vector<std::int64_t>>("perm", order);
    at.require(order.size() == x.size(), "attribute 'perm' has another rank than the input");
    static_cast<void>(marked_axes(at, order, at.rank(0)));
    shape y;
    for (const std::int64_t axis : order) {
        at.require(axis >= 0, "attribute 'perm' holds a negative axis");
        y.push_back(x[static_cast<std::size_t>(axis)]);
    }
    at.yield(0, at.in(0).type, std::move(y));
    if (x.size() <= 1) {
        at.pass();
    } else if (at.in(0).is_weight()) {
        if (const auto* full = std::get_if<tensor>(&*at.in(0).data)) {
            at.out(0).folded = transposed(*full, order, at.out(0).dims);
        } else if (std::holds_alternative<constant_fill>(*at.in(0).data)) {
            at.out(0).folded = at.in(0).data;
        }
    }
}

inline void expand(inference& at) {
    at.require(at.rank(1) == 1, "the shape is not a list");
    const shape wanted = at.contents(1);
    const auto y = broadcast(at.dims(0), wanted);
    if (!y) {
        at.fail("shape " + describe(at.dims(0)) + " does not expand to " + describe(wanted));
    }
    at.yield(0, at.in(0).type, *y);
    if (at.in(0).is_weight() && std::holds_alternative<constant_fill>(*at.in(0).data)) {
        at.out(0).folded = at.in(0).data;
    }
    if (const auto* known = at.known(0); known != nullptr && elements(*y) <= known_limit) {
        std::vector<std::int64_t> contents;
        broadcast_index from{at.dims(0), *y};
        for (std::int64_t i = 0; i < elements(*y); ++i, from.next()) {
            contents.push_back((*known)[from.index()]);
        }
        at.tell(0, std::move(contents));
    }
}

} // namespace opara::inline OPARA_ABI::onnx::detail
