#include <examples/drl/opara_refine/proof_file.hpp>
#include <examples/drl/training/sealed_file.hpp>
#include <opara/core/error.hpp>
#include <opara/core/json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

namespace {

using abstraction::cell_cut;
using abstraction::counterexample_kind;
using abstraction::proof_round;
using opara::detail::json_place;

constexpr const char* format = "opara-proof";
constexpr std::uint32_t version = 1;
constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();

// Of a cut: cell, dimension, coordinate.
constexpr std::size_t bytes_per_cut = 8 + 1 + 8;

std::string bytes_of(const std::vector<cell_cut>& cuts) {
    std::string bytes(cuts.size() * bytes_per_cut, '\0');
    char* to = bytes.data();
    for (const cell_cut& c : cuts) {
        const auto dimension = static_cast<unsigned char>(c.dimension); // there are never 256
        std::memcpy(to, &c.cell, 8);
        std::memcpy(to + 8, &dimension, 1);
        std::memcpy(to + 9, &c.at, 8);
        to += bytes_per_cut;
    }
    return bytes;
}

std::vector<cell_cut> cuts_of(const std::string& bytes) {
    if (bytes.size() % bytes_per_cut != 0) {
        throw error{"its cuts are no whole number of cuts"};
    }
    std::vector<cell_cut> cuts;
    cuts.reserve(bytes.size() / bytes_per_cut);
    for (const char* from = bytes.data(); from != bytes.data() + bytes.size(); from += bytes_per_cut) {
        std::uint64_t cell = 0;
        unsigned char dimension = 0;
        double at = 0;
        std::memcpy(&cell, from, 8);
        std::memcpy(&dimension, from + 8, 1);
        std::memcpy(&at, from + 9, 8);
        cuts.push_back({cell, dimension, at});
    }
    return cuts;
}

nlohmann::json to_json(const proof_round& r) {
    nlohmann::json one{r.added, r.states, r.transitions, r.suspects, r.cuts, r.seconds};
    if (r.replayed) {
        one.push_back(static_cast<unsigned>(*r.replayed));
    }
    return one;
}

proof_round round_from(const json_place& list, std::size_t number) {
    constexpr std::size_t numbers = 6; // and one more where the counterexample was replayed
    list.require_array();
    if (list.size() != numbers && list.size() != numbers + 1) {
        list.fail("must be cells, states, transitions, suspects, cuts, seconds and what a replay said");
    }
    const auto whole = [&](std::size_t k) { return static_cast<std::size_t>(list.at(k).number(any)); };
    proof_round r{.round = number,
                  .added = whole(0),
                  .states = whole(1),
                  .transitions = whole(2),
                  .suspects = whole(3),
                  .cuts = whole(4),
                  .seconds = list.at(std::size_t{5}).real()};
    if (list.size() > numbers) {
        constexpr auto last = static_cast<std::uint64_t>(counterexample_kind::undecided);
        r.replayed = static_cast<counterexample_kind>(list.at(numbers).number(last));
    }
    return r;
}

} // namespace

void write_proof(const std::string& path, const kept_proof& p) {
    nlohmann::json rounds = nlohmann::json::array();
    for (const proof_round& r : p.rounds) {
        rounds.push_back(to_json(r));
    }
    const nlohmann::json header{{"round", p.of.round},        {"property", p.of.property}, {"initial", p.of.initial},
                                {"agent", p.of.agent},        {"explored", p.explored},    {"replays", p.replays},
                                {"rounds", std::move(rounds)}};
    write_sealed(path, format, version, {header.dump(), bytes_of(p.cuts)});
}

kept_proof read_proof(const std::string& path) {
    try {
        const sealed file = read_sealed(path, format, version);
        const nlohmann::json document = opara::detail::parse_json(file.header);
        const json_place root{document};
        kept_proof p;
        p.of.round = static_cast<std::size_t>(root.at("round").number(any));
        p.of.property = root.at("property").text();
        p.of.initial = root.at("initial").text();
        p.of.agent = root.at("agent").text();
        p.explored = static_cast<std::size_t>(root.at("explored").number(any));
        constexpr std::uint64_t most_replays = 20; // it is a shift, too
        p.replays = static_cast<std::size_t>(root.at("replays").number(most_replays));
        const json_place rounds = root.at("rounds");
        rounds.require_array();
        for (std::size_t k = 0; k < rounds.size(); ++k) {
            p.rounds.push_back(round_from(rounds.at(k), k));
        }
        p.cuts = cuts_of(file.body);
        return p;
    } catch (const error& e) {
        throw error{"cannot go on from " + path + ": " + e.what() + " (without this file its proof begins anew)"};
    }
}

} // namespace opara::examples::drl
