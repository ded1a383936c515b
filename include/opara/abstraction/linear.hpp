/// @file
/// Formulas of linear time, which speak of one run, as far as "every run satisfies it" can be said in CTL.
#pragma once

#include <opara/abstraction/formula.hpp>
#include <opara/core/error.hpp>

#include <string>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

/// A formula of linear time of which nobody can say in CTL, by the rules of `ltl::run_formula`, that every run
/// satisfies it.
class fragment_error : public error {
public:
    using error::error;
};

/// Linear time: `check(system, ltl::A(ltl::U(safe, goal) || ltl::G(safe)))`.
namespace ltl {

/// What one run satisfies or does not. Formulas of CTL are among them, and speak of the state in which the run begins.
///
/// Only such as have an equivalent in CTL on all runs can be built, all others throw: X and G of any; F of a state's
/// formula; `U(f, p)` and `W(f, p)` of any f and a state's formula p; "and"; "or" and `implies` where one side is a
/// state's formula, because a system whose runs go two ways may satisfy "f or g" on all runs and neither f nor g on
/// all; but `U(p, q) || G(p)` is `W(p, q)`. "Not" of what is built with one operator of states' formulas. Maidl, "The
/// common fragment of CTL and LTL", FOCS 2000.
class run_formula {
public:
    /// What the state in which the run begins satisfies.
    run_formula(formula f) : every_{std::move(f)}, left_{every_}, right_{every_} {} // implicit: it is a case of it

    /// Whether it depends on nothing but the state in which the run begins.
    [[nodiscard]] bool is_of_state() const noexcept { return what_ == kind::state; }

    /// "Every run from here satisfies it", in CTL.
    [[nodiscard]] friend formula A(const run_formula& f) { return f.every_; }
    /// The next state's run satisfies f.
    [[nodiscard]] friend run_formula X(const run_formula& f) { return {kind::next, AX(f.every_), f, f}; }
    /// Some day, f. @throws fragment_error  f speaks of more than a state
    [[nodiscard]] friend run_formula F(const run_formula& f) {
        require_state(f, "F takes a formula of states, because what comes after F is on each run another time");
        return {kind::finally, AF(f.every_), f, f};
    }
    /// Always f.
    [[nodiscard]] friend run_formula G(const run_formula& f) { return {kind::globally, AG(f.every_), f, f}; }
    /// Some day g, and f until then. @throws fragment_error  g speaks of more than a state
    [[nodiscard]] friend run_formula U(const run_formula& f, const run_formula& g) {
        require_state(g, "U takes a formula of states on its right");
        return {kind::until, AU(f.every_, g.every_), f, g};
    }
    /// f until g, or for ever. @throws fragment_error  g speaks of more than a state
    [[nodiscard]] friend run_formula W(const run_formula& f, const run_formula& g) {
        require_state(g, "W takes a formula of states on its right");
        return {kind::weak_until, !EU(!g.every_, !f.every_ && !g.every_), f, g};
    }
    /// Not f. @throws fragment_error  f is not of states, nor one operator of such
    friend run_formula operator!(const run_formula& f) {
        if (f.is_of_state()) {
            return {!f.every_};
        }
        if (f.of_states_) {
            const run_formula neither{!f.left_ && !f.right_};
            const run_formula not_left{!f.left_};
            const run_formula not_right{!f.right_};
            switch (f.what_) {
            case kind::next: return X(not_left);
            case kind::finally: return G(not_left);
            case kind::globally: return F(not_left);
            case kind::until: return W(not_right, neither);
            case kind::weak_until: return U(not_right, neither);
            default: break;
            }
        }
        throw fragment_error{"! takes a formula of states, or X, F, G, U or W of such"};
    }
    /// Both.
    friend run_formula operator&&(const run_formula& f, const run_formula& g) {
        return f.is_of_state() && g.is_of_state() ? run_formula{f.every_ && g.every_}
                                                  : run_formula{kind::other, f.every_ && g.every_, f, g};
    }
    /// One or both. @throws fragment_error  neither is of states, and they are not U and G of the same
    friend run_formula operator||(const run_formula& f, const run_formula& g) {
        if (f.is_of_state() && g.is_of_state()) {
            return {f.every_ || g.every_};
        }
        if (f.is_of_state() || g.is_of_state()) {
            return {kind::other, f.every_ || g.every_, f, g};
        }
        const run_formula& first = f.what_ == kind::until ? f : g;
        const run_formula& second = f.what_ == kind::until ? g : f;
        if (first.what_ == kind::until && second.what_ == kind::globally && first.of_states_ && second.of_states_ &&
            first.left_ == second.left_) {
            return W(run_formula{first.left_}, run_formula{first.right_});
        }
        throw fragment_error{"| takes a formula of states on one side, because some runs may take one way and some the "
                             "other; or (f U g) | G f"};
    }
    /// f is false or g is true. @throws fragment_error  as for `!` and `||`
    [[nodiscard]] friend run_formula implies(const run_formula& f, const run_formula& g) { return !f || g; }

private:
    enum class kind : unsigned char { state, next, finally, globally, until, weak_until, other };

    run_formula(kind what, formula every, const run_formula& left, const run_formula& right)
        : every_{std::move(every)},
          what_{what},
          of_states_{left.is_of_state() && right.is_of_state()},
          left_{left.every_},
          right_{right.every_} {}

    static void require_state(const run_formula& f, const char* why) {
        if (!f.is_of_state()) {
            throw fragment_error{why};
        }
    }

    formula every_; // what it means of a state that every run from there satisfies it
    kind what_ = kind::state;
    bool of_states_ = true; // whether its operands, left_ and right_, are
    formula left_;
    formula right_;
};

// Found by argument-dependent lookup in run_formula; these are for formulas of CTL as operands.
/// @cond
[[nodiscard]] formula A(const run_formula& f);
[[nodiscard]] run_formula X(const run_formula& f);
[[nodiscard]] run_formula F(const run_formula& f);
[[nodiscard]] run_formula G(const run_formula& f);
[[nodiscard]] run_formula U(const run_formula& f, const run_formula& g);
[[nodiscard]] run_formula W(const run_formula& f, const run_formula& g);
/// @endcond

} // namespace ltl

} // namespace opara::inline OPARA_ABI::abstraction
