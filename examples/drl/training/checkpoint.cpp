#include <examples/drl/training/checkpoint.hpp>
#include <examples/drl/training/sealed_file.hpp>
#include <opara/core/json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace opara::examples::drl {

namespace {

using opara::detail::json_place;

constexpr const char* format = "opara-checkpoint";
// 2: with `next_judgement`, and other seeds for all attempts but the first. What was written before cannot go on with
// the same bits. 3: under a checksum.
constexpr std::uint32_t version = 3;
constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();

nlohmann::ordered_json to_json(const identity& of) {
    nlohmann::ordered_json all;
    for (const auto& [name, value] : parts_of(of)) {
        all[name] = value;
    }
    return all;
}

} // namespace

void write_checkpoint(const std::string& path, const identity& of, const checkpoint& c) {
    nlohmann::json episodes = nlohmann::json::array();
    for (const learning::episode& e : c.log.episodes) {
        episodes.push_back({e.reward, e.length, e.step});
    }
    const nlohmann::json header{{"of", to_json(of)},
                                {"steps", c.log.steps},
                                {"seconds_before", c.before},
                                {"seconds", c.log.seconds},
                                {"attempt", c.attempt},
                                {"next_judgement", c.next_judgement},
                                {"stage", c.stage},
                                {"penalty", c.penalty},
                                {"has_ended", c.has_ended},
                                {"end", static_cast<unsigned>(c.log.end)},
                                {"episodes_of_each", c.episodes},
                                {"episodes", std::move(episodes)}};
    write_sealed(path, format, version, {header.dump(), c.state});
}

read_of read_any_checkpoint(const std::string& path) {
    sealed file = read_sealed(path, format, version);
    const nlohmann::json document = opara::detail::parse_json(file.header);
    const json_place root{document};
    read_of read;
    checkpoint& c = read.at;
    const json_place of = root.at("of");
    of.require_object({"system", "agent", "grid", "observe", "recipe", "seed", "environments"});
    for (const auto& [name, unused] : parts_of({})) {
        read.of.emplace_back(name, of.at(name.c_str()).text());
    }
    c.log.steps = static_cast<std::size_t>(root.at("steps").number(any));
    c.before = root.at("seconds_before").real();
    c.log.seconds = root.at("seconds").real();
    c.attempt = static_cast<std::size_t>(root.at("attempt").number(any));
    c.next_judgement = static_cast<std::size_t>(root.at("next_judgement").number(any));
    c.stage = static_cast<std::size_t>(root.at("stage").number(any));
    c.penalty = root.at("penalty").real();
    c.has_ended = root.at("has_ended").equals(true);
    constexpr auto last = static_cast<std::uint64_t>(learning::training_end::seconds);
    c.log.end = static_cast<learning::training_end>(root.at("end").number(last));
    const json_place each = root.at("episodes_of_each");
    for (std::size_t k = 0; k < each.size(); ++k) {
        c.episodes.push_back(static_cast<std::size_t>(each.at(k).number(any)));
    }
    const json_place episodes = root.at("episodes");
    for (std::size_t k = 0; k < episodes.size(); ++k) {
        const json_place e = episodes.at(k);
        if (e.size() != 3) {
            e.fail("must be reward, length and step");
        }
        c.log.episodes.push_back({e.at(std::size_t{0}).real(), static_cast<std::size_t>(e.at(1).number(any)),
                                  static_cast<std::size_t>(e.at(2).number(any))});
    }
    c.state = std::move(file.body);
    return read;
}

checkpoint read_checkpoint(const std::string& path, const identity& of) {
    try {
        read_of read = read_any_checkpoint(path);
        const std::string differs = difference_between(read.of, parts_of(of));
        if (!differs.empty()) {
            throw error{"it was begun with other settings: " + differs};
        }
        return std::move(read.at);
    } catch (const error& e) {
        throw error{"cannot go on from " + path + ": " + e.what()};
    }
}

} // namespace opara::examples::drl
