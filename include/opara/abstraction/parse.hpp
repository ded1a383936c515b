/// @file
/// Formulas from text.
#pragma once

#include <opara/abstraction/formula.hpp>
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
        formula f = implication();
        skip_blanks();
        if (at_ != text_.size()) {
            fail("expected an operator or the end");
        }
        return f;
    }

private:
    // Nesting and length are bounded, so that no text can overflow the stack.
    static constexpr std::size_t deepest = 1000;
    static constexpr std::size_t longest = 10'000;

    formula implication() {
        if (++depth_ > deepest) {
            fail("is nested too deeply");
        }
        const formula left = disjunction();
        formula result = accept("->") ? implies(left, implication()) : left;
        --depth_;
        return result;
    }
    formula disjunction() {
        formula f = conjunction();
        while (accept("||") || accept("|")) {
            f = f || conjunction();
        }
        return f;
    }
    formula conjunction() {
        formula f = unary();
        while (accept("&&") || accept("&")) {
            f = f && unary();
        }
        return f;
    }
    formula unary() {
        if (++depth_ > deepest) {
            fail("is nested too deeply");
        }
        formula f = operand();
        --depth_;
        return f;
    }
    formula operand() {
        if (accept("!")) {
            return !unary();
        }
        if (accept("(")) {
            formula f = implication();
            expect(")");
            return f;
        }
        const bool is_quoted = peek() == '"';
        const std::size_t start = at_;
        if (is_quoted) {
            return atom(quoted_name(), start);
        }
        const std::string_view word = name();
        if (word == "A" || word == "E") {
            expect("[");
            const formula f = implication();
            skip_blanks();
            const std::size_t middle = at_;
            if (name() != "U") {
                at_ = middle;
                fail("expected U");
            }
            const formula g = implication();
            expect("]");
            return word == "A" ? AU(f, g) : EU(f, g);
        }
        if (word == "AX") {
            return AX(unary());
        }
        if (word == "EX") {
            return EX(unary());
        }
        if (word == "AF") {
            return AF(unary());
        }
        if (word == "EF") {
            return EF(unary());
        }
        if (word == "AG") {
            return AG(unary());
        }
        if (word == "EG") {
            return EG(unary());
        }
        if (word == "true" || word == "false") {
            return formula::constant(word == "true");
        }
        if (word.empty() || word == "U") {
            at_ = start;
            fail("expected a formula");
        }
        return atom(std::string{word}, start);
    }
    formula atom(std::string label, std::size_t start) {
        if (labels_ != nullptr &&
            std::none_of(labels_->begin(), labels_->end(), [&](const labelling& l) { return l.name == label; })) {
            at_ = start;
            fail("there is no label \"" + label + "\"");
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
};

} // namespace detail

/// Reads a CTL formula: `A[safe U goal] | AG safe`.
///
/// Names are words of letters, digits and `_`, or anything in double quotes (with `\"` and `\\`); `true` and `false`;
/// `!`, `&`, `|`, `->` (to the right) in this order of binding, also written `&&` and `||`; `EX AX EF AF EG AG` bind as
/// `!` does; `A[f U g]`, `E[f U g]`; parentheses.
/// @throws parse_error  with line and column
/// Complexity: O(text^2) at worst, where operands are long.
[[nodiscard]] inline formula parse_formula(std::string_view text) { return detail::formula_parser{text}.parse(); }

/// Reads a CTL formula over these labels.
/// @throws parse_error  with line and column, also for a label that there is not
[[nodiscard]] inline formula parse_formula(std::string_view text, std::span<const labelling> labels) {
    return detail::formula_parser{text, &labels}.parse();
}

} // namespace opara::inline OPARA_ABI::abstraction
