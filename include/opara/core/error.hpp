/// @file
/// The exceptions of the library. Each carries the evidence, so that a caller can show or mend what was wrong.
#pragma once

#include <opara/core/config.hpp>
#include <opara/core/id.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// Base of everything that the library throws on bad data.
class error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A graph that cannot be an operator graph: a dangling edge, a duplicate edge, too many operators.
class graph_error : public error {
public:
    /// @param what  the reason, in words
    /// @param source,target  numbers of the operators that the edge at fault joins, as the caller gave them
    graph_error(const std::string& what, std::size_t source, std::size_t target)
        : error{what}, source_{source}, target_{target} {}

    [[nodiscard]] std::size_t source() const noexcept { return source_; } ///< where the edge at fault begins
    [[nodiscard]] std::size_t target() const noexcept { return target_; } ///< where the edge at fault ends

private:
    std::size_t source_;
    std::size_t target_;
};

/// A graph with a cycle, which nothing can schedule.
class cycle_error : public error {
public:
    /// @param cycle  its operators in edge order, the first not repeated at the end
    explicit cycle_error(std::vector<op_id> cycle) : error{describe(cycle)}, cycle_{std::move(cycle)} {}

    /// The operators of one cycle, each with an edge to the next and the last with an edge to the first.
    [[nodiscard]] const std::vector<op_id>& cycle() const noexcept { return cycle_; }

private:
    static std::string describe(const std::vector<op_id>& cycle) {
        constexpr std::size_t shown = 16;
        std::string text = "the graph has a cycle: ";
        for (std::size_t i = 0; i < cycle.size() && i < shown; ++i) {
            text += std::to_string(cycle[i].value) + " -> ";
        }
        if (cycle.size() > shown) {
            text += "... (" + std::to_string(cycle.size()) + " operators) -> ";
        }
        return text + (cycle.empty() ? std::string{"?"} : std::to_string(cycle.front().value));
    }

    std::vector<op_id> cycle_;
};

/// A cost that is no cost: NaN, negative or infinite, or a table of the wrong length.
class cost_error : public error {
public:
    /// @param what  the reason, in words
    /// @param op  the operator whose cost it is
    cost_error(const std::string& what, op_id op) : error{what}, op_{op} {}

    [[nodiscard]] op_id op() const noexcept { return op_; } ///< the operator whose cost is at fault

private:
    op_id op_;
};

/// A policy that broke its contract: an assignment of the wrong size, an order that is no topological order.
class policy_error : public error {
public:
    using error::error;
};

/// A plan that does not run its graph, with the first edge that it breaks.
class invalid_plan : public error {
public:
    /// @param what  the reason, in words
    /// @param source,target  the edge that the plan breaks; equal where a single operator is at fault
    invalid_plan(const std::string& what, op_id source, op_id target) : error{what}, source_{source}, target_{target} {}

    [[nodiscard]] op_id source() const noexcept { return source_; } ///< the operator that must come first
    [[nodiscard]] op_id target() const noexcept { return target_; } ///< the operator that does not wait for it

private:
    op_id source_;
    op_id target_;
};

/// Text or bytes that are not what they claim to be.
class parse_error : public error {
public:
    /// @param what  the reason, in words
    /// @param where  the place, in words: a JSON path, the name of an ONNX node, a file
    /// @param line,column  counted from 1, or 0 where the input has no lines
    parse_error(const std::string& what, std::string where, std::size_t line = 0, std::size_t column = 0)
        : error{describe(what, where, line, column)}, where_{std::move(where)}, line_{line}, column_{column} {}

    [[nodiscard]] const std::string& where() const noexcept { return where_; } ///< the place, in words
    [[nodiscard]] std::size_t line() const noexcept { return line_; }          ///< from 1, or 0
    [[nodiscard]] std::size_t column() const noexcept { return column_; }      ///< from 1, or 0

private:
    static std::string describe(const std::string& what, const std::string& where, std::size_t line,
                                std::size_t column) {
        std::string text = where;
        if (line != 0) {
            text += (text.empty() ? "line " : ", line ") + std::to_string(line) + ", column " + std::to_string(column);
        }
        return text.empty() ? what : text + ": " + what;
    }

    std::string where_;
    std::size_t line_;
    std::size_t column_;
};

/// An operator that failed while a plan ran. The exception that it threw is nested (`std::rethrow_if_nested`).
class operator_error : public error {
public:
    /// @param what  the operator's name and the reason, in words
    /// @param op  the operator
    operator_error(const std::string& what, op_id op) : error{what}, op_{op} {}

    [[nodiscard]] op_id op() const noexcept { return op_; } ///< the operator that failed

private:
    op_id op_;
};

} // namespace opara::inline OPARA_ABI
