/// @file
/// Rules of inference: operators that pick, cut and join. (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/infer_matrix.hpp>
#include <opara/onnx/inference.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx::detail {

inline void concat(inference& at) {
    // Exporters put scalars between lists of one element, against the specification: read them as such.
    const auto dims_of = [&at](std::size_t i) { return at.rank(i) == 0 ? shape{1} : at.dims(i); };
    shape y = dims_of(0);
    const auto rank = static_cast<std::int64_t>(y.size());
    const std::size_t axis = at.axis(at.attribute<std::int64_t>("axis"), rank);
    for (std::size_t i = 1; i < at.inputs(); ++i) {
        at.same_type(i);
        shape next = dims_of(i);
        bool fits = next.size() == y.size();
        for (std::size_t k = 0; fits && k < y.size(); ++k) {
            fits = k == axis || next[k] == y[k];
        }
        if (!fits) {
            at.fail("input " + std::to_string(i) + " of shape " + describe(next) + " does not join " + describe(y) +
                    " along axis " + std::to_string(axis));
        }
        y[axis] += next[axis];
        at.require(y[axis] <= element_limit, "the joined extent is larger than any real tensor");
    }
    at.yield(0, at.in(0).type, std::move(y));
    if (rank == 1) {
        std::vector<std::int64_t> contents;
        for (std::size_t i = 0; i < at.inputs(); ++i) {
            const auto* known = at.known(i);
            if (known == nullptr || contents.size() > static_cast<std::size_t>(known_limit)) {
                return;
            }
            contents.insert(contents.end(), known->begin(), known->end());
        }
        at.tell(0, std::move(contents));
    }
}

inline void split(inference& at) {
    at.inputs_since(1, 13);
    const shape& x = at.dims(0);
    const std::size_t axis = at.axis(at.attribute<std::int64_t>("axis", 0), at.rank(0));
    const auto parts = static_cast<std::int64_t>(at.outputs());
    std::vector<std::int64_t> sizes;
    if (at.has(1)) {
        sizes = at.contents(1);
    } else if (at.self().find("split") != nullptr) {
        sizes = at.attribute<shape>("split");
    } else {
        at.require(at.attribute<std::int64_t>("num_outputs", parts) == parts,
                   "attribute 'num_outputs' is not the number of its outputs");
        const std::int64_t step = (x[axis] + parts - 1) / parts;
        at.require(at.opset() >= 18 || x[axis] % parts == 0, "the extent does not split into equal parts");
        for (std::int64_t i = 0; i < parts; ++i) {
            sizes.push_back(std::clamp<std::int64_t>(x[axis] - i * step, 0, step));
        }
    }
    at.require(sizes.size() == at.outputs(), "there is not one size for each output");
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        at.require(sizes[i] >= 0 && sizes[i] <= x[axis] - begin, "the parts are larger than the whole");
        shape y = x;
        y[axis] = sizes[i];
        at.yield(i, at.in(0).type, std::move(y));
        if (const auto* known = at.known(0); known != nullptr && x.size() == 1) {
            at.tell(i, {known->begin() + begin, known->begin() + begin + sizes[i]});
        }
        begin += sizes[i];
    }
    at.require(begin == x[axis], "the parts are smaller than the whole");
}

inline void gather(inference& at) {
    const shape& x = at.dims(0);
    const shape& indices = at.dims(1);
    at.indices(1);
    const std::size_t axis = at.axis(at.attribute<std::int64_t>("axis", 0), at.rank(0));
    if (const auto* wanted = at.known(1)) {
        for (const std::int64_t i : *wanted) {
            if (i < -x[axis] || i >= x[axis]) {
                at.fail("index " + std::to_string(i) + " does not exist in an extent of " + std::to_string(x[axis]));
            }
        }
    }
    shape y(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(axis));
    y.insert(y.end(), indices.begin(), indices.end());
    y.insert(y.end(), x.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.end());
    at.yield(0, at.in(0).type, std::move(y));
    if (x.size() == 1 && at.known(0) != nullptr && at.known(1) != nullptr) {
        std::vector<std::int64_t> contents;
        for (const std::int64_t i : *at.known(1)) {
            contents.push_back((*at.known(0))[static_cast<std::size_t>(i < 0 ? i + x[axis] : i)]);
        }
        at.tell(0, std::move(contents));
    }
}

// The list that is an input since some version of an operator and was an attribute before.
inline std::vector<std::int64_t> list_of(const inference& at, std::size_t input, std::string_view name,
                                         std::vector<std::int64_t> otherwise) {
    return at.has(input) ? at.contents(input) : at.attribute<shape>(name, std::move(otherwise));
}

inline void slice(inference& at) {
    at.inputs_since(1, 10);
    const shape& x = at.dims(0);
    const std::vector<std::int64_t> starts = list_of(at, 1, "starts", {});
    const std::vector<std::int64_t> ends = list_of(at, 2, "ends", {});
    std::vector<std::int64_t> all(starts.size());
    std::iota(all.begin(), all.end(), std::int64_t{0});
    const std::vector<std::int64_t> axes = list_of(at, 3, "axes", all);
    const std::vector<std::int64_t> steps = list_of(at, 4, "steps", std::vector<std::int64_t>(starts.size(), 1));
    at.require(!starts.empty() && ends.size() == starts.size() && axes.size() == starts.size() &&
                   steps.size() == starts.size(),
               "starts, ends, axes and steps must be lists of one length");
    static_cast<void>(marked_axes(at, axes, at.rank(0)));
    shape y = x;
    std::vector<std::int64_t> first(x.size(), 0);
    std::vector<std::int64_t> step(x.size(), 1);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t axis = at.axis(axes[i], at.rank(0));
        const std::int64_t extent = x[axis];
        at.require(steps[i] != 0, "a step is 0");
        // A step beyond the extent takes one element, however long it is.
        step[axis] = std::clamp(steps[i], -extent - 1, extent + 1);
        const bool back = step[axis] < 0;
        const auto place = [&](std::int64_t given, std::int64_t least, std::int64_t most) {
            return std::clamp(given < 0 ? given + extent : given, least, std::max(least, most));
        };
        first[axis] = back ? place(starts[i], 0, extent - 1) : place(starts[i], 0, extent);
        const std::int64_t last = back ? place(ends[i], -1, extent - 1) : place(ends[i], 0, extent);
        const std::int64_t span = back ? first[axis] - last : last - first[axis];
        const std::int64_t stride = back ? -step[axis] : step[axis];
        y[axis] = extent == 0 || span <= 0 ? 0 : (span + stride - 1) / stride;
    }
    at.yield(0, at.in(0).type, std::move(y));
    if (const auto* known = at.known(0); known != nullptr && x.size() == 1) {
        std::vector<std::int64_t> contents;
        for (std::int64_t i = 0; i < at.out(0).dims[0]; ++i) {
            contents.push_back((*known)[static_cast<std::size_t>(first[0] + i * step[0])]);
        }
        at.tell(0, std::move(contents));
    }
}

inline void pad(inference& at) {
    at.inputs_since(1, 11);
    at.require(at.has(1) || at.self().find("pads") != nullptr, "the pads are missing");
    const auto mode = at.attribute<std::string>("mode", "constant");
    at.require(mode == "constant" || mode == "reflect" || mode == "edge", "attribute 'mode' is not supported");
    const std::vector<std::int64_t> pads = list_of(at, 1, "pads", {});
    std::vector<std::int64_t> axes(at.dims(0).size());
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
    if (at.has(3)) {
        axes = at.contents(3);
        static_cast<void>(marked_axes(at, axes, at.rank(0)));
    }
    if (at.has(2)) {
        at.same_type(2);
        at.require(elements(at.dims(2)) == 1, "the constant is not a scalar");
    }
    at.require(pads.size() == 2 * axes.size(), "the pads do not hold two numbers for each axis");
    shape y = at.dims(0);
    for (std::size_t i = 0; i < axes.size(); ++i) {
        std::int64_t& extent = y[at.axis(axes[i], at.rank(0))];
        const std::int64_t most = mode == "reflect" ? extent - 1 : element_limit;
        for (const std::int64_t amount : {pads[i], pads[i + axes.size()]}) {
            at.require(amount >= -element_limit && amount <= most, "a pad is larger than the tensor allows");
            at.require(mode != "edge" || amount <= 0 || extent > 0, "an extent of 0 has no edge");
        }
        extent += pads[i] + pads[i + axes.size()];
    }
    at.yield(0, at.in(0).type, std::move(y));
}

} // namespace opara::inline OPARA_ABI::onnx::detail
