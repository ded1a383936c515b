/// @file
/// Whether a network gives what its file says that it gives. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/network.hpp>
#include <opara/core/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction::detail {

// Compares a network with a list of objects that state what it gives: `input`, and `output` as single precision gives
// it, or `output_float64`, or both. Others sum in another order, and in single precision that shows: so much of an
// output, or of 1, may be missing.
// @throws parse_error  it is no such list, or another output comes out (`where()` is the path of the first)
inline void require_stated_outputs(const opara::detail::json_place& list, const network& net) {
    using opara::detail::json_place;
    struct precision {
        const char* key;
        bool is_single;
        double tolerance;
    };
    const auto numbers = [](const json_place& place, std::size_t count) {
        place.require_array();
        if (place.size() != count) {
            place.fail("must have " + std::to_string(count) + " numbers like the network, has " +
                       std::to_string(place.size()));
        }
        std::vector<double> result;
        for (std::size_t i = 0; i < count; ++i) {
            result.push_back(place.at(i).real());
        }
        return result;
    };
    list.require_array();
    for (std::size_t k = 0; k < list.size(); ++k) {
        const json_place item = list.at(k);
        const std::vector<double> input = numbers(item.at("input"), net.inputs());
        bool says_something = false;
        for (const precision& p : {precision{"output", true, 1e-4}, precision{"output_float64", false, 1e-9}}) {
            if (!item.has(p.key)) {
                continue;
            }
            says_something = true;
            const json_place place = item.at(p.key);
            const std::vector<double> stated = numbers(place, net.outputs());
            std::vector<double> in = input;
            for (double& x : in) {
                x = p.is_single ? static_cast<double>(static_cast<float>(x)) : x;
            }
            std::vector<double> out(stated.size());
            net.evaluate(in, out);
            for (std::size_t o = 0; o < out.size(); ++o) {
                if (!(std::abs(out[o] - stated[o]) <= p.tolerance * std::max(1.0, std::abs(stated[o])))) {
                    place.at(o).fail("is " + number_text(stated[o]) + ", but the network gives " + number_text(out[o]) +
                                     " for that input");
                }
            }
        }
        if (!says_something) {
            item.fail(R"(has neither "output" nor "output_float64")");
        }
    }
}

} // namespace opara::inline OPARA_ABI::abstraction::detail
