/// @file
/// Rules of inference: matrix products, reductions and normalisations. (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/broadcast.hpp>
#include <opara/onnx/inference.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx::detail {

inline void gemm(inference& at) {
    at.floating(0);
    at.same_type(1);
    at.require(at.rank(0) == 2 && at.rank(1) == 2, "inputs 0 and 1 must be matrices");
    const bool flip_a = at.flag("transA");
    const bool flip_b = at.flag("transB");
    const shape& a = at.dims(0);
    const shape& b = at.dims(1);
    if (a[flip_a ? 0 : 1] != b[flip_b ? 1 : 0]) {
        at.fail("the inner extents of " + describe(a) + (flip_a ? " (transposed)" : "") + " and " + describe(b) +
                (flip_b ? " (transposed)" : "") + " differ");
    }
    const shape y{a[flip_a ? 1 : 0], b[flip_b ? 0 : 1]};
    if (at.has(2)) {
        at.same_type(2);
        if (broadcast(y, at.dims(2)) != y) {
            at.fail("input 2 of shape " + describe(at.dims(2)) + " does not broadcast to " + describe(y));
        }
    }
    at.yield(0, at.in(0).type, y);
}

inline void matmul(inference& at) {
    at.floating(0);
    at.same_type(1);
    shape a = at.dims(0);
    shape b = at.dims(1);
    at.require(!a.empty() && !b.empty(), "an input is a scalar");
    const bool row = a.size() == 1;
    const bool column = b.size() == 1;
    if (row) {
        a.insert(a.begin(), 1);
    }
    if (column) {
        b.push_back(1);
    }
    const shape lead_a(a.begin(), a.end() - 2);
    const shape lead_b(b.begin(), b.end() - 2);
    const auto lead = broadcast(lead_a, lead_b);
    if (a.back() != b[b.size() - 2] || !lead) {
        at.fail("shapes " + describe(at.dims(0)) + " and " + describe(at.dims(1)) + " do not multiply");
    }
    shape y = *lead;
    if (!row) {
        y.push_back(a[a.size() - 2]);
    }
    if (!column) {
        y.push_back(b.back());
    }
    at.yield(0, at.in(0).type, std::move(y));
}

inline void softmax(inference& at) {
    at.floating(0);
    const auto otherwise = at.opset() >= 13 ? std::int64_t{-1} : std::int64_t{1};
    const auto given = at.attribute<std::int64_t>("axis", otherwise);
    // Before operator set 13 the axis splits the shape into two parts, and may therefore stand at its end.
    if (at.opset() >= 13 || given != at.rank(0)) {
        static_cast<void>(at.axis(given, at.rank(0)));
    }
    at.yield(0, at.in(0).type, at.dims(0));
}

// Axes moved from an attribute to an input: for ReduceSum, Squeeze and Unsqueeze with operator set 13, for the others
// with 18. Either is taken, whatever the version; given both ways is an error.
inline std::vector<std::int64_t> axes_of(const inference& at, std::size_t input) {
    if (!at.has(input)) {
        return at.attribute<shape>("axes", {});
    }
    at.require(at.self().find("axes") == nullptr, "the axes are given twice, as input and as attribute");
    at.require(at.rank(input) <= 1, "the axes are not a list");
    return at.contents(input);
}

// Which of `rank` axes a list names. An axis that is named twice is an error.
inline std::vector<bool> marked_axes(const inference& at, const std::vector<std::int64_t>& axes, std::int64_t rank) {
    std::vector<bool> marked(static_cast<std::size_t>(rank), false);
    for (const std::int64_t a : axes) {
        const std::size_t place = at.axis(a, rank);
        at.require(!marked[place], "an axis is named twice");
        marked[place] = true;
    }
    return marked;
}

inline void reduce(inference& at) {
    at.require(at.in(0).type != element::boolean, "its input is bool");
    const std::vector<std::int64_t> axes = axes_of(at, 1);
    std::vector<bool> gone = marked_axes(at, axes, at.rank(0));
    if (axes.empty() && !at.flag("noop_with_empty_axes")) {
        gone.assign(gone.size(), true);
    }
    const bool keep = at.flag("keepdims", true);
    shape y;
    for (std::size_t i = 0; i < gone.size(); ++i) {
        if (!gone[i]) {
            y.push_back(at.dims(0)[i]);
        } else if (keep) {
            y.push_back(1);
        }
    }
    at.yield(0, at.in(0).type, std::move(y));
}

// LayerNormalization and RMSNormalization: scale (and bias) over the axes from `axis` on, two optional statistics.
inline void row_normalization(inference& at) {
    at.floating(0);
    at.require(at.attribute<std::int64_t>("stash_type", 1) == 1, "attribute 'stash_type' must be 1 (float)");
    const shape& x = at.dims(0);
    const std::size_t axis = at.axis(at.attribute<std::int64_t>("axis", -1), at.rank(0));
    const shape row(x.begin() + static_cast<std::ptrdiff_t>(axis), x.end());
    for (std::size_t i = 1; i < at.inputs(); ++i) {
        if (at.has(i) && broadcast(row, at.dims(i)) != row) {
            at.fail("input " + std::to_string(i) + " of shape " + describe(at.dims(i)) + " does not broadcast to " +
                    describe(row));
        }
    }
    at.yield(0, at.in(0).type, x);
    shape statistics = x;
    for (std::size_t i = axis; i < statistics.size(); ++i) {
        statistics[i] = 1;
    }
    at.yield(1, element::f32, statistics);
    at.yield(2, element::f32, std::move(statistics));
}

} // namespace opara::inline OPARA_ABI::onnx::detail
