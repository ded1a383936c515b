/// @file
/// A graph cut where everything meets, each piece that occurs several times only once.
#pragma once

#include <opara/assign/chain_cover.hpp>
#include <opara/core/hash.hpp>
#include <opara/core/id.hpp>
#include <opara/cost/device.hpp>
#include <opara/graph/articulation.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/search/draft.hpp>
#include <opara/search/fingerprint.hpp>
#include <opara/search/variants.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI::search {

/// A piece of a graph that runs alone: nothing else runs from its first operator to its last, whatever the plan.
struct part {
    frozen_graph graph;     ///< its operators, numbered in topological order, and the edges among them
    variant_table variants; ///< of its operators
    bool entered = false; ///< whether operator 0 is the end of the piece before, here only as what the others wait for
    /// Where the piece occurs: for each time the operators of the whole graph, by the piece's own.
    std::vector<std::vector<op_id>> copies;
};

namespace detail {
// Whether a graph may be cut behind an operator: when it ends, whatever its variant, the device and the front end are
// idle. Then what comes behind takes the same time as if it were alone.
inline bool ends_alone(const variant_table& variants, op_id v, const cost::device& d) {
    for (std::uint32_t i = 0; i < variants.of(v).size(); ++i) {
        const cost::kernel& k = variants.node(v, variant_id{i});
        if (!k.launches() || k.duration_us < d.graph.front_end_us) {
            return false;
        }
    }
    return true;
}

// The graph among some operators (in topological order); edges from elsewhere are left out.
inline frozen_graph graph_among(const frozen_graph& g, std::span<const op_id> operators,
                                std::vector<std::uint32_t>& place) {
    for (std::size_t i = 0; i < operators.size(); ++i) {
        place[operators[i].index()] = static_cast<std::uint32_t>(i);
    }
    std::vector<edge> edges;
    for (std::size_t i = 0; i < operators.size(); ++i) {
        for (const op_id p : g.predecessors(operators[i])) {
            const std::uint32_t at = place[p.index()];
            if (at < i && operators[at] == p) {
                edges.push_back({op_id{at}, op_id::from_index(i)});
            }
        }
    }
    return frozen_graph{operators.size(), edges};
}
} // namespace detail

/// What a draft of the whole graph says of one piece.
/// @param operators  of the whole graph
/// @param piece  in its first copy
[[nodiscard]] inline draft restricted(std::size_t operators, const draft& whole, const part& piece) {
    const std::vector<op_id>& whole_of = piece.copies.front();
    constexpr std::uint32_t elsewhere = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> place(operators, elsewhere);
    draft d;
    for (std::size_t v = 0; v < whole_of.size(); ++v) {
        const op_id w = whole_of[v];
        place[w.index()] = static_cast<std::uint32_t>(v);
        d.lane.push_back(whole.lane[w.index()]);
        d.priority.push_back(whole.priority[w.index()]);
        d.variant.push_back(piece.entered && v == 0 ? variant_id{} : whole.variant[w.index()]);
    }
    for (const op_id w : whole.sequence) {
        if (place[w.index()] != elsewhere) {
            d.sequence.push_back(op_id{place[w.index()]});
        }
    }
    for (const edge e : whole.order_edges) {
        if (place[e.source.index()] != elsewhere && place[e.target.index()] != elsewhere) {
            d.order_edges.push_back({op_id{place[e.source.index()]}, op_id{place[e.target.index()]}});
        }
    }
    return d;
}

/// A graph as pieces that run one after another.
struct pieces {
    std::vector<part> parts;        ///< the different ones
    std::vector<std::size_t> order; ///< which part comes next; the copies of a part come in their order
};

/// Cuts a graph behind the operators that everything else comes before or after (its articulations). What a plan takes
/// is then the sum over the pieces, so each can be searched alone, and simulating a piece costs as much as the piece.
/// Pieces that are equal, operators and variants included, are one part with several copies.
/// Complexity: O(V + E + variants).
[[nodiscard]] inline pieces split(const frozen_graph& g, const variant_table& variants, const cost::device& d) {
    pieces found;
    std::unordered_multimap<std::uint64_t, std::size_t> known;
    std::vector<std::uint32_t> place(g.size(), 0);
    std::vector<op_id> piece;
    bool entered = false;
    const auto finish = [&] {
        part p{.graph = detail::graph_among(g, piece, place), .variants = {}, .entered = entered, .copies = {}};
        std::vector<std::vector<variant>> offered;
        for (const op_id v : piece) {
            const auto of = variants.of(v);
            offered.emplace_back(of.begin(), of.end());
        }
        if (entered) {
            offered.front().resize(1); // chosen in the piece that it ends
        }
        p.variants = variant_table{offered, d};
        const std::uint64_t hash = stable_hash{}.add(fingerprint(p.graph)).add(fingerprint(p.variants)).value();
        const auto [from, to] = known.equal_range(hash);
        for (auto at = from; at != to; ++at) {
            part& same = found.parts[at->second];
            if (same.entered == p.entered && same.graph == p.graph && same.variants == p.variants) {
                same.copies.push_back(piece);
                found.order.push_back(at->second);
                return;
            }
        }
        known.emplace(hash, found.parts.size());
        found.order.push_back(found.parts.size());
        p.copies.push_back(piece);
        found.parts.push_back(std::move(p));
    };
    const std::vector<op_id> cuts = articulation_operators(g);
    std::size_t next_cut = 0;
    for (const op_id v : g.topological_order()) {
        piece.push_back(v);
        const bool articulation = next_cut < cuts.size() && cuts[next_cut] == v;
        next_cut += articulation ? 1U : 0U;
        if (articulation && detail::ends_alone(variants, v, d) && piece.size() > 1) {
            finish();
            piece.assign(1, v);
            entered = true;
        }
    }
    if (piece.size() > (entered ? 1U : 0U)) {
        finish();
    }
    return found;
}

/// The draft of a whole graph from drafts of its parts, one piece after another.
/// @param operators  of the whole graph
/// @param p  as `split` cut it
/// @param drafts  by part
/// @param reuse  whether a piece uses the lanes of those before it again. That adds no order, all of it comes after
///        them anyway; but a stream capture then makes edges that others imply, which are not free.
/// Complexity: O(V + order edges).
[[nodiscard]] inline draft join(std::size_t operators, const pieces& p, std::span<const draft> drafts,
                                assign::lane_reuse reuse) {
    constexpr std::uint32_t unused = std::numeric_limits<std::uint32_t>::max();
    draft whole{.sequence = {},
                .lane = std::vector<lane_id>(operators),
                .priority = std::vector<std::int32_t>(operators, 0),
                .variant = std::vector<variant_id>(operators),
                .order_edges = {}};
    std::vector<std::size_t> used(p.parts.size(), 0); // copies of each part so far
    std::vector<std::uint32_t> lane_of;               // by lane of the piece
    std::uint32_t next = 0;
    for (const std::size_t which : p.order) {
        const part& piece = p.parts[which];
        const draft& d = drafts[which];
        const std::vector<op_id>& whole_of = piece.copies[used[which]++];
        lane_of.clear();
        for (const lane_id l : d.lane) {
            lane_of.resize(std::max<std::size_t>(lane_of.size(), l.index() + 1), unused);
        }
        std::uint32_t taken = unused; // what goes on in the lane of what it waits for does so in the whole, too
        if (piece.entered) {
            taken = lane_of[d.lane[0].index()] = whole.lane[whole_of[0].index()].value;
        }
        next = reuse == assign::lane_reuse::when_ordered ? 0 : next;
        for (const op_id v : d.sequence) {
            if (piece.entered && v == op_id{0}) {
                continue;
            }
            std::uint32_t& lane = lane_of[d.lane[v.index()].index()];
            if (lane == unused) {
                next += next == taken ? 1U : 0U;
                lane = next++;
            }
            const op_id w = whole_of[v.index()];
            whole.sequence.push_back(w);
            whole.lane[w.index()] = lane_id{lane};
            whole.priority[w.index()] = d.priority[v.index()];
            whole.variant[w.index()] = d.variant[v.index()];
        }
        for (const edge e : d.order_edges) {
            whole.order_edges.push_back({whole_of[e.source.index()], whole_of[e.target.index()]});
        }
    }
    return whole;
}

} // namespace opara::inline OPARA_ABI::search
