/// @file
/// Strong integer ids: an operator's number can never be taken for a lane's.
#pragma once

#include <opara/core/config.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace opara::inline OPARA_ABI {

/// A 32-bit number that belongs to one kind of thing, the `Tag`. Ordered, hashable by `value`, four bytes.
template <class Tag>
struct id {
    std::uint32_t value = 0; ///< the number itself; ids of one kind count from 0 without gaps

    constexpr id() = default;
    /// The id with this number.
    explicit constexpr id(std::uint32_t number) noexcept : value{number} {}
    /// The id with this index. @pre `index` fits 32 bits.
    static constexpr id from_index(std::size_t index) noexcept {
        OPARA_ASSERT(index <= std::numeric_limits<std::uint32_t>::max());
        return id{static_cast<std::uint32_t>(index)};
    }
    /// The number as an index into a vector.
    [[nodiscard]] constexpr std::size_t index() const noexcept { return value; }

    friend constexpr auto operator<=>(id, id) = default;
};

/// An operator of a graph, numbered from 0 in the order in which the graph lists its vertices.
using op_id = id<struct op_tag>;
/// A lane of a plan: a queue of operators that run one after another (on a GPU a stream).
using lane_id = id<struct lane_tag>;
/// An event of a plan: "the operator is done", recorded once and waited for by other lanes.
using event_id = id<struct event_tag>;
/// One of the kernels that an operator offers; 0 is the one that it uses where nothing else is asked for.
using variant_id = id<struct variant_tag>;

} // namespace opara::inline OPARA_ABI
