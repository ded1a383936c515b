/// @file
/// An operator graph that owns its operators, built one operator and one edge at a time.
#pragma once

#include <opara/core/error.hpp>
#include <opara/graph/frozen.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

/// A growing acyclic graph with an operator of type `Op` at each vertex. A regular value if `Op` is.
///
/// @code
/// opara::dag<my_op> g;
/// auto a = g.add({"conv"}), b = g.add({"relu"});
/// g.connect(a, b);
/// @endcode
template <class Op>
class dag {
public:
    using operator_type = Op; ///< what sits at a vertex

    /// Adds an operator and returns its number: 0, 1, 2, ... Amortised O(1).
    op_id add(Op op) {
        operators_.push_back(std::move(op));
        return op_id::from_index(operators_.size() - 1);
    }
    /// Adds an operator behind its arguments, in their order. An argument that is there twice makes one edge.
    /// O(k log k) for k arguments.
    /// @throws graph_error  an argument is no operator of this graph; nothing is added then
    op_id add(Op op, std::span<const op_id> arguments) {
        for (const op_id a : arguments) {
            require(a, a, op_id::from_index(operators_.size()));
        }
        std::vector<op_id> different(arguments.begin(), arguments.end());
        std::sort(different.begin(), different.end());
        different.erase(std::unique(different.begin(), different.end()), different.end());
        std::vector<bool> met(different.size());
        const op_id v = add(std::move(op));
        for (const op_id a : arguments) {
            const auto at = std::lower_bound(different.begin(), different.end(), a) - different.begin();
            if (!met[static_cast<std::size_t>(at)]) {
                met[static_cast<std::size_t>(at)] = true;
                edges_.push_back({a, v});
            }
        }
        return v;
    }
    /// Says that `target` needs `source`. A cycle or a repeated edge is found when the graph is frozen.
    /// @throws graph_error  an end is no operator of this graph; the graph stays as it was
    void connect(op_id source, op_id target) {
        require(source, source, target);
        require(target, source, target);
        edges_.push_back({source, target});
    }

    [[nodiscard]] std::size_t size() const noexcept { return operators_.size(); }                ///< operators
    [[nodiscard]] std::size_t edge_count() const noexcept { return edges_.size(); }              ///< edges
    [[nodiscard]] const Op& operator[](op_id v) const noexcept { return operators_[v.index()]; } ///< an operator
    [[nodiscard]] Op& operator[](op_id v) noexcept { return operators_[v.index()]; }             ///< an operator
    [[nodiscard]] std::span<const Op> operators() const noexcept { return operators_; }          ///< all, by number
    [[nodiscard]] std::span<const edge> edges() const noexcept { return edges_; } ///< all, in the order added

    friend bool operator==(const dag&, const dag&) = default;

private:
    void require(op_id v, op_id source, op_id target) const {
        if (v.index() >= operators_.size()) {
            throw graph_error{"operator " + std::to_string(v.value) + " of edge " + std::to_string(source.value) +
                                  " -> " + std::to_string(target.value) + " does not exist: the graph has " +
                                  std::to_string(operators_.size()) + " operators",
                              source.index(), target.index()};
        }
    }

    std::vector<Op> operators_;
    std::vector<edge> edges_;
};

/// The graph without its operators. Same errors as `frozen_graph`'s constructor.
template <class Op>
[[nodiscard]] frozen_graph freeze(const dag<Op>& g, duplicate_edges duplicates = duplicate_edges::reject) {
    return frozen_graph{g.size(), g.edges(), duplicates};
}

} // namespace opara::inline OPARA_ABI
