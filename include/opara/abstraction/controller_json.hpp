/// @file
/// Trained controllers as JSON, both ways. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/abstraction/cells_json.hpp>
#include <opara/abstraction/error.hpp>
#include <opara/abstraction/network.hpp>
#include <opara/abstraction/stated_outputs_json.hpp>
#include <opara/core/json.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// How the outputs of a trained controller become its action.
enum class head_kind : unsigned char {
    scaled,  ///< `scale` times the only output
    argmax,  ///< the number of the largest output
    affine,  ///< the coefficients of an affine law, times `scale`
    softmax, ///< the probabilities of actions, which are drawn by lot
};

/// The head of a name: "scaled", "argmax", "affine" or "softmax"; nothing for any other.
[[nodiscard]] inline std::optional<head_kind> head_named(std::string_view name) {
    if (name == "scaled") {
        return head_kind::scaled;
    }
    if (name == "argmax") {
        return head_kind::argmax;
    }
    if (name == "affine") {
        return head_kind::affine;
    }
    if (name == "softmax") {
        return head_kind::softmax;
    }
    return std::nullopt;
}

/// A controller with the grid on which it was trained.
struct trained_controller {
    std::string name;                   ///< its own name
    std::string system;                 ///< the name of the system that it controls
    network net;                        ///< takes `[l1..ln, u1..un]`
    head_kind head = head_kind::scaled; ///< how outputs become an action
    double scale = 1;                   ///< the control per unit of output
    double offset = 0;                  ///< the control where the output is 0
    std::vector<double> lower;          ///< the gridded region's lower corner
    std::vector<double> upper;          ///< its upper corner
    std::vector<double> widths;         ///< the cells' widths
    std::vector<cell_cut> cuts{};       ///< of the grid's cells, one after another: `adaptive_tree{grid, cuts}`
    std::vector<double> actions{};      ///< the controls that are drawn by lot, one an output; empty: their numbers

    friend bool operator==(const trained_controller&, const trained_controller&) = default;
};

namespace detail {
using opara::detail::json_place;

[[nodiscard]] inline std::vector<double> numbers(const json_place& list) {
    list.require_array();
    std::vector<double> result;
    result.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        result.push_back(list.at(i).real());
    }
    return result;
}

// The same in single precision, in which there are smaller numbers than a double's largest.
[[nodiscard]] inline std::vector<double> single_numbers(const json_place& list) {
    std::vector<double> result = numbers(list);
    for (std::size_t i = 0; i < result.size(); ++i) {
        result[i] = static_cast<double>(static_cast<float>(result[i]));
        if (!std::isfinite(result[i])) {
            list.at(i).fail("is too large for single precision, in which controllers are");
        }
    }
    return result;
}

[[nodiscard]] inline activation activation_named(const json_place& place) {
    const std::string& name = place.text();
    if (name == "identity") {
        return activation::identity;
    }
    if (name == "relu") {
        return activation::relu;
    }
    if (name == "sigmoid") {
        return activation::sigmoid;
    }
    if (name != "tanh") {
        place.fail("must be \"identity\", \"relu\", \"sigmoid\" or \"tanh\"");
    }
    return activation::tanh;
}
} // namespace detail

/// Reads a controller. An object with `name`, `system`, `layers` (each with `weight`, one list an output, and `bias`),
/// `activation` (of the hidden layers), `output_activation`, `output_scale`, `state_space` ([lower corner, upper
/// corner]), `granularity` (the cells' widths) and, optionally, `output_offset` (0), `head` ("scaled", "argmax",
/// "affine" or "softmax"), `actions` (of the head "softmax": the controls among which it draws, one for each output)
/// and `cuts` (of the grid's cells, each a cell, a dimension and a coordinate; whether the grid has such cells shows
/// when they are cut); other keys are ignored. Weights are rounded to single precision, in which they were trained and
/// of which the text is a shortened form.
///
/// `check`, where there is one, is a list of what others found that the network gives: objects with `input` and with
/// `output` (in single precision; compared to 1e-4 of max(1, |output|)), `output_float64` (to 1e-9), or both, before
/// `output_scale`. What does not come out is an error.
/// @throws parse_error  no JSON (with line and column), or not such a controller (`where()` is the JSON path), or not
///         the outputs of `check`
/// @throws controller_error  the layers do not fit together
[[nodiscard]] inline trained_controller controller_from_json(std::string_view text) {
    const nlohmann::json document = opara::detail::parse_json(text);
    const detail::json_place root{document};
    if (!document.is_object()) {
        root.fail("must be an object");
    }
    const activation hidden = detail::activation_named(root.at("activation"));
    const activation last = detail::activation_named(root.at("output_activation"));
    const detail::json_place list = root.at("layers");
    list.require_array();
    std::vector<layer> layers(list.size());
    for (std::size_t k = 0; k < list.size(); ++k) {
        const detail::json_place item = list.at(k);
        layer& l = layers[k];
        l.function = k + 1 == list.size() ? last : hidden;
        l.bias = detail::single_numbers(item.at("bias"));
        const detail::json_place rows = item.at("weight");
        rows.require_array();
        for (std::size_t o = 0; o < rows.size(); ++o) {
            const detail::json_place row = rows.at(o);
            const std::vector<double> weights = detail::single_numbers(row);
            if (o != 0 && weights.size() != l.inputs) {
                row.fail("must have " + std::to_string(l.inputs) + " numbers like the rows before, has " +
                         std::to_string(weights.size()));
            }
            l.inputs = weights.size();
            l.weight.insert(l.weight.end(), weights.begin(), weights.end());
        }
    }
    trained_controller c{root.at("name").text(),
                         root.at("system").text(),
                         network{std::move(layers)},
                         head_kind::scaled,
                         root.at("output_scale").real(),
                         root.has("output_offset") ? root.at("output_offset").real() : 0.0,
                         {},
                         {},
                         {}};
    if (root.has("check")) {
        detail::require_stated_outputs(root.at("check"), c.net);
    }
    if (root.has("head")) {
        const std::optional<head_kind> kind = head_named(root.at("head").text());
        if (!kind) {
            root.at("head").fail("must be \"scaled\", \"argmax\", \"affine\" or \"softmax\"");
        }
        c.head = *kind;
    }
    const detail::json_place space = root.at("state_space");
    space.require_array();
    if (space.size() != 2) {
        space.fail("must be two corners");
    }
    c.lower = detail::numbers(space.at(std::size_t{0}));
    c.upper = detail::numbers(space.at(std::size_t{1}));
    c.widths = detail::numbers(root.at("granularity"));
    if (c.lower.size() != c.upper.size() || c.lower.size() != c.widths.size()) {
        space.fail("and the granularity must have as many numbers as each other");
    }
    for (std::size_t i = 0; i < c.lower.size(); ++i) {
        if (!(c.lower[i] < c.upper[i])) {
            const detail::json_place upper = space.at(std::size_t{1});
            upper.at(i).fail("must be above the lower corner's " + detail::number_text(c.lower[i]) + ", is " +
                             detail::number_text(c.upper[i]));
        }
        if (!(c.widths[i] > 0)) {
            const detail::json_place widths = root.at("granularity");
            widths.at(i).fail("must be above 0, is " + detail::number_text(c.widths[i]));
        }
    }
    if (root.has("actions")) {
        c.actions = detail::numbers(root.at("actions"));
        if (c.head != head_kind::softmax) {
            root.at("actions").fail("mean something to the head \"softmax\" only");
        }
        if (c.actions.size() != c.net.outputs()) {
            root.at("actions").fail("must have " + std::to_string(c.net.outputs()) +
                                    " numbers, one for each output, has " + std::to_string(c.actions.size()));
        }
    }
    if (root.has("cuts")) {
        c.cuts = detail::read_cuts(root.at("cuts"), c.lower.size());
    }
    return c;
}

namespace detail {

[[nodiscard]] inline std::string_view name_of(head_kind head) noexcept {
    switch (head) {
    case head_kind::scaled: return "scaled";
    case head_kind::argmax: return "argmax";
    case head_kind::affine: return "affine";
    case head_kind::softmax: break;
    }
    return "softmax";
}
[[nodiscard]] inline std::string_view name_of(activation function) noexcept {
    switch (function) {
    case activation::identity: return "identity";
    case activation::relu: return "relu";
    case activation::sigmoid: return "sigmoid";
    case activation::tanh: break;
    }
    return "tanh";
}

// A number that is read back as it is: JSON has no infinite ones, and "-0" would be a whole number, without a sign.
template <class Number>
[[nodiscard]] std::string json_number(Number x, const char* what) {
    if (!std::isfinite(x)) {
        throw controller_error{std::string{what} + " of a controller cannot be written: it is " + number_text(x) +
                               ", and JSON has finite numbers only"};
    }
    return x == 0 && std::signbit(x) ? "-0.0" : number_text(x);
}

template <class Number>
[[nodiscard]] std::string list_of(std::span<const double> numbers, const char* what) {
    std::string text = "[";
    for (const double x : numbers) {
        if (std::isfinite(x) && static_cast<double>(static_cast<Number>(x)) != x) {
            throw controller_error{"the number " + number_text(x) +
                                   " of a controller cannot be written: it has more "
                                   "digits than the format, which is in single precision"};
        }
        text += (text.size() == 1 ? "" : ", ") + json_number(static_cast<Number>(x), what);
    }
    return text + "]";
}

} // namespace detail

/// Writes a controller so that `controller_from_json` gives the same one back, to the last bit: weights in the fewest
/// digits that mean the same number in single precision.
/// @throws controller_error  a weight is no number of single precision, another number is infinite or NaN, or the
/// hidden
///         layers have different activations, which the format cannot say
[[nodiscard]] inline std::string controller_to_json(const trained_controller& c) {
    const std::vector<layer>& layers = c.net.layers();
    for (std::size_t k = 0; k + 1 < layers.size(); ++k) {
        if (layers[k].function != layers.front().function) {
            throw controller_error{"a controller whose hidden layers have different activations cannot be written"};
        }
    }
    const auto text = [](std::string_view word) {
        return nlohmann::json(word).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    };
    const auto reals = [](std::span<const double> numbers, const char* what) {
        return detail::list_of<double>(numbers, what);
    };
    const auto member = [](std::string_view key, const std::string& value) {
        return "  \"" + std::string{key} + "\": " + value + ",\n";
    };
    std::string json = "{\n" + member("name", text(c.name)) + member("system", text(c.system));
    json += member("activation", text(detail::name_of(layers.front().function)));
    json += member("output_activation", text(detail::name_of(layers.back().function)));
    json += member("head", text(detail::name_of(c.head)));
    json += c.actions.empty() ? std::string{} : member("actions", reals(c.actions, "an action"));
    json += member("output_scale", detail::json_number(c.scale, "the scale"));
    json += member("output_offset", detail::json_number(c.offset, "the offset"));
    json += member("state_space",
                   "[" + reals(c.lower, "a bound of the grid") + ", " + reals(c.upper, "a bound of the grid") + "]");
    json += member("granularity", reals(c.widths, "a cell's width"));
    for (const cell_cut& cut : c.cuts) {
        static_cast<void>(detail::json_number(cut.at, "the place of a cut"));
    }
    json += c.cuts.empty() ? std::string{} : member("cuts", detail::cuts_as_json(c.cuts).dump());
    json += "  \"layers\": [";
    for (const layer& l : layers) {
        json += (&l == &layers.front() ? "\n" : ",\n") + std::string{"    {\"weight\": ["};
        for (std::size_t o = 0; o < l.bias.size(); ++o) {
            const auto row = std::span<const double>{l.weight}.subspan(o * l.inputs, l.inputs);
            json += (o == 0 ? "" : ",\n      ") + detail::list_of<float>(row, "a weight");
        }
        json += "],\n     \"bias\": " + detail::list_of<float>(l.bias, "a bias") + "}";
    }
    return json + "\n  ]\n}\n";
}

} // namespace opara::inline OPARA_ABI::abstraction
