/// @file
/// Safety questions as circuits, for the hardware model checkers (AIGER).
#pragma once

#include <opara/abstraction/evaluation.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/core/error.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// A circuit of and-gates and inverters with AIGER's literals: 2 v is variable v, 2 v + 1 its negation, 0 false. Equal
// gates are made once.
class gates {
public:
    using literal = std::uint32_t;

    // Variables below `first` are inputs and latches.
    explicit gates(std::uint32_t first) : first_{first} {}

    [[nodiscard]] literal both(literal a, literal b) {
        if (a < b) {
            std::swap(a, b);
        }
        if (b == 0 || a == (b ^ 1U)) {
            return 0;
        }
        if (b == 1 || a == b) {
            return a;
        }
        const auto [at, is_new] = known_.try_emplace((std::uint64_t{a} << 32U) | b, 0U);
        if (is_new) {
            if (all_.size() >= (std::size_t{1} << 31U) - first_) {
                throw error{"the circuit has more gates than its format can number"};
            }
            at->second = 2 * (first_ + static_cast<std::uint32_t>(all_.size()));
            all_.emplace_back(a, b);
        }
        return at->second;
    }
    [[nodiscard]] literal choose(literal condition, literal yes, literal no) {
        if (yes == no) {
            return yes;
        }
        if (yes == 1 || no == 0) { // one gate is enough
            return no == 0 ? both(condition, yes) : both(condition ^ 1U, no ^ 1U) ^ 1U;
        }
        return both(both(condition, yes) ^ 1U, both(condition ^ 1U, no) ^ 1U) ^ 1U;
    }
    [[nodiscard]] const std::vector<std::pair<literal, literal>>& all() const noexcept { return all_; }

private:
    std::uint32_t first_;
    std::vector<std::pair<literal, literal>> all_; // gate k is variable first + k; the larger literal first
    std::unordered_map<std::uint64_t, literal> known_;
};

// State s has code s + 1. Code 0, with which AIGER's latches begin, is the time before: it is never bad, and its
// successors are the initial states.
class aiger_circuit {
public:
    using literal = gates::literal;

    aiger_circuit(const transition_system& system, const evaluation::state_set& good)
        : system_{system}, start_{distinct_initial(system)} {
        std::size_t most = start_.size();
        for (std::size_t s = 0; s < system.size(); ++s) {
            most = std::max(most, system.successors(state_id::from_index(s)).size());
        }
        inputs_ = static_cast<std::uint32_t>(std::bit_width(most - 1));
        latches_ = static_cast<std::uint32_t>(std::bit_width(system.size()));
        circuit_ = gates{1 + inputs_ + latches_};
        for (std::uint32_t b = 0; b < latches_; ++b) {
            next_.push_back(by_state(latches_, 0, [&](std::size_t code) { return next_bit(code, b); }));
        }
        bad_ = by_state(latches_, 0,
                        [&](std::size_t code) -> literal { return code == 0 || good[code - 1] != 0 ? 0 : 1; });
    }
    [[nodiscard]] std::uint32_t inputs() const noexcept { return inputs_; }
    [[nodiscard]] std::uint32_t latches() const noexcept { return latches_; }
    [[nodiscard]] const std::vector<literal>& next() const noexcept { return next_; }
    [[nodiscard]] literal bad() const noexcept { return bad_; }
    [[nodiscard]] const gates& circuit() const noexcept { return circuit_; }

private:
    [[nodiscard]] std::span<const state_id> successors(std::size_t code) const {
        return code == 0 ? std::span<const state_id>{start_} : system_.successors(state_id::from_index(code - 1));
    }
    // A decision tree over the bits of the code, highest first. Codes that no state has are never asked for.
    template <class Leaf>
    literal by_state(std::uint32_t bits, std::size_t code, Leaf leaf) {
        if (bits == 0) {
            return leaf(code);
        }
        const std::size_t half = code + (std::size_t{1} << (bits - 1));
        const literal low = by_state(bits - 1, code, leaf);
        if (half > system_.size()) {
            return low;
        }
        const literal high = by_state(bits - 1, half, leaf);
        return circuit_.choose(2 * (inputs_ + bits), high, low);
    }
    literal next_bit(std::size_t code, std::uint32_t b) { return by_input(successors(code), inputs_, 0, b); }
    // The inputs are the number of a successor; numbers that are too large mean the last one.
    literal by_input(std::span<const state_id> row, std::uint32_t bits, std::size_t k, std::uint32_t b) {
        if (bits == 0 || k + 1 >= row.size()) {
            const std::size_t to = row[std::min(k, row.size() - 1)].index() + 1;
            return static_cast<literal>((to >> b) & 1U);
        }
        const literal low = by_input(row, bits - 1, k, b);
        const literal high = by_input(row, bits - 1, k + (std::size_t{1} << (bits - 1)), b);
        return circuit_.choose(2 * bits, high, low);
    }

    const transition_system& system_;
    std::vector<state_id> start_;
    std::uint32_t inputs_ = 0;  // variables 1 to inputs: bit b of the choice is variable b + 1
    std::uint32_t latches_ = 0; // and then the bits of the code
    gates circuit_{1};
    std::vector<literal> next_;
    literal bad_ = 0;
};

} // namespace detail

/// Writes the question whether a system can come to a state that is bad, as a circuit whose one output is 1 there. For
/// `berkeley-abc -c "read_aiger FILE.aig; pdr"`, which says "Property proved" where `check` says that it holds.
///
/// A state is a number in binary, and which successor follows is an input; so the circuit is built, unlike the other
/// exports, in memory. For some 10^5 states.
/// @param safety  what is to hold; an invariant (`formula::is_invariant`)
/// @throws error  the formula is of another kind, or there are more than 2^31 gates
/// @throws label_error  the formula has a label that the system has not
/// @throws system_error  a state has no successor, or there is no initial state
/// Source: Biere, Heljanko, Wieringa, "AIGER 1.9 and beyond", FMV report 11/2, 2011 (the binary format).
/// Complexity: O((states + transitions) * log(states)) time and memory.
inline void write_aiger(std::ostream& out, const transition_system& system, const formula& safety) {
    if (!safety.is_invariant()) {
        throw error{"a circuit can only ask for AG of a formula without temporal operators, not for " +
                    to_string(safety)};
    }
    detail::require_runs(system);
    const evaluation sets{system, safety};
    const detail::aiger_circuit c{system, sets.of(safety.nodes().back().left)};
    const auto& ands = c.circuit().all();
    const std::size_t first = 1 + std::size_t{c.inputs()} + c.latches();

    detail::writer w{out};
    w << "aig " << first - 1 + ands.size() << ' ' << c.inputs() << ' ' << c.latches() << " 1 " << ands.size() << '\n';
    for (const auto next : c.next()) {
        w << next << '\n';
    }
    w << c.bad() << '\n';
    const auto delta = [&](std::uint64_t number) { // seven bits a byte, lowest first, the highest bit says "more"
        for (; number >= 0x80; number >>= 7U) {
            w << static_cast<char>(static_cast<unsigned char>(number | 0x80U));
        }
        w << static_cast<char>(static_cast<unsigned char>(number));
    };
    for (std::size_t k = 0; k < ands.size(); ++k) {
        const auto [a, b] = ands[k];
        delta(2 * (first + k) - a);
        delta(a - b);
    }
    for (std::uint32_t k = 0; k < c.inputs(); ++k) {
        w << 'i' << k << " choice" << k << '\n';
    }
    for (std::uint32_t k = 0; k < c.latches(); ++k) {
        w << 'l' << k << " state" << k << '\n';
    }
    w << "o0 bad\n";
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
