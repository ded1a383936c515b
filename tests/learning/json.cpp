#include <opara/abstraction/json.hpp>
#include <opara/learning/json.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>

using namespace opara::learning;
using namespace opara::abstraction;
using opara::testing::random_source;

namespace {

const uniform_grid<2> grid{box_of<2>({0.0, -1.0}, {1.0, 1.0}), {3, 2}};

refinement_state<2> some_state() {
    refinement_state<2> state{adaptive_tree<2>{grid}, 7, 18'446'744'073'709'551'615U, 2, {{0.1, -0.3}, {1.0, 1.0 / 3}}};
    random_source random{1};
    for (int k = 0; k < 100; ++k) {
        state.decisions.bisect(random.below(static_cast<std::size_t>(state.decisions.size())), random.below(2));
    }
    return state;
}

template <class Read>
void refuses(Read read, const std::string& text, const std::string& why) {
    try {
        static_cast<void>(read(text));
        FAIL("not refused: " << text);
    } catch (const opara::parse_error& e) {
        CHECK_MESSAGE(std::string{e.what()}.find(why) != std::string::npos, e.what());
    }
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("a state is read as it was written") {
    const refinement_state<2> state = some_state();
    CHECK(refinement_state_from_json(to_json(state), grid) == state);
    const refinement_state<2> fresh{adaptive_tree<2>{grid}};
    CHECK(refinement_state_from_json(to_json(fresh), grid) == fresh);
    CHECK(cells_from_json(to_json(state.decisions), grid) == state.decisions);
    CHECK(cells_from_json(to_json(fresh.decisions), grid) == fresh.decisions);
}

TEST_CASE("a state of another grid is refused, and so is what is none") {
    const auto read = [](const std::string& text) { return refinement_state_from_json(text, grid); };
    const std::string text = to_json(some_state());
    const auto on = [&](const uniform_grid<2>& other) {
        return [&other](const std::string& t) { return refinement_state_from_json(t, other); };
    };
    refuses(on({box_of<2>({0.0, -1.0}, {1.0, 2.0}), {3, 2}}), text, "is of another grid: here it is [1.0,2.0]");
    refuses(on({box_of<2>({0.0, -1.0}, {1.0, 1.0}), {3, 4}}), text, "is of another grid: here it is [3,4]");
    // The same bounds and as many cells, but other breakpoints.
    const auto by_width = uniform_grid<2>::by_width(box_of<2>({0.0, -1.0}, {1.0, 1.0}), {0.4, 1.0});
    refuses(on(by_width), text, "$.grid.breakpoints");
    refuses(read, replaced(text, "opara-refinement", "opara-plan"), "must be \"opara-refinement\"");
    refuses(read, replaced(text, "\"version\": 1", "\"version\": 2"), "this library reads version 1");
    refuses(read, replaced(text, "\"round\": 7", "\"round\": -7"), "must be a whole number");
    refuses(read, replaced(text, "\"round\": 7, ", ""), "has no \"round\"");
    refuses(read, replaced(text, "[0.1,-0.3]", "[0.1]"), "must have 2 coordinates, has 1");
    refuses(read, replaced(text, "[0.1,-0.3]", "[0.1,-3]"), "is not inside the domain");
    refuses(read, "{", "JSON");
    const auto cells = [](const std::string& t) { return cells_from_json(t, grid); };
    const std::string whole = to_json(adaptive_tree<2>{grid});
    refuses(cells, replaced(whole, "\"cuts\": []", "\"cuts\": [[2, 0]]"),
            "must be a cell, a dimension and a coordinate");
    refuses(cells, replaced(whole, "\"cuts\": []", "\"cuts\": [[2, 2, 0.5]]"), "must be a whole number from 0 to 1");
    refuses(cells, replaced(whole, "\"cuts\": []", "\"cuts\": [[2, 0, 5.5]]"), "cut 0: cell 2 cannot be cut");
    refuses(cells, replaced(whole, "\"cuts\": []", "\"cuts\": [[9, 0, 0.5]]"), "of cell 9");
}
