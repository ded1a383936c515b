/// @file
/// Rules of inference: the operators of domain "opara". (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/broadcast.hpp>
#include <opara/onnx/infer_conv.hpp>
#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace opara::inline OPARA_ABI::onnx::detail {

// What a fused operator may apply to its result: by the name of the ONNX operator, or nothing.
inline void check_activation(const inference& at) {
    constexpr std::array<std::string_view, 7> names{"", "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Gelu", "Clip"};
    const auto given = at.attribute<std::string>("activation", "");
    if (std::find(names.begin(), names.end(), given) == names.end()) {
        at.fail("activation '" + given + "' is not supported");
    }
}

inline void fused_conv(inference& at) {
    check_activation(at);
    conv(at);
    if (at.has(3)) {
        at.same_type(3);
        at.shaped(3, at.out(0).dims);
    }
}

// What normalises the rows of x, and those of the residual. Their statistics, mean and reciprocal deviation, are what
// another operator that normalises the same rows has found; in f64, so that no engine's precision rounds them.
inline void check_normalisations(const inference& at, const shape& y) {
    const auto mode = at.attribute<std::string>("mode", "rms");
    at.require(mode == "layer" || mode == "rms", "attribute 'mode' must be 'layer' or 'rms'");
    const auto check_row = [&at](std::size_t i, std::int64_t length) {
        if (at.has(i)) {
            at.same_type(i);
            at.shaped(i, {length});
        }
    };
    check_row(4, at.dims(0).back());
    check_row(5, at.dims(0).back());
    check_row(7, y.back());
    check_row(8, y.back());
    at.require(at.has(4) || !at.has(5), "input 5 shifts rows that are not normalised");
    at.require(at.has(4) || at.outputs() < 2, "rows that are not normalised have no statistics");
    at.require(at.has(6) == at.has(7) && (at.has(6) || !at.has(8)) && (at.has(3) || !at.has(6)),
               "a residual that is normalised needs inputs 3, 6 and 7");
    if (at.has(6)) {
        at.require(at.in(6).type == element::f64, "input 6 must be float64");
        shape statistics = y;
        statistics.back() = 2;
        at.shaped(6, statistics);
    }
}

inline void linear(inference& at) {
    at.floating(0);
    check_activation(at);
    at.same_type(1);
    at.require(at.rank(0) >= 1 && at.rank(1) == 2, "input 0 must have an axis and input 1 must be a matrix");
    shape y = at.dims(0);
    const shape& w = at.dims(1);
    if (y.back() != w[1]) {
        at.fail("rows of " + std::to_string(y.back()) + " do not fit weights of shape " + describe(w) + " [out, in]");
    }
    y.back() = w[0];
    if (at.has(2)) {
        at.same_type(2);
        at.shaped(2, {w[0]});
    }
    if (at.has(3)) {
        at.same_type(3);
        at.shaped(3, y);
    }
    check_normalisations(at, y);
    shape statistics = y;
    statistics.back() = 2;
    at.yield(0, at.in(0).type, std::move(y));
    at.yield(1, element::f64, std::move(statistics));
}

inline void attention(inference& at) {
    at.floating(0);
    const shape& q = at.dims(0);
    const shape& k = at.dims(1);
    const shape& v = at.dims(2);
    at.same_type(1);
    at.same_type(2);
    at.require(q.size() >= 3 && k.size() == q.size() && v.size() == q.size(),
               "queries, keys and values must have rank 3 or more, and the same");
    const std::size_t rows = q.size() - 2;
    const auto lead_of = [rows](const shape& s) {
        return shape(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(rows));
    };
    if (lead_of(q) != lead_of(k) || lead_of(q) != lead_of(v) || q.back() != k.back() || k[rows] != v[rows]) {
        at.fail("queries " + describe(q) + ", keys " + describe(k) + " and values " + describe(v) + " do not fit");
    }
    if (at.has(3)) {
        at.same_type(3);
        shape scores = q;
        scores.back() = k[rows];
        if (broadcast(scores, at.dims(3)) != scores) {
            at.fail("the bias of shape " + describe(at.dims(3)) + " does not broadcast to " + describe(scores));
        }
    }
    shape y = q;
    y.back() = v.back();
    at.yield(0, at.in(0).type, std::move(y));
}

inline void add_normalization(inference& at) {
    at.floating(0);
    const auto mode = at.attribute<std::string>("mode", "layer");
    at.require(mode == "layer" || mode == "rms", "attribute 'mode' must be 'layer' or 'rms'");
    at.same_type(1);
    at.shaped(1, at.dims(0));
    for (std::size_t i = 2; i < 4; ++i) {
        if (at.has(i)) {
            at.require(at.rank(0) >= 1, "input 0 has no axis");
            at.shaped(i, {at.dims(0).back()});
        }
    }
    at.yield(0, at.in(0).type, at.dims(0));
    at.yield(1, at.in(0).type, at.dims(0));
}

inline void embedding_bag(inference& at) {
    at.floating(1);
    const auto mode = at.attribute<std::string>("mode", "sum");
    at.require(mode == "sum" || mode == "mean", "attribute 'mode' must be 'sum' or 'mean'");
    at.indices(0);
    at.require(at.rank(0) == 2 && at.rank(1) == 2, "indices and table must be matrices");
    at.yield(0, at.in(1).type, {at.dims(0)[0], at.dims(1)[1]});
}

inline void field_embedding(inference& at) {
    at.floating(1);
    at.indices(0);
    at.require(at.rank(0) == 2 && at.rank(1) == 2, "indices and table must be matrices");
    const auto offsets = at.attribute<shape>("offsets");
    at.require(static_cast<std::int64_t>(offsets.size()) == at.dims(0)[1], "there is not one offset for each field");
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        at.require(offsets[i] >= (i == 0 ? 0 : offsets[i - 1]) && offsets[i] <= at.dims(1)[0],
                   "the offsets do not rise within the table");
    }
    at.yield(0, at.in(1).type, {at.dims(0)[0], at.dims(0)[1], at.dims(1)[1]});
}

inline void factorization_machine(inference& at) {
    at.floating(0);
    at.require(at.rank(0) == 3, "input 0 must have shape [batch, fields, factors]");
    at.yield(0, at.in(0).type, {at.dims(0)[0], 1});
}

} // namespace opara::inline OPARA_ABI::onnx::detail
