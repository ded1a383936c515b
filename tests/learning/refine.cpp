#include <opara/abstraction/parse.hpp>
#include <opara/learning/error.hpp>
#include <opara/learning/json.hpp>
#include <opara/learning/refine.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace opara::learning;
using namespace opara::abstraction;
using opara::random_source;

namespace {

// A point on a line that is pushed: x' = x + u.
struct pushed {
    static constexpr std::size_t dimension = 1;
    using action = double;
    template <class T>
    std::array<T, 1> operator()(const std::array<T, 1>& x, double u) const {
        return {clip(x[0] + static_cast<T>(u), 0.0, 8.0)};
    }
};

// What the agent gives: one push for each decision cell.
class table_pilot {
public:
    table_pilot(adaptive_tree<1> cells, std::vector<double> pushes)
        : cells_{std::move(cells)}, pushes_{std::move(pushes)} {}
    void act(std::span<const box<1>> boxes, std::span<double> actions) const {
        for (std::size_t k = 0; k < boxes.size(); ++k) {
            actions[k] = push_at({boxes[k][0].lower()});
        }
    }
    [[nodiscard]] double push_at(const point<1>& x) const {
        return pushes_[static_cast<std::size_t>(cells_.locate(x))];
    }

private:
    adaptive_tree<1> cells_;
    std::vector<double> pushes_;
};

const uniform_grid<1> line{box_of<1>({0.0}, {8.0}), {4}};
const box<1> start = box_of<1>({0.0}, {1.0});
const box<1> goal = box_of<1>({5.0}, {5.5});
const build_options<1> problem{.labels = {{"goal", goal}}, .threads = 1};
const formula reach = parse_formula("AF goal");

// A table of pushes, improved by the cross-entropy method (Rubinstein, 1999). It begins with one that always pushes by
// the same, and goes on from what it has learnt.
struct table_agent {
    std::vector<double> mean = std::vector<double>(line.size(), 0.9);

    table_pilot improve(const training_request<1>& r) {
        // A cell that is new starts with the push of the cell from which it was cut.
        const std::vector<cell_cut> cuts = r.decisions.cuts();
        while (mean.size() < r.decisions.size()) {
            mean.push_back(mean[static_cast<std::size_t>(cuts[mean.size() - line.size()].cell)]);
        }
        if (r.round == 0) {
            return {r.decisions, mean}; // untrained
        }
        random_source random{r.seed};
        std::vector<double> spread(mean.size(), 0.3);
        std::vector<point<1>> from{r.starts.begin(), r.starts.end()};
        for (int k = 0; k <= 20; ++k) {
            from.push_back({0.05 * k});
        }
        for (int generation = 0; generation < 15; ++generation) {
            struct candidate {
                double cost;
                std::vector<double> pushes;
            };
            std::vector<candidate> all(60);
            for (candidate& c : all) {
                c.pushes.resize(mean.size());
                for (std::size_t i = 0; i < mean.size(); ++i) {
                    const double normal = random.unit() + random.unit() + random.unit() + random.unit() - 2;
                    c.pushes[i] = std::clamp(mean[i] + 1.7 * spread[i] * normal, -1.0, 1.0);
                }
                c.cost = cost({r.decisions, c.pushes}, from);
            }
            std::sort(all.begin(), all.end(), [](const candidate& a, const candidate& b) { return a.cost < b.cost; });
            constexpr std::size_t elite = 8;
            for (std::size_t i = 0; i < mean.size(); ++i) {
                double sum = 0;
                double squares = 0;
                for (std::size_t k = 0; k < elite; ++k) {
                    sum += all[k].pushes[i];
                    squares += all[k].pushes[i] * all[k].pushes[i];
                }
                mean[i] = sum / elite;
                spread[i] = std::sqrt(std::max(squares / elite - mean[i] * mean[i], 0.0)) + 0.02;
            }
        }
        return {r.decisions, mean};
    }
    // Steps until the goal, over all starts; what never comes there costs as many as a run is long.
    static double cost(const table_pilot& pilot, const std::vector<point<1>>& from) {
        double total = 0;
        for (point<1> x : from) {
            int step = 0;
            for (; step < 40 && !goal.contains(x); ++step) {
                x = pushed{}(x, pilot.push_at(x));
            }
            total += step + (step == 40 ? 100.0 : 0.0);
        }
        return total;
    }
};

const refinement_options short_proofs{
    .rounds = 12, .patience = 2, .proof = {.rounds = 1, .falsify = {.steps = 200, .samples = 60, .boxes = 60}}};

struct told {
    refinement_round round;
    std::string state;
    table_agent agent;
};

auto run(refinement_state<1> state, table_agent agent, const refinement_options& options, std::vector<told>& log) {
    return refine(
        std::move(state), enclosure<pushed>{}, start, reach, problem,
        [&](const training_request<1>& r) { return agent.improve(r); }, options,
        [&](const refinement_round& r, const refinement_state<1>& s) { log.push_back({r, to_json(s), agent}); });
}

} // namespace

TEST_CASE("a policy is trained on after real counterexamples, its cells are cut after others, and it is verified") {
    std::vector<told> log;
    const auto found = run({adaptive_tree<1>{line}}, {}, short_proofs, log);
    REQUIRE(found.what == refinement_step::verified);
    CHECK(found.proof.what == proof_end::proved);
    REQUIRE(found.rounds.size() == log.size());
    const auto has = [&](auto property) { return std::any_of(found.rounds.begin(), found.rounds.end(), property); };
    CHECK(has([](const refinement_round& r) { return r.proof == proof_end::refuted && r.starts != 0; }));
    CHECK(has([](const refinement_round& r) {
        return r.counterexample == counterexample_kind::spurious && r.what == refinement_step::cut_decisions;
    }));
    for (std::size_t k = 0; k < log.size(); ++k) {
        CHECK(log[k].round == found.rounds[k]);
        CHECK(found.rounds[k].round == k);
        CHECK((found.rounds[k].what == refinement_step::verified) == (k + 1 == log.size()));
    }
    CHECK(found.state.decisions.size() > line.size());
    CHECK(found.state.round == found.rounds.size());
    // The policy comes to the goal from everywhere.
    for (int k = 0; k <= 10'000; ++k) {
        point<1> x{k * 1e-4};
        int step = 0;
        for (; step < 1'000 && !goal.contains(x); ++step) {
            x = pushed{}(x, found.pilot.push_at(x));
        }
        REQUIRE(step < 1'000);
    }

    SUBCASE("equal seeds give equal results") {
        std::vector<told> again;
        const auto second = run({adaptive_tree<1>{line}}, {}, short_proofs, again);
        CHECK(second.rounds == found.rounds);
        CHECK(second.state == found.state);
        CHECK(second.proof.cells == found.proof.cells);
    }
    SUBCASE("what was killed goes on as if it had not been") {
        for (std::size_t k = 0; k + 1 < log.size(); ++k) {
            std::vector<told> rest;
            const auto resumed = run(refinement_state_from_json(log[k].state, line), log[k].agent, short_proofs, rest);
            REQUIRE(resumed.rounds.size() == found.rounds.size() - k - 1);
            CHECK(std::equal(resumed.rounds.begin(), resumed.rounds.end(),
                             found.rounds.begin() + static_cast<std::ptrdiff_t>(k + 1)));
            CHECK(resumed.state == found.state);
            CHECK(resumed.what == found.what);
            CHECK(resumed.proof.cells == found.proof.cells);
        }
    }
}

TEST_CASE("a refinement ends when its rounds are used up, or no decision can be cut") {
    std::vector<told> log;
    refinement_options options = short_proofs;
    options.rounds = 1;
    const auto once = run({adaptive_tree<1>{line}}, {}, options, log);
    CHECK(once.what == refinement_step::gave_up);
    CHECK(once.rounds.size() == 1);
    CHECK(once.state.round == 1);
    // No proof at all: nothing is ever decided but by real counterexamples.
    options = {.rounds = 20, .decisions = 0, .proof = {.rounds = 0, .falsify = {.steps = 1, .samples = 1, .boxes = 1}}};
    const auto stuck = run({adaptive_tree<1>{line}}, {}, options, log);
    CHECK(stuck.what == refinement_step::gave_up);
    CHECK(stuck.state.decisions == adaptive_tree<1>{line});
    CHECK(stuck.rounds.size() == 1);
}

TEST_CASE("time is for all rounds together") {
    // Each training takes more than there is: whatever a proof could spend, it makes its first check only.
    const auto slow = [](const refinement_options& options) {
        return refine(
            refinement_state<1>{adaptive_tree<1>{line}}, enclosure<pushed>{}, start, reach, problem,
            [](const training_request<1>& r) {
                std::this_thread::sleep_for(std::chrono::milliseconds{30});
                return table_pilot{r.decisions, std::vector<double>(static_cast<std::size_t>(r.decisions.size()), 0.9)};
            },
            options);
    };
    const prove_options hopeless{.rounds = 5, .seconds = 3600, .falsify = {.steps = 1, .samples = 1, .boxes = 1}};
    const auto free = slow({.rounds = 3, .proof = hopeless});
    REQUIRE(free.rounds.size() == 3); // otherwise the rest shows nothing
    REQUIRE(free.rounds[0].proof_rounds > 1);
    const auto bound = slow({.rounds = 3, .seconds = 0.02, .proof = hopeless});
    CHECK(bound.what == refinement_step::gave_up);
    REQUIRE(bound.rounds.size() == 1);
    CHECK(bound.rounds[0].proof_rounds == 1);
    CHECK(bound.rounds[0].proof == proof_end::seconds);
    // What is left of a larger budget goes on as ever, and a proof's own limit holds as well.
    CHECK(slow({.rounds = 3, .seconds = 3600, .proof = hopeless}).rounds == free.rounds);
    prove_options none = hopeless;
    none.seconds = 0;
    const auto hasty = slow({.rounds = 3, .seconds = 3600, .proof = none});
    CHECK(hasty.rounds.size() == 3);
    CHECK(hasty.rounds[0].proof_rounds == 1);
}

TEST_CASE("training that does not help for a while means finer decisions") {
    const auto found = refine(
        refinement_state<1>{adaptive_tree<1>{line}}, enclosure<pushed>{}, start, reach, problem,
        [&](const training_request<1>& r) {
            return table_pilot{r.decisions, std::vector<double>(static_cast<std::size_t>(r.decisions.size()), 0.0)};
        },
        {.rounds = 7, .patience = 3});
    CHECK(found.what == refinement_step::gave_up);
    std::vector<refinement_step> steps;
    for (const refinement_round& r : found.rounds) {
        CHECK(r.proof == proof_end::refuted);
        steps.push_back(r.what);
    }
    using enum refinement_step;
    CHECK(steps == std::vector{train_on, train_on, cut_decisions, train_on, train_on, cut_decisions, gave_up});
    CHECK(found.state.decisions.size() == line.size() + 2);
}

TEST_CASE("each round of a proof is told to whoever takes it, before the round that it belongs to") {
    struct listener {
        std::vector<std::size_t>& proofs; // rounds of the running proof
        std::vector<std::size_t>& lengths;
        std::vector<proof_end>& ends;
        void operator()(const proof_round& r) const { proofs.push_back(r.round); }
        void operator()(const proof<1>& p, const table_pilot& pilot) const {
            CHECK(p.rounds.size() == proofs.size());
            CHECK(pilot.push_at({0.5}) >= -1);
            ends.push_back(p.what);
        }
        void operator()(const refinement_round& r, const refinement_state<1>&) const {
            CHECK(proofs.size() == r.proof_rounds);
            CHECK(ends.back() == r.proof);
            lengths.push_back(proofs.size());
            proofs.clear();
        }
    };
    std::vector<std::size_t> proofs;
    std::vector<std::size_t> lengths;
    std::vector<proof_end> ends;
    table_agent agent;
    const auto found = refine(
        refinement_state<1>{adaptive_tree<1>{line}}, enclosure<pushed>{}, start, reach, problem,
        [&](const training_request<1>& r) { return agent.improve(r); }, short_proofs, listener{proofs, lengths, ends});
    CHECK(lengths.size() == found.rounds.size());
    CHECK(ends.size() == found.rounds.size());
    CHECK(std::any_of(lengths.begin(), lengths.end(), [](std::size_t n) { return n > 1; }));
}

TEST_CASE("a training that fails ends the refinement, and what was told before goes on") {
    std::vector<told> log;
    const auto whole = run({adaptive_tree<1>{line}}, {}, short_proofs, log);
    REQUIRE(log.size() > 2);
    table_agent agent;
    std::vector<told> before;
    const auto fails_in_round = [&](const training_request<1>& r) {
        if (r.round == 2) {
            throw environment_error{"the reward is nan"};
        }
        return agent.improve(r);
    };
    CHECK_THROWS_WITH_AS(static_cast<void>(refine(refinement_state<1>{adaptive_tree<1>{line}}, enclosure<pushed>{},
                                                  start, reach, problem, fails_in_round, short_proofs,
                                                  [&](const refinement_round& r, const refinement_state<1>& s) {
                                                      before.push_back({r, to_json(s), agent});
                                                  })),
                         "the reward is nan", environment_error);
    REQUIRE(before.size() == 2);
    std::vector<told> rest;
    const auto resumed =
        run(refinement_state_from_json(before.back().state, line), before.back().agent, short_proofs, rest);
    CHECK(resumed.what == whole.what);
    CHECK(resumed.state == whole.state);
}

TEST_CASE("a proof that was interrupted goes on where it was, with the policy of its round") {
    struct listener {
        std::vector<proof_state<1>>& told;
        std::size_t& rounds;
        std::size_t stop; // after so many checks of all rounds
        void operator()(const proof_round&, const proof_state<1>& at) const {
            told.push_back(at);
            if (told.size() == stop) {
                throw environment_error{"enough"};
            }
        }
        void operator()(const refinement_round&, const refinement_state<1>&) const { ++rounds; }
    };
    refinement_options options = short_proofs;
    options.proof.rounds = 4;
    std::vector<proof_state<1>> all;
    std::size_t rounds = 0;
    const auto go = [&](refinement_state<1> from, table_agent agent, std::size_t stop,
                        const proof_state<1>* begun = nullptr) {
        all.clear();
        rounds = 0;
        return refine(
            std::move(from), enclosure<pushed>{}, start, reach, problem,
            [&](const training_request<1>& r) { return agent.improve(r); }, options, listener{all, rounds, stop},
            begun);
    };
    std::vector<told> log;
    const auto whole = run({adaptive_tree<1>{line}}, {}, options, log);
    static_cast<void>(go({adaptive_tree<1>{line}}, {}, 0));
    const std::size_t checks = all.size();
    REQUIRE(checks > log.size() + 2); // several in a round
    for (std::size_t stop = 1; stop <= checks; ++stop) {
        CHECK_THROWS_WITH_AS(static_cast<void>(go({adaptive_tree<1>{line}}, {}, stop)), "enough", environment_error);
        const proof_state<1> begun = all.back();
        const std::size_t before = rounds;
        const bool is_first = before == 0;
        const auto rest = go(is_first ? refinement_state<1>{adaptive_tree<1>{line}}
                                      : refinement_state_from_json(log[before - 1].state, line),
                             is_first ? table_agent{} : log[before - 1].agent, 0, &begun);
        CHECK(rest.what == whole.what);
        CHECK(rest.state == whole.state);
        CHECK(rest.proof.cells == whole.proof.cells);
        CHECK(rest.rounds == std::vector<refinement_round>(whole.rounds.begin() + static_cast<std::ptrdiff_t>(before),
                                                           whole.rounds.end()));
        CHECK(all.size() == checks - begun.rounds.size() - [&] { // no check is made again but one that ended a proof
            std::size_t earlier = 0;
            for (std::size_t k = 0; k < before; ++k) {
                earlier += whole.rounds[k].proof_rounds;
            }
            return earlier;
        }());
    }
}
