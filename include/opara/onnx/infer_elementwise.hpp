/// @file
/// Rules of inference: operators that work element by element. (An implementation detail of builder.hpp.)
#pragma once

#include <opara/onnx/broadcast.hpp>
#include <opara/onnx/inference.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::onnx::detail {

// The shape that all inputs from `first` on broadcast to.
inline shape broadcast_of(const inference& at, std::size_t first = 0) {
    shape result = at.dims(first);
    for (std::size_t i = first + 1; i < at.inputs(); ++i) {
        const auto wider = broadcast(result, at.dims(i));
        if (!wider) {
            at.fail("input " + std::to_string(i) + " of shape " + describe(at.dims(i)) +
                    " does not broadcast with shape " + describe(result));
        }
        result = *wider;
    }
    return result;
}

// Applies `f(span of operands) -> optional<int64>` element by element to known inputs. Nothing becomes known where `f`
// declines (an overflow, a division by zero) or the result does not fit its type.
template <class F>
void fold_known(inference& at, F f) {
    const shape dims = at.out(0).dims;
    if (!is_integral(at.out(0).type) || elements(dims) > known_limit) {
        return;
    }
    std::vector<broadcast_index> cursors;
    for (std::size_t i = 0; i < at.inputs(); ++i) {
        if (at.known(i) == nullptr) {
            return;
        }
        cursors.emplace_back(at.dims(i), dims);
    }
    std::vector<std::int64_t> operands(at.inputs());
    std::vector<std::int64_t> result;
    for (std::int64_t k = 0; k < elements(dims); ++k) {
        for (std::size_t i = 0; i < operands.size(); ++i) {
            operands[i] = (*at.known(i))[cursors[i].index()];
            cursors[i].next();
        }
        const std::optional<std::int64_t> number = f(std::span<const std::int64_t>{operands});
        if (!number || (at.out(0).type == element::i32 && *number != static_cast<std::int32_t>(*number))) {
            return;
        }
        result.push_back(*number);
    }
    at.tell(0, std::move(result));
}

// Arithmetic of shapes, declining where a 64-bit number might not hold the result.
inline std::optional<std::int64_t> arithmetic(char what, std::int64_t a, std::int64_t b) {
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 4;
    constexpr std::int64_t wide = std::int64_t{1} << 31;
    const auto within = [&](std::int64_t most) { return a <= most && a >= -most && b <= most && b >= -most; };
    switch (what) {
    case '+': return within(limit) ? std::optional{a + b} : std::nullopt;
    case '-': return within(limit) ? std::optional{a - b} : std::nullopt;
    case '*': return within(wide) ? std::optional{a * b} : std::nullopt;
    case '/': return b != 0 && within(limit) ? std::optional{a / b} : std::nullopt;
    case '<': return a < b ? a : b;
    default: return a > b ? a : b;
    }
}

inline void unary(inference& at) { at.yield(0, at.in(0).type, at.dims(0)); }

// A function that only floating-point numbers have.
inline void real_function(inference& at) {
    at.floating(0);
    unary(at);
}

inline void identity(inference& at) {
    unary(at);
    at.pass();
}

inline void negate(inference& at) {
    unary(at);
    fold_known(at, [](auto x) { return arithmetic('-', 0, x[0]); });
}

inline void absolute(inference& at) {
    unary(at);
    fold_known(at, [](auto x) { return x[0] < 0 ? arithmetic('-', 0, x[0]) : std::optional{x[0]}; });
}

inline void clip(inference& at) {
    at.inputs_since(1, 11);
    for (std::size_t i = 1; i < 3; ++i) {
        if (at.has(i)) {
            at.same_type(i);
            at.require(elements(at.dims(i)) == 1, "a bound is not a scalar");
        }
    }
    unary(at);
}

inline void dropout(inference& at) {
    at.inputs_since(1, 12);
    if (at.has(2)) {
        at.require(at.known(2) != nullptr && *at.known(2) == std::vector<std::int64_t>{0},
                   "training is not supported: input 2 (training_mode) is not the constant false");
    }
    identity(at);
    at.yield(1, at.opset() >= 10 ? element::boolean : at.in(0).type, at.dims(0));
}

template <char What>
void nary(inference& at) {
    at.require(at.in(0).type != element::boolean, "its inputs are bool");
    for (std::size_t i = 1; i < at.inputs(); ++i) {
        at.same_type(i);
    }
    at.yield(0, at.in(0).type, broadcast_of(at));
    if (at.opset() < 8 && (at.self().type == "Max" || at.self().type == "Min" || at.self().type == "Sum")) {
        for (std::size_t i = 1; i < at.inputs(); ++i) {
            at.shaped(i, at.dims(0)); // they broadcast since operator set 8
        }
    }
    fold_known(at, [](auto x) {
        std::optional<std::int64_t> result = x[0];
        for (std::size_t i = 1; i < x.size() && result; ++i) {
            result = arithmetic(What, *result, x[i]);
        }
        return result;
    });
}

// The exponent may have a type of its own.
inline void power(inference& at) {
    at.floating(0);
    at.yield(0, at.in(0).type, broadcast_of(at));
}

template <char What>
void compare(inference& at) {
    at.same_type(1);
    at.yield(0, element::boolean, broadcast_of(at));
    fold_known(at, [](auto x) {
        return std::optional<std::int64_t>{What == '=' ? x[0] == x[1] : What == '<' ? x[0] < x[1] : x[0] > x[1]};
    });
}

inline void where(inference& at) {
    at.require(at.in(0).type == element::boolean, "input 0 (condition) is not bool");
    at.require(at.in(1).type == at.in(2).type, "inputs 1 and 2 have different types");
    at.yield(0, at.in(1).type, broadcast_of(at));
    fold_known(at, [](auto x) { return std::optional{x[0] != 0 ? x[1] : x[2]}; });
}

inline void cast(inference& at) {
    const auto number = at.attribute<std::int64_t>("to");
    const auto to = element_of(number);
    if (!to) {
        at.fail("attribute 'to' asks for type " + std::to_string(number) + ", which is not supported");
    }
    at.yield(0, *to, at.dims(0));
    if (*to == at.in(0).type) {
        at.pass();
    } else if (*to == element::i64 || *to == element::i32 || *to == element::boolean) {
        fold_known(at, [to](auto x) -> std::optional<std::int64_t> {
            if (*to == element::boolean) {
                return x[0] != 0;
            }
            if (*to == element::i32 && x[0] != static_cast<std::int32_t>(x[0])) {
                return std::nullopt;
            }
            return x[0];
        });
    }
}

} // namespace opara::inline OPARA_ABI::onnx::detail
