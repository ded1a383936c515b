/// @file
/// The satisfying states of a formula by the definitions of its operators.
#pragma once

#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opara::abstraction::test {

/// The states that satisfy a part of a formula, `maybe` counting against the formula. Every operator by its own
/// expansion law, iterated until nothing changes, on plain lists: shares nothing with the library's fixpoints, neither
/// the way back nor the dualities.
/// @param positive  whether the part stands under an even number of negations
inline std::vector<bool> by_definition(const std::vector<std::vector<std::uint32_t>>& successors,
                                       const std::vector<labelling>& labels, const formula& f, std::size_t i,
                                       bool positive) {
    using kind = formula::kind;
    const formula::node& n = f.nodes()[i];
    const std::size_t size = successors.size();
    std::vector<bool> result(size);
    if (n.what == kind::constant) {
        return std::vector<bool>(size, n.value);
    }
    if (n.what == kind::atom) {
        const auto l =
            std::find_if(labels.begin(), labels.end(), [&](const labelling& x) { return x.name == n.label; });
        for (std::size_t s = 0; s < size; ++s) {
            result[s] = positive ? l->holds[s] == truth::yes : l->holds[s] != truth::no;
        }
        return result;
    }
    const auto left = by_definition(successors, labels, f, n.left, positive != (n.what == kind::negation));
    const bool is_binary =
        n.what == kind::conjunction || n.what == kind::disjunction || n.what == kind::EU || n.what == kind::AU;
    const auto right = is_binary ? by_definition(successors, labels, f, n.right, positive) : left;
    const auto some = [&](const std::vector<bool>& set, std::size_t s) {
        return std::any_of(successors[s].begin(), successors[s].end(), [&](auto t) { return set[t]; });
    };
    const auto all = [&](const std::vector<bool>& set, std::size_t s) {
        return std::all_of(successors[s].begin(), successors[s].end(), [&](auto t) { return set[t]; });
    };
    const bool greatest = n.what == kind::EG || n.what == kind::AG;
    std::vector<bool> x(size, greatest);
    for (;;) {
        for (std::size_t s = 0; s < size; ++s) {
            switch (n.what) {
            case kind::negation: result[s] = !left[s]; break;
            case kind::conjunction: result[s] = left[s] && right[s]; break;
            case kind::disjunction: result[s] = left[s] || right[s]; break;
            case kind::EX: result[s] = some(left, s); break;
            case kind::AX: result[s] = all(left, s); break;
            case kind::EF: result[s] = left[s] || some(x, s); break;
            case kind::AF: result[s] = left[s] || all(x, s); break;
            case kind::EG: result[s] = left[s] && some(x, s); break;
            case kind::AG: result[s] = left[s] && all(x, s); break;
            case kind::EU: result[s] = right[s] || (left[s] && some(x, s)); break;
            case kind::AU: result[s] = right[s] || (left[s] && all(x, s)); break;
            default: break;
            }
        }
        if (x == result) {
            return result;
        }
        x = result;
    }
}

/// The states that satisfy a formula.
inline std::vector<bool> by_definition(const std::vector<std::vector<std::uint32_t>>& successors,
                                       const std::vector<labelling>& labels, const formula& f) {
    return by_definition(successors, labels, f, f.nodes().size() - 1, true);
}

} // namespace opara::abstraction::test
