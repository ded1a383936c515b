/// @file
/// Formulas of the branching-time logic CTL, as C++ expressions.
#pragma once

#include <opara/core/config.hpp>
#include <opara/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// A CTL formula (Clarke, Emerson 1981): a value, built by expressions or by `parse_formula`.
///
/// @code
/// const formula goal = formula::atom("goal");
/// const formula safe = formula::atom("safe");
/// check(system, AF(goal));
/// check(system, AU(safe, goal) || AG(safe));      // A[safe U goal] | AG safe
/// @endcode
///
/// Operators throw an `error` where the formula would be nested more than `deepest` deep.
class formula {
public:
    /// How deep operators can be nested, so that whoever walks over a formula has stack enough.
    static constexpr std::size_t deepest = 5000;

    /// What a node of the syntax tree is.
    enum class kind : unsigned char {
        constant,
        atom,
        negation,
        conjunction,
        disjunction,
        EX,
        AX,
        EF,
        AF,
        EG,
        AG,
        EU,
        AU
    };

    /// A node of the syntax tree: a kind and its operands.
    struct node {
        kind what = kind::constant; ///< the operator
        bool value = true;          ///< of a constant
        std::uint32_t left = 0;     ///< the first operand: its position in `nodes()`
        std::uint32_t right = 0;    ///< the second operand, likewise
        std::string label;          ///< of an atom
        friend bool operator==(const node&, const node&) = default;
    };

    /// `true` or `false`.
    [[nodiscard]] static formula constant(bool value) { return formula{{node{kind::constant, value, 0, 0, {}}}, 1}; }
    /// The proposition of this name.
    [[nodiscard]] static formula atom(std::string name) {
        return formula{{node{kind::atom, true, 0, 0, std::move(name)}}, 1};
    }

    /// The syntax tree, operands before operators; the last one is the root.
    [[nodiscard]] const std::vector<node>& nodes() const noexcept { return nodes_; }
    /// Whether it speaks of all runs only: no E under an even number of negations, no A under an odd one. Such formulas
    /// hold of a system if they hold of an abstraction that can do at least as much. O(nodes).
    [[nodiscard]] bool is_universal() const {
        const std::vector<bool> positive = positions();
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const kind what = nodes_[i].what;
            const bool of_some = what == kind::EX || what == kind::EF || what == kind::EG || what == kind::EU;
            if (what >= kind::EX && of_some == positive[i]) {
                return false;
            }
        }
        return true;
    }
    /// Whether it is AG of what speaks of states alone: that no run comes to a state that is bad. O(nodes).
    [[nodiscard]] bool is_invariant() const {
        const node& root = nodes_.back();
        return root.what == kind::AG && !temporal()[root.left];
    }
    /// For each node, whether it stands under an even number of negations. O(nodes).
    [[nodiscard]] std::vector<bool> positions() const {
        std::vector<bool> positive(nodes_.size(), true);
        for (std::size_t i = nodes_.size(); i-- > 0;) { // operators come after their operands
            const node& n = nodes_[i];
            if (n.what != kind::constant && n.what != kind::atom) {
                positive[n.left] = positive[i] != (n.what == kind::negation);
            }
            if (is_binary(n.what)) {
                positive[n.right] = positive[i];
            }
        }
        return positive;
    }
    /// For each node, whether it speaks of more than its state: a temporal operator stands in it. O(nodes).
    [[nodiscard]] std::vector<bool> temporal() const {
        std::vector<bool> found(nodes_.size(), false);
        for (std::size_t i = 0; i < nodes_.size(); ++i) { // operands come before their operators
            const node& n = nodes_[i];
            const bool has_operand = n.what != kind::constant && n.what != kind::atom;
            found[i] = n.what >= kind::EX || (has_operand && found[n.left]) || (is_binary(n.what) && found[n.right]);
        }
        return found;
    }
    /// Whether nodes of this kind have a second operand.
    [[nodiscard]] static constexpr bool is_binary(kind what) noexcept {
        return what == kind::conjunction || what == kind::disjunction || what == kind::EU || what == kind::AU;
    }

    friend bool operator==(const formula&, const formula&) = default;

    friend formula operator!(const formula& f) { return unary(kind::negation, f); }
    friend formula operator&&(const formula& f, const formula& g) { return binary(kind::conjunction, f, g); }
    friend formula operator||(const formula& f, const formula& g) { return binary(kind::disjunction, f, g); }
    /// Some next state satisfies f.
    [[nodiscard]] friend formula EX(const formula& f) { return unary(kind::EX, f); }
    /// Every next state satisfies f.
    [[nodiscard]] friend formula AX(const formula& f) { return unary(kind::AX, f); }
    /// Some run comes to f.
    [[nodiscard]] friend formula EF(const formula& f) { return unary(kind::EF, f); }
    /// Every run comes to f.
    [[nodiscard]] friend formula AF(const formula& f) { return unary(kind::AF, f); }
    /// Some run stays in f for ever.
    [[nodiscard]] friend formula EG(const formula& f) { return unary(kind::EG, f); }
    /// Every run stays in f for ever.
    [[nodiscard]] friend formula AG(const formula& f) { return unary(kind::AG, f); }
    /// Some run comes to g and satisfies f until then.
    [[nodiscard]] friend formula EU(const formula& f, const formula& g) { return binary(kind::EU, f, g); }
    /// Every run comes to g and satisfies f until then.
    [[nodiscard]] friend formula AU(const formula& f, const formula& g) { return binary(kind::AU, f, g); }
    /// f is false or g is true.
    [[nodiscard]] friend formula implies(const formula& f, const formula& g) { return !f || g; }

    /// The formula as `parse_formula` reads it, with as many parentheses as are sure to be enough.
    [[nodiscard]] friend std::string to_string(const formula& f) {
        std::vector<std::string> texts(f.nodes_.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            texts[i] = f.text(i, texts);
        }
        return std::move(texts.back());
    }

private:
    formula(std::vector<node> nodes, std::size_t depth) : nodes_{std::move(nodes)}, depth_{depth} {}

    static std::size_t deeper(std::size_t depth) {
        if (depth >= deepest) {
            throw error{"a formula is nested more than " + std::to_string(deepest) + " deep"};
        }
        return depth + 1;
    }

    static formula unary(kind what, const formula& f) {
        const std::size_t depth = deeper(f.depth_);
        std::vector<node> nodes = f.nodes_;
        nodes.push_back(node{what, true, static_cast<std::uint32_t>(f.nodes_.size() - 1), 0, {}});
        return formula{std::move(nodes), depth};
    }
    static formula binary(kind what, const formula& f, const formula& g) {
        const std::size_t depth = deeper(std::max(f.depth_, g.depth_));
        std::vector<node> nodes = f.nodes_;
        const auto shift = static_cast<std::uint32_t>(nodes.size());
        for (node n : g.nodes_) {
            n.left += shift;
            n.right += shift;
            nodes.push_back(std::move(n));
        }
        nodes.push_back(node{what, true, shift - 1, static_cast<std::uint32_t>(nodes.size() - 1), {}});
        return formula{std::move(nodes), depth};
    }

    // By the texts of the operands.
    [[nodiscard]] std::string text(std::size_t i, const std::vector<std::string>& texts) const {
        static constexpr const char* names[] = {"EX ", "AX ", "EF ", "AF ", "EG ", "AG "};
        const node& n = nodes_[i];
        switch (n.what) {
        case kind::constant: return n.value ? "true" : "false";
        case kind::atom: return quoted(n.label);
        case kind::negation: return "!" + texts[n.left];
        case kind::conjunction: return "(" + texts[n.left] + " & " + texts[n.right] + ")";
        case kind::disjunction: return "(" + texts[n.left] + " | " + texts[n.right] + ")";
        case kind::EU: return "E[" + texts[n.left] + " U " + texts[n.right] + "]";
        case kind::AU: return "A[" + texts[n.left] + " U " + texts[n.right] + "]";
        default: break;
        }
        return names[static_cast<std::size_t>(n.what) - static_cast<std::size_t>(kind::EX)] + texts[n.left];
    }
    [[nodiscard]] static std::string quoted(std::string_view label) {
        std::string q = "\"";
        for (const char c : label) {
            if (c == '"' || c == '\\') {
                q += '\\';
            }
            q += c;
        }
        return q + "\"";
    }

    std::vector<node> nodes_;
    std::size_t depth_;
};

} // namespace opara::inline OPARA_ABI::abstraction
