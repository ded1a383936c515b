#include <opara/assign/first_free_predecessor.hpp>
#include <opara/core/file.hpp>
#include <opara/cost/uniform.hpp>
#include <opara/order/topological.hpp>
#include <opara/plan/scheduler.hpp>
#include <opara/search/json.hpp>
#include <opara/testing/random_graph.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>

using namespace opara;
namespace fs = std::filesystem;

namespace {

// A folder of its own, gone at the end.
class temporary_folder {
public:
    temporary_folder() {
        std::string name = (fs::temp_directory_path() / "opara-cache-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() { fs::remove_all(path_); }
    std::string operator/(const char* name) const { return (path_ / name).string(); }

private:
    fs::path path_;
};

const frozen_graph graph = testing::random_graph(testing::graph_family::layered, 20, 1);

search::cached_plan some_plan() {
    return {.what = scheduler{assign::first_free_predecessor{}, order::topological{}}(graph, cost::uniform{}),
            .us = 12.5,
            .found_by = "a \"search\""};
}
search::plan_key some_key() {
    return {.graph = search::fingerprint(graph),
            .shapes = "1x3x224x224",
            .device = "h200",
            .driver = "580",
            .kernels = "mine 3"};
}

} // namespace

TEST_CASE("what was stored is found, by exactly its key") {
    const temporary_folder folder;
    const search::plan_cache cache{folder / "made"};
    const search::plan_key key = some_key();
    CHECK_FALSE(cache.find(key, graph));
    cache.store(key, some_plan());
    CHECK(cache.find(key, graph) == some_plan());
    for (int part = 0; part < 5; ++part) {
        search::plan_key other = key;
        part == 0 ? static_cast<void>(++other.graph)
                  : static_cast<void>((part == 1   ? other.shapes
                                       : part == 2 ? other.device
                                       : part == 3 ? other.driver
                                                   : other.kernels) += "x");
        CHECK(cache.path(other) != cache.path(key));
        CHECK_FALSE(cache.find(other, graph));
        // Even if the hashes were equal: the file says whose plan it holds.
        write_file_atomically(cache.path(other), search::to_json(key, some_plan()));
        CHECK_FALSE(cache.find(other, graph));
    }
    search::cached_plan better = some_plan();
    better.us = 11.0;
    cache.store(key, better);
    CHECK(cache.find(key, graph) == better);
    CHECK(std::distance(fs::directory_iterator{folder / "made"}, {}) == 6); // nothing is left of the writing
}

TEST_CASE("keys are told apart where their texts join") {
    search::plan_key a = some_key(), b = some_key();
    a.shapes = "ab";
    a.device = "c";
    b.shapes = "a";
    b.device = "bc";
    CHECK(a.hash() != b.hash());
    a.graph = 1;
    CHECK(a.hash() == 10642462853506585273U); // the same on every machine: files are found again after an update
}

TEST_CASE("a damaged file is an error that names the file") {
    const temporary_folder folder;
    const search::plan_cache cache{folder / "."};
    const search::plan_key key = some_key();
    const std::string good = search::to_json(key, some_plan());
    const auto complaint = [&](const std::string& text) -> std::string {
        write_file_atomically(cache.path(key), text);
        try {
            static_cast<void>(cache.find(key, graph));
        } catch (const parse_error& e) {
            CHECK(e.where() == cache.path(key));
            return e.what();
        }
        return {};
    };
    CHECK(complaint(good).empty());
    for (const std::size_t end : {std::size_t{0}, good.size() / 2, good.size() - 3}) {
        CHECK(complaint(good.substr(0, end)).find(cache.path(key)) != std::string::npos);
    }
    std::string other = good;
    other.replace(other.find("\"launch\""), 8, "\"lunch!\"");
    CHECK(complaint(other).find("$.plan.commands[") != std::string::npos);
    CHECK(complaint("{\"format\": \"opara-plan\", \"version\": 1}").find("must be \"opara-cached-plan\"") !=
          std::string::npos);

    // A plan that does not run the graph is never handed out.
    const frozen_graph chain = testing::random_graph(testing::graph_family::chain, 20, 1);
    search::plan_key of_chain = key;
    of_chain.graph = search::fingerprint(chain);
    cache.store(of_chain, some_plan());
    CHECK_THROWS_AS(static_cast<void>(cache.find(of_chain, chain)), invalid_plan);
    try {
        static_cast<void>(cache.find(of_chain, chain));
    } catch (const invalid_plan& e) {
        CHECK(std::string{e.what()}.starts_with(cache.path(of_chain) + ": "));
        CHECK(e.source() != e.target());
    }
    // A key with another graph's fingerprint finds nothing.
    cache.store(key, some_plan());
    CHECK_FALSE(cache.find(key, chain));
}

TEST_CASE("a folder that cannot be made is an error") {
    const temporary_folder folder;
    write_file_atomically(folder / "file", "");
    CHECK_THROWS_AS(search::plan_cache{folder / "file"}.store(some_key(), some_plan()), error);
}
