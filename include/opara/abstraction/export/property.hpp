/// @file
/// Formulas as other checkers write them.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

/// How a checker writes a formula of CTL.
enum class dialect : unsigned char {
    spin,  ///< `<> goal`: SPIN, which has linear time only (see `is_linear`)
    prism, ///< `A [ F "goal" ]`
    smv,   ///< `(AF goal)`: NuSMV, nuXmv
    storm, ///< `P>=1 [F "goal"]`: Storm, on a system whose choices are all taken with probability 1
};

namespace detail {

// The operands of f W g ("f until g, or for ever"), which CTL writes as !E[!g U (!f & !g)].
struct weak_until {
    std::size_t left;
    std::size_t right;
};
[[nodiscard]] inline bool are_equal(const std::vector<formula::node>& nodes, std::size_t a, std::size_t b) {
    const formula::node& x = nodes[a];
    const formula::node& y = nodes[b];
    if (a == b) {
        return true;
    }
    if (x.what != y.what || x.value != y.value || x.label != y.label) {
        return false;
    }
    using kind = formula::kind;
    if (x.what == kind::constant || x.what == kind::atom) {
        return true;
    }
    const bool binary =
        x.what == kind::conjunction || x.what == kind::disjunction || x.what == kind::EU || x.what == kind::AU;
    return are_equal(nodes, x.left, y.left) && (!binary || are_equal(nodes, x.right, y.right));
}
// Whether node i is such a formula.
[[nodiscard]] inline std::optional<weak_until> weak_until_at(const std::vector<formula::node>& nodes, std::size_t i) {
    using kind = formula::kind;
    if (nodes[i].what != kind::negation || nodes[nodes[i].left].what != kind::EU) {
        return std::nullopt;
    }
    const formula::node& until = nodes[nodes[i].left];
    const formula::node& neither = nodes[until.right];
    if (nodes[until.left].what != kind::negation || neither.what != kind::conjunction ||
        nodes[neither.left].what != kind::negation || !are_equal(nodes, until.left, neither.right)) {
        return std::nullopt;
    }
    return weak_until{nodes[neither.left].left, nodes[until.left].left};
}

} // namespace detail

/// Whether a formula of CTL means the same to a checker of linear time that reads it without its A and E: propositions;
/// AG and "and" of what is linear; "or" where one side is a proposition; AF of propositions; A[f U p] and "f W p", as
/// `ltl::W` writes it, where f is linear and p a proposition; "not" of EF, EG and E[p U q] of propositions. Of others
/// that need not be so: A of "or" is not "or" of A. (Of AX it is so, but SPIN is usually built without X.) Maidl, "The
/// common fragment of CTL and LTL", FOCS 2000. O(nodes^2).
[[nodiscard]] inline bool is_linear(const formula& f) {
    using kind = formula::kind;
    const std::vector<formula::node>& nodes = f.nodes();
    std::vector<bool> propositional(nodes.size());
    std::vector<bool> linear(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) { // operands come first
        const formula::node& n = nodes[i];
        const bool leaf = n.what == kind::constant || n.what == kind::atom;
        const bool binary = n.what == kind::conjunction || n.what == kind::disjunction;
        propositional[i] = leaf || (n.what < kind::EX && propositional[n.left] && (!binary || propositional[n.right]));
        switch (n.what) {
        case kind::AG: linear[i] = linear[n.left]; break;
        case kind::AF: linear[i] = propositional[n.left]; break;
        case kind::AU: linear[i] = linear[n.left] && propositional[n.right]; break;
        case kind::conjunction: linear[i] = linear[n.left] && linear[n.right]; break;
        case kind::disjunction:
            linear[i] = linear[n.left] && linear[n.right] && (propositional[n.left] || propositional[n.right]);
            break;
        case kind::negation: {
            const formula::node& of = nodes[n.left];
            const bool on_some_run = of.what == kind::EF || of.what == kind::EG || of.what == kind::EU;
            const std::optional<detail::weak_until> w = detail::weak_until_at(nodes, i);
            linear[i] = propositional[i] ||
                        (on_some_run && propositional[of.left] && (of.what != kind::EU || propositional[of.right])) ||
                        (w && linear[w->left] && propositional[w->right]);
            break;
        }
        default: linear[i] = propositional[i]; break; // of AX and E: false
        }
    }
    return linear.back();
}

namespace detail {

class property_writer {
public:
    property_writer(const transition_system& system, const formula& f, dialect how)
        : system_{system}, nodes_{f.nodes()}, how_{how} {
        const std::vector<bool> positive = f.positions();
        for (std::size_t i = 0; i < nodes_.size(); ++i) { // operands come first
            texts_.push_back(text_of(i, positive[i]));
        }
    }

    [[nodiscard]] const std::string& text() const noexcept { return texts_.back(); }

private:
    [[nodiscard]] std::string text_of(std::size_t i, bool positive) const {
        using kind = formula::kind;
        const formula::node& n = nodes_[i];
        const auto left = [&]() -> const std::string& { return texts_[n.left]; };
        const auto right = [&]() -> const std::string& { return texts_[n.right]; };
        switch (n.what) {
        case kind::constant: return constant(n.value);
        case kind::atom: return atom(n.label, positive);
        case kind::negation:
            if (const std::optional<weak_until> w = weak_until_at(nodes_, i); w && how_ == dialect::spin) {
                return "(([] " + texts_[w->left] + ") || (" + texts_[w->left] + " U " + texts_[w->right] + "))";
            }
            return negation(left());
        case kind::conjunction: return both(left(), right(), how_ == dialect::spin ? " && " : " & ", "true", "false");
        case kind::disjunction: return both(left(), right(), how_ == dialect::spin ? " || " : " | ", "false", "true");
        case kind::EX: return path("E", "X", left());
        case kind::AX: return path("A", "X", left());
        case kind::EF: return path("E", "F", left());
        case kind::AF: return path("A", "F", left());
        case kind::EG: return path("E", "G", left());
        case kind::AG: return path("A", "G", left());
        case kind::EU: return until("E", left(), right());
        case kind::AU: return until("A", left(), right());
        }
        return {};
    }
    [[nodiscard]] std::string constant(bool value) const {
        return how_ == dialect::smv ? (value ? "TRUE" : "FALSE") : (value ? "true" : "false");
    }
    // Storm takes what consists of constants only, like !false, for the name of a label; so constants are folded for
    // it.
    [[nodiscard]] std::string negation(const std::string& f) const {
        if (how_ == dialect::storm && (f == "true" || f == "false")) {
            return constant(f == "false");
        }
        return how_ == dialect::spin && f[0] == '!' ? "!(" + f + ")" : "!" + f; // !! is another operator there
    }
    [[nodiscard]] std::string both(const std::string& f, const std::string& g, const char* sign, const char* neutral,
                                   const char* decisive) const {
        if (how_ == dialect::storm && (f == decisive || g == neutral)) {
            return f;
        }
        if (how_ == dialect::storm && (g == decisive || f == neutral)) {
            return g;
        }
        return "(" + f + sign + g + ")";
    }
    [[nodiscard]] std::string atom(const std::string& label, bool positive) const {
        const labelling* const l = system_.find_label(label);
        if (l == nullptr) {
            throw label_error{label};
        }
        const auto is = [&](truth t) { return std::find(l->holds.begin(), l->holds.end(), t) != l->holds.end(); };
        const bool two_names = is(truth::maybe);
        std::string name = (two_names && !positive ? "possibly_" : "") + label;
        if (how_ == dialect::smv || how_ == dialect::spin) {
            return name;
        }
        if (how_ == dialect::storm && !is(truth::yes) && !(two_names && !positive)) {
            return "false"; // a .drn file does not name what holds nowhere
        }
        return "\"" + name + "\"";
    }
    // All that is left to chance in the exported process is the scheduler: "with probability 1 under every scheduler"
    // is "on all runs", and "not, under every scheduler, with probability 0" is "on some".
    [[nodiscard]] std::string path(const std::string& quantifier, const std::string& what, const std::string& f) const {
        switch (how_) {
        case dialect::spin: return (what == "G" ? "([] " : "(<> ") + f + ")";
        case dialect::prism: return quantifier + " [ " + what + " " + f + " ]";
        case dialect::smv: return "(" + quantifier + what + " " + f + ")";
        case dialect::storm: break;
        }
        return quantifier == "A" ? "(P>=1 [" + what + " " + f + "])" : "!(P<=0 [" + what + " " + f + "])";
    }
    [[nodiscard]] std::string until(const std::string& quantifier, const std::string& f, const std::string& g) const {
        if (how_ == dialect::spin) {
            return "(" + f + " U " + g + ")";
        }
        if (how_ != dialect::storm) {
            return quantifier + " [ " + f + " U " + g + " ]";
        }
        return quantifier == "A" ? "(P>=1 [" + f + " U " + g + "])" : "!(P<=0 [" + f + " U " + g + "])";
    }

    const transition_system& system_;
    const std::vector<formula::node>& nodes_;
    dialect how_;
    std::vector<std::string> texts_;
};

} // namespace detail

/// A formula over a system's labels, for a checker that has read the system's export. It holds there if and only if
/// `check` finds that it holds here, labels that are `maybe` included (see `proposition`).
///
/// @code
/// property_text(system, parse_formula("AG (left -> right)"), dialect::prism);  // A [ G (!"possibly_left" | "right") ]
/// @endcode
/// @throws label_error  the formula has a label that the system has not
/// @throws error  the dialect is SPIN's and the formula is not linear
/// Complexity: O(nodes + atoms * states).
[[nodiscard]] inline std::string property_text(const transition_system& system, const formula& f, dialect how) {
    if (how == dialect::spin && !is_linear(f)) {
        throw error{"nothing that SPIN knows is sure to mean the same as " + to_string(f)};
    }
    return detail::property_writer{system, f, how}.text();
}

} // namespace opara::inline OPARA_ABI::abstraction
