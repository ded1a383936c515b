/// @file
/// Rules of inference: convolutions, pools and what stands between them. (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/inference.hpp>
#include <opara/onnx/window.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace opara::inline OPARA_ABI::onnx::detail {

inline void conv(inference& at) {
    at.floating(0);
    const shape& x = at.dims(0);
    const shape& w = at.dims(1);
    at.same_type(1);
    at.require(x.size() >= 3 && w.size() == x.size(), "input and weights must both have rank 3 or more, and the same");
    const auto groups = at.attribute<std::int64_t>("group", 1);
    at.require(groups >= 1 && groups <= x[1], "attribute 'group' must lie between 1 and the number of channels");
    at.require(x[1] % groups == 0 && w[0] % groups == 0, "the groups do not divide the channels");
    if (w[1] != x[1] / groups) {
        at.fail("the weights of shape " + describe(w) + " want " + std::to_string(w[1]) + " channels a group where " +
                std::to_string(groups) + " groups of an input of shape " + describe(x) + " have " +
                std::to_string(x[1] / groups));
    }
    if (at.has(2)) {
        at.same_type(2);
        at.shaped(2, {w[0]});
    }
    const window win = window_of(at.self(), x, shape(w.begin() + 2, w.end()));
    shape y{x[0], w[0]};
    y.insert(y.end(), win.output.begin(), win.output.end());
    at.yield(0, at.in(0).type, std::move(y));
}

inline void pool(inference& at) {
    at.floating(0);
    static_cast<void>(at.flag("ceil_mode"));
    static_cast<void>(at.flag("count_include_pad"));
    const shape& x = at.dims(0);
    const window win = window_of(at.self(), x);
    at.require(!at.flag("storage_order"), "attribute 'storage_order' 1 is not supported");
    for (std::size_t i = 0; i < win.kernel.size(); ++i) {
        const std::int64_t reach = (win.kernel[i] - 1) * win.dilations[i] + 1;
        at.require(win.pads_begin[i] < reach && win.pads_end[i] < reach,
                   "a window would lie in the padding altogether");
    }
    shape y{x[0], x[1]};
    y.insert(y.end(), win.output.begin(), win.output.end());
    at.yield(0, at.in(0).type, y);
    at.yield(1, element::i64, std::move(y));
}

inline void global_pool(inference& at) {
    at.floating(0);
    at.require(at.rank(0) >= 3, "its input has no spatial axis");
    shape y(at.dims(0).size(), 1);
    y[0] = at.dims(0)[0];
    y[1] = at.dims(0)[1];
    at.yield(0, at.in(0).type, std::move(y));
}

inline void batch_normalization(inference& at) {
    at.floating(0);
    at.require(!at.flag("training_mode") && at.outputs() == 1, "training is not supported");
    at.require(at.flag("spatial", true), "attribute 'spatial' 0 is not supported");
    at.require(at.rank(0) >= 2, "its input has no channels");
    for (std::size_t i = 1; i < 5; ++i) {
        at.same_type(i);
        at.shaped(i, {at.dims(0)[1]});
    }
    at.yield(0, at.in(0).type, at.dims(0));
}

inline void lrn(inference& at) {
    at.floating(0);
    at.require(at.rank(0) >= 2, "its input has no channels");
    at.require(at.attribute<std::int64_t>("size") >= 1, "attribute 'size' is not positive");
    at.yield(0, at.in(0).type, at.dims(0));
}

} // namespace opara::inline OPARA_ABI::onnx::detail
