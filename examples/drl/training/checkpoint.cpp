#include <examples/drl/training/checkpoint.hpp>
#include <opara/core/file.hpp>
#include <opara/core/json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace opara::examples::drl {

namespace {

using opara::detail::json_place;

constexpr const char* format = "opara-checkpoint";
// 2: with `next_judgement`, and other seeds for all attempts but the first. What was written before cannot go on with
// the same bits.
constexpr std::uint32_t version = 2;
constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();

nlohmann::json to_json(const identity& of) {
    return {{"system", of.system},
            {"agent", of.agent},
            {"grid", of.grid},
            {"observe", of.observe},
            {"recipe", of.recipe},
            {"seed", std::to_string(of.seed)},
            {"environments", std::to_string(of.environments)}};
}

} // namespace

void write_checkpoint(const std::string& path, const identity& of, const checkpoint& c) {
    nlohmann::json episodes = nlohmann::json::array();
    for (const learning::episode& e : c.log.episodes) {
        episodes.push_back({e.reward, e.length, e.step});
    }
    const nlohmann::json header{{"format", format},
                                {"version", version},
                                {"of", to_json(of)},
                                {"steps", c.log.steps},
                                {"seconds_before", c.before},
                                {"seconds", c.log.seconds},
                                {"attempt", c.attempt},
                                {"next_judgement", c.next_judgement},
                                {"stage", c.stage},
                                {"has_ended", c.has_ended},
                                {"end", static_cast<unsigned>(c.log.end)},
                                {"episodes_of_each", c.episodes},
                                {"episodes", std::move(episodes)},
                                {"bytes", c.state.size()}};
    write_file_atomically(path, [&](std::ostream& out) { out << header.dump() << '\n' << c.state; });
}

checkpoint read_checkpoint(const std::string& path, const identity& of) {
    const std::string text = read_file(path);
    const std::size_t line = text.find('\n');
    try {
        const nlohmann::json document = opara::detail::parse_json(std::string_view{text}.substr(0, line));
        const json_place root{document};
        opara::detail::require_format(root, format, version);
        const json_place place = root.at("of");
        const nlohmann::json here = to_json(of);
        for (const auto& [key, wanted] : here.items()) {
            const std::string& found = place.at(key.c_str()).text();
            if (found != wanted.get_ref<const std::string&>()) {
                throw error{"it is of another " + key + ": " + found + ", and this training is of " +
                            wanted.get<std::string>()};
            }
        }
        checkpoint c;
        c.log.steps = static_cast<std::size_t>(root.at("steps").number(any));
        c.before = root.at("seconds_before").real();
        c.log.seconds = root.at("seconds").real();
        c.attempt = static_cast<std::size_t>(root.at("attempt").number(any));
        c.next_judgement = static_cast<std::size_t>(root.at("next_judgement").number(any));
        c.stage = static_cast<std::size_t>(root.at("stage").number(any));
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
        c.state = text.substr(line + 1);
        if (c.state.size() != root.at("bytes").number(any)) {
            throw error{"it is cut off"};
        }
        return c;
    } catch (const error& e) {
        throw error{"cannot go on from " + path + ": " + e.what()};
    }
}

} // namespace opara::examples::drl
