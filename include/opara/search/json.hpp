/// @file
/// A folder of plans that were found before. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/file.hpp>
#include <opara/core/hash.hpp>
#include <opara/core/json.hpp>
#include <opara/graph/frozen.hpp>
#include <opara/plan/json.hpp>
#include <opara/plan/plan.hpp>
#include <opara/plan/validate.hpp>
#include <opara/search/fingerprint.hpp>
#include <opara/search/plan_key.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace opara::inline OPARA_ABI::search {

/// A plan from a `plan_cache`, and what was known of it when it was stored.
struct cached_plan {
    plan what;            ///< the plan
    double us = 0.0;      ///< its latency
    std::string found_by; ///< in the words of whoever stored it

    friend bool operator==(const cached_plan&, const cached_plan&) = default;
};

/// A stored plan as JSON: `{"format": "opara-cached-plan", "version": 1, "key": {...}, "us": 1.5, "found_by": "...",
/// "plan": {...}}`, the plan as `to_json(plan)`. O(commands).
[[nodiscard]] inline std::string to_json(const plan_key& key, const cached_plan& p) {
    const nlohmann::ordered_json head{{"graph", key.graph},
                                      {"shapes", key.shapes},
                                      {"device", key.device},
                                      {"driver", key.driver},
                                      {"kernels", key.kernels}};
    return "{\"format\": \"opara-cached-plan\", \"version\": 1,\n \"key\": " + head.dump() +
           ",\n \"us\": " + nlohmann::json(p.us).dump() + ", \"found_by\": " + nlohmann::json(p.found_by).dump() +
           ",\n \"plan\": " + opara::to_json(p.what) + "}\n";
}

/// What `to_json(key, plan)` wrote.
/// @throws parse_error  no JSON (with line and column), or not such a plan (with the JSON path of what is wrong)
[[nodiscard]] inline std::pair<plan_key, cached_plan> cached_plan_from_json(std::string_view text) {
    const nlohmann::json document = opara::detail::parse_json(text);
    const opara::detail::json_place root{document};
    root.require_object({"format", "version", "key", "us", "found_by", "plan"});
    opara::detail::require_format(root, "opara-cached-plan");
    const opara::detail::json_place head = root.at("key");
    head.require_object({"graph", "shapes", "device", "driver", "kernels"});
    plan_key key{.graph = head.at("graph").number(std::numeric_limits<std::uint64_t>::max()),
                 .shapes = head.at("shapes").text(),
                 .device = head.at("device").text(),
                 .driver = head.at("driver").text(),
                 .kernels = head.at("kernels").text()};
    cached_plan found{.what = opara::detail::read_plan(root.at("plan")),
                      .us = root.at("us").real(),
                      .found_by = root.at("found_by").text()};
    return {std::move(key), std::move(found)};
}

/// Plans in a folder, a file for each key, named by the key's hash. Any number of processes may use the same folder:
/// files are replaced whole, and the last one wins.
class plan_cache {
public:
    /// @param folder  where the files are; it is made when the first plan is stored
    explicit plan_cache(std::string folder) : folder_{std::move(folder)} {}

    /// The file of a key, there or not.
    [[nodiscard]] std::string path(const plan_key& key) const {
        constexpr std::string_view digits = "0123456789abcdef";
        std::array<char, 16> name{};
        std::uint64_t hash = key.hash();
        for (std::size_t i = name.size(); i-- > 0; hash >>= 4U) {
            name[i] = digits[hash & 15U];
        }
        return (std::filesystem::path{folder_} / (std::string{name.data(), name.size()} + ".json")).string();
    }

    /// The plan that was stored for exactly this key, or nothing.
    /// @param g  the graph, whose fingerprint is the key's
    /// @throws parse_error  the file is damaged; `where()` names it
    /// @throws invalid_plan  its plan does not run `g`; the message names the file
    /// @throws error  it cannot be read
    [[nodiscard]] std::optional<cached_plan> find(const plan_key& key, const frozen_graph& g) const {
        const std::string file = path(key);
        std::error_code failure;
        if (!std::filesystem::exists(file, failure) && !failure) {
            return std::nullopt;
        }
        const std::string text = read_file(file);
        try {
            auto [stored, found] = cached_plan_from_json(text);
            if (stored != key || key.graph != fingerprint(g)) {
                return std::nullopt; // another key with the same hash, or a key for another graph
            }
            validate(found.what, g);
            return std::move(found);
        } catch (const parse_error& e) {
            throw parse_error{e.what(), file, e.line(), e.column()};
        } catch (const invalid_plan& e) {
            throw invalid_plan{file + ": " + e.what(), e.source(), e.target()};
        }
    }

    /// Stores a plan in place of what was stored for the key.
    /// @throws error  the file cannot be written; what was there before stays
    void store(const plan_key& key, const cached_plan& p) const {
        std::error_code failure;
        std::filesystem::create_directories(folder_, failure);
        if (failure) {
            throw error{"cannot make the folder " + folder_ + ": " + failure.message()};
        }
        // A name of its own first: two that store the same key at once must not write into each other's file.
        const std::string file = path(key);
        const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
        const std::string fresh =
            file + "." + std::to_string(stable_hash{}.add(now).add(reinterpret_cast<std::uintptr_t>(&file)).value());
        write_file_atomically(fresh, to_json(key, p));
        std::filesystem::rename(fresh, file, failure);
        if (failure) {
            std::error_code ignored;
            std::filesystem::remove(fresh, ignored);
            throw error{"cannot replace " + file + ": " + failure.message()};
        }
    }

private:
    std::string folder_;
};

} // namespace opara::inline OPARA_ABI::search
