#include <opara/core/json.hpp>
#include <opara/testing/random.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <string>

namespace {

// Where a text is refused, or "accepted".
std::string fault(const std::string& text) {
    try {
        (void)opara::detail::parse_json(text);
    } catch (const opara::parse_error& e) {
        return e.what();
    }
    return "accepted";
}

// A random value in which at most one object has a key twice; says whether one has.
struct writer {
    opara::testing::random_source& random;
    bool repeats = false;

    std::string value(int depth) {
        const double kind = random.unit();
        if (depth == 0 || kind < 0.3) {
            return kind < 0.1 ? "\"{\\\"a\\\": 1, \\\\\"" : kind < 0.2 ? "\"a\"" : "1.5e3";
        }
        std::string text;
        const auto size = static_cast<std::size_t>(random.unit() * 4);
        if (kind < 0.5) {
            for (std::size_t k = 0; k < size; ++k) {
                text += (k == 0 ? "" : ", ") + value(depth - 1);
            }
            return "[" + text + "]";
        }
        static const std::string names[] = {"a", "\\u0061", "b", "\\\"", "{", "", "a,", "[\\\\"};
        std::set<std::string> seen;
        for (std::size_t k = 0; k < size; ++k) {
            const std::string& name = names[static_cast<std::size_t>(random.unit() * 8)];
            repeats = !seen.insert(name == "\\u0061" ? "a" : name).second || repeats;
            text += (k == 0 ? "\"" : ", \"") + name + "\" :" + value(depth - 1);
        }
        return "{" + text + "}";
    }
};

} // namespace

TEST_CASE("a key that comes twice is refused with its place") {
    CHECK(fault(R"({"a": 1, "b": {"a": 2}, "c": [{"a": 3}, {"a": 4}], "d": "a"})") == "accepted");
    CHECK(fault("{\"a\": 1,\n \"b\": 2, \"a\": 3}") == "JSON, line 2, column 10: the key \"a\" is there twice");
    CHECK(fault("[{\"x\": {}},\n{\"y\": [{\"k\": 0, \"k\": 0}]}]") ==
          "JSON, line 2, column 17: the key \"k\" is there twice");
    CHECK(fault(R"({"a": 1, "\u0061": 2})") == "JSON, line 1, column 10: the key \"\\u0061\" is there twice");
    CHECK(fault(R"({"": 1, "": 2})") == "JSON, line 1, column 9: the key \"\" is there twice");
    CHECK(fault("{\"" + std::string(100, 'k') + "\": 1, \"" + std::string(100, 'k') + "\": 1}") ==
          "JSON, line 1, column 109: the key \"" + std::string(40, 'k') + "...\" is there twice");
    CHECK(fault(R"({"a": 1, "a": })") != "accepted"); // bad JSON stays that
}

TEST_CASE("random texts are refused exactly where an object has a key twice") {
    opara::testing::random_source random{7};
    int refused = 0;
    for (int k = 0; k < 3'000; ++k) {
        writer w{random};
        const std::string text = w.value(4);
        CAPTURE(text);
        CHECK((fault(text) != "accepted") == w.repeats);
        refused += w.repeats ? 1 : 0;
    }
    CHECK(refused > 300);
    CHECK(refused < 2'500);
}
