/// @file
/// Formulas as other checkers write them.
#pragma once

#include <opara/abstraction/error.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace opara::inline OPARA_ABI::abstraction {

/// How a checker writes a formula of CTL.
enum class dialect : unsigned char {
    prism, ///< `A [ F "goal" ]`
    smv,   ///< `(AF goal)`: NuSMV, nuXmv
    storm, ///< `P>=1 [F "goal"]`: Storm, on a system whose choices are all taken with probability 1
};

namespace detail {

class property_writer {
public:
    property_writer(const transition_system& system, const formula& f, dialect how)
        : system_{system}, nodes_{f.nodes()}, how_{how} {}

    [[nodiscard]] std::string text(std::size_t i, bool positive) const {
        using kind = formula::kind;
        const formula::node& n = nodes_[i];
        const auto left = [&] { return text(n.left, positive); };
        const auto right = [&] { return text(n.right, positive); };
        switch (n.what) {
        case kind::constant: return constant(n.value);
        case kind::atom: return atom(n.label, positive);
        case kind::negation: return negation(text(n.left, !positive));
        case kind::conjunction: return both(left(), right(), " & ", "true", "false");
        case kind::disjunction: return both(left(), right(), " | ", "false", "true");
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

private:
    [[nodiscard]] std::string constant(bool value) const {
        return how_ == dialect::smv ? (value ? "TRUE" : "FALSE") : (value ? "true" : "false");
    }
    // Storm takes what consists of constants only, like !false, for the name of a label; so constants are folded for
    // it.
    [[nodiscard]] std::string negation(const std::string& f) const {
        if (how_ == dialect::storm && (f == "true" || f == "false")) {
            return constant(f == "false");
        }
        return "!" + f;
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
        const std::string name = (two_names && !positive ? "possibly_" : "") + label;
        if (how_ == dialect::smv) {
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
        case dialect::prism: return quantifier + " [ " + what + " " + f + " ]";
        case dialect::smv: return "(" + quantifier + what + " " + f + ")";
        case dialect::storm: break;
        }
        return quantifier == "A" ? "(P>=1 [" + what + " " + f + "])" : "!(P<=0 [" + what + " " + f + "])";
    }
    [[nodiscard]] std::string until(const std::string& quantifier, const std::string& f, const std::string& g) const {
        if (how_ != dialect::storm) {
            return quantifier + " [ " + f + " U " + g + " ]";
        }
        return quantifier == "A" ? "(P>=1 [" + f + " U " + g + "])" : "!(P<=0 [" + f + " U " + g + "])";
    }

    const transition_system& system_;
    const std::vector<formula::node>& nodes_;
    dialect how_;
};

} // namespace detail

/// A formula over a system's labels, for a checker that has read the system's export. It holds there if and only if
/// `check` finds that it holds here, labels that are `maybe` included (see `proposition`).
///
/// @code
/// property_text(system, parse_formula("AG (left -> right)"), dialect::prism);  // A [ G (!"possibly_left" | "right") ]
/// @endcode
/// @throws label_error  the formula has a label that the system has not
/// Complexity: O(nodes + atoms * states).
[[nodiscard]] inline std::string property_text(const transition_system& system, const formula& f, dialect how) {
    return detail::property_writer{system, f, how}.text(f.nodes().size() - 1, true);
}

} // namespace opara::inline OPARA_ABI::abstraction
