/// @file
/// Formulas from text.
#pragma once

#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/linear.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

class formula_parser {
public:
    // `labels`: the names that there are, or null where any will do
    explicit formula_parser(std::string_view text, const std::span<const labelling>* labels = nullptr)
        : text_{text}, labels_{labels} {}

    formula parse() {
        if (text_.size() > longest) {
            throw parse_error{"is longer than " + std::to_string(longest) + " characters", "formula"};
        }
        const run_formula f = implication();
        skip_blanks();
        if (at_ != text_.size()) {
            fail("expected an operator or the end");
        }
        return A(f);
    }

private:
    using run_formula = ltl::run_formula;

    // Nesting and length are bounded, so that no text can overflow the stack.
    static constexpr std::size_t deepest = 1000;
    static constexpr std::size_t longest = 10'000;

    run_formula implication() {
        if (++depth_ > deepest) {
            fail("is nested too deeply");
        }
        const run_formula left = disjunction();
        const std::size_t at = place();
        run_formula result =
            accept("->") ? allowed(at, [&, right = implication()] { return implies(left, right); }) : left;
        --depth_;
        return result;
    }
    run_formula disjunction() {
        run_formula f = conjunction();
        for (std::size_t at = place(); accept("||") || accept("|"); at = place()) {
            f = allowed(at, [&, g = conjunction()] { return f || g; });
        }
        return f;
    }
    run_formula conjunction() {
        run_formula f = until();
        for (std::size_t at = place(); accept("&&") || accept("&"); at = place()) {
            f = allowed(at, [&, g = until()] { return f && g; });
        }
        return f;
    }
    // U and W of linear time; to the right. Between A[ and ] they end the first operand instead.
    run_formula until() {
        run_formula f = unary();
        if (in_brackets_) {
            return f;
        }
        const std::size_t at = place();
        const std::string_view word = name();
        if (word != "U" && word != "W") {
            at_ = at;
            return f;
        }
        if (++depth_ > deepest) {
            fail("is nested too deeply");
        }
        const run_formula g = until();
        --depth_;
        return allowed(at, [&] { return word == "U" ? U(f, g) : W(f, g); });
    }
    run_formula unary() {
        if (++depth_ > deepest) {
            fail("is nested too deeply");
        }
        run_formula f = operand();
        --depth_;
        return f;
    }
    run_formula operand() {
        const std::size_t start = place();
        if (accept("!")) {
            return allowed(start, [f = unary()] { return !f; });
        }
        if (accept("(")) {
            const bool outer = std::exchange(in_brackets_, false);
            run_formula f = implication();
            in_brackets_ = outer;
            expect(")");
            return f;
        }
        if (peek() == '"') {
            return atom(quoted_name(), start);
        }
        const std::string_view word = name();
        if (word == "A" || word == "E") {
            return quantified_until(start, word);
        }
        if (word == "true" || word == "false") {
            return formula::constant(word == "true");
        }
        if (word.empty() || word == "U" || word == "W") {
            at_ = start;
            fail("expected a formula");
        }
        const bool quantified = word.size() == 2 && (word[0] == 'A' || word[0] == 'E');
        const char what = quantified ? word[1] : word.size() == 1 ? word[0] : '\0';
        if (what != 'X' && what != 'F' && what != 'G') {
            return atom(std::string{word}, start);
        }
        const run_formula f = unary();
        if (word[0] == 'E' && quantified) {
            require_state(start, f);
            const formula s = A(f);
            return what == 'X' ? EX(s) : what == 'F' ? EF(s) : EG(s);
        }
        const run_formula g = allowed(start, [&] { return what == 'X' ? X(f) : what == 'F' ? F(f) : G(f); });
        return quantified ? run_formula{A(g)} : g;
    }
    run_formula quantified_until(std::size_t start, std::string_view quantifier) {
        expect("[");
        const bool outer = std::exchange(in_brackets_, true);
        const run_formula f = implication();
        const std::size_t middle = place();
        const std::string_view word = name();
        if (word != "U" && !(word == "W" && quantifier == "A")) {
            at_ = middle;
            fail("expected U");
        }
        const run_formula g = implication();
        in_brackets_ = outer;
        expect("]");
        if (quantifier == "E") {
            require_state(start, f);
            require_state(start, g);
            return EU(A(f), A(g));
        }
        return allowed(start, [&] { return A(word == "U" ? U(f, g) : W(f, g)); });
    }
    // What has no equivalent in CTL, or is nested too deeply, is refused at this place.
    template <class Make>
    run_formula allowed(std::size_t at, Make make) {
        try {
            return make();
        } catch (const error& e) {
            at_ = at;
            fail(e.what());
        }
    }
    void require_state(std::size_t at, const run_formula& f) {
        if (!f.is_of_state()) {
            at_ = at;
            fail("E takes formulas of states: what can be checked of linear time is about all runs");
        }
    }
    formula atom(std::string label, std::size_t start) {
        if (labels_ != nullptr &&
            std::none_of(labels_->begin(), labels_->end(), [&](const labelling& l) { return l.name == label; })) {
            at_ = start;
            std::string all;
            for (const labelling& l : *labels_) {
                all += (all.empty() ? "; there are: " : ", ") + l.name;
            }
            fail("there is no label \"" + label + "\"" + all);
        }
        return formula::atom(std::move(label));
    }

    // A word; empty if none begins here.
    std::string_view name() {
        const std::size_t start = at_;
        const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
        while (at_ < text_.size() &&
               (is_letter(text_[at_]) || (at_ > start && text_[at_] >= '0' && text_[at_] <= '9'))) {
            ++at_;
        }
        return text_.substr(start, at_ - start);
    }
    std::string quoted_name() {
        const std::size_t start = at_++;
        std::string result;
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 1U : 0U;
            if (at_ < text_.size()) {
                result += text_[at_++];
            }
        }
        if (at_ >= text_.size()) {
            at_ = start;
            fail("the quoted name does not end");
        }
        ++at_;
        return result;
    }
    void skip_blanks() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
            ++at_;
        }
    }
    // Where the next thing begins.
    std::size_t place() {
        skip_blanks();
        return at_;
    }
    char peek() {
        skip_blanks();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool accept(std::string_view symbol) {
        skip_blanks();
        if (text_.substr(at_, symbol.size()) != symbol) {
            return false;
        }
        at_ += symbol.size();
        return true;
    }
    void expect(std::string_view symbol) {
        if (!accept(symbol)) {
            fail("expected " + std::string{symbol});
        }
    }
    [[noreturn]] void fail(const std::string& what) const {
        std::size_t line = 1;
        std::size_t column = 1;
        for (const char c : text_.substr(0, at_)) {
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1U : 0U;
        }
        throw parse_error{what, "formula", line, column};
    }

    std::string_view text_;
    const std::span<const labelling>* labels_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    bool in_brackets_ = false; // directly between A[ and ]
};

} // namespace detail

/// Reads a formula of CTL, `A[safe U goal] | AG safe`, or of linear time, `(safe U goal) | G safe`, which is then one
/// of CTL that says the same of all runs.
///
/// Names are words of letters, digits and `_`, or anything in double quotes (with `\"` and `\\`); `true` and `false`;
/// `!`, `&`, `|`, `->` (to the right) in this order of binding, also written `&&` and `||`; `EX AX EF AF EG AG` bind as
/// `!` does; `A[f U g]`, `A[f W g]`, `E[f U g]`; parentheses. Of linear time `X F G`, which bind as `!` does, and `f U
/// g` and `f W g` (to the right, closer than `&`); `ltl::run_formula` says which of these have an equivalent.
/// @throws parse_error  with line and column, also for what has no equivalent
/// Complexity: O(text^2) at worst, where operands are long.
[[nodiscard]] inline formula parse_formula(std::string_view text) { return detail::formula_parser{text}.parse(); }

/// Reads a CTL formula over these labels.
/// @throws parse_error  with line and column, also for a label that there is not
[[nodiscard]] inline formula parse_formula(std::string_view text, std::span<const labelling> labels) {
    return detail::formula_parser{text, &labels}.parse();
}

} // namespace opara::inline OPARA_ABI::abstraction
