/// @file
/// From a problem and a property to a verified controller.
#pragma once

#include <examples/drl/environments/problem.hpp>
#include <examples/drl/opara_refine/arguments.hpp>
#include <examples/drl/opara_refine/lines.hpp>
#include <examples/drl/opara_refine/penalty.hpp>
#include <examples/drl/opara_refine/pictures.hpp>
#include <examples/drl/opara_refine/policy_in_the_plane.hpp>
#include <examples/drl/opara_refine/proof_keeper.hpp>
#include <examples/drl/opara_refine/rehearsal.hpp>
#include <examples/drl/opara_refine/report.hpp>
#include <examples/drl/opara_refine/rounds.hpp>
#include <examples/drl/opara_refine/time_budget.hpp>
#include <examples/drl/training/interruption.hpp>
#include <examples/drl/training/plan.hpp>
#include <examples/drl/training/run_files.hpp>
#include <examples/drl/training/sealed_file.hpp>
#include <examples/opara_run/progress.hpp>
#include <examples/opara_verify/pilots.hpp>
#include <examples/opara_verify/preparation.hpp>
#include <opara/abstraction.hpp>
#include <opara/core/file.hpp>
#include <opara/learning/json.hpp>
#include <opara/learning/refine.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// One refinement, with its files.
template <class Problem, class System>
class refiner {
public:
    static constexpr std::size_t n = Problem::dimension; ///< of the state space
    using tree = abstraction::adaptive_tree<n>;          ///< cells
    using state = learning::refinement_state<n>;         ///< where it stands

    /// @throws usage_error  what was asked for does not fit the system
    refiner(const Problem& task, verify::benchmark<System> to_prove, const refine_arguments& a)
        : task_{task}, problem_{std::move(to_prove)}, a_{a}, time_{a.seconds}, plan_{plan_for(task, a)} {
        verify::start_from(problem_, a.initial);
        report_.what = plan_.what;
        report_.property = verify::text_of_property(problem_, a.property);
        report_.initial = text_of(problem_.initial);
        std::string name = "formula";
        for (const auto& [known, text] : problem_.properties) {
            name = text == report_.property ? known : name;
        }
        plan_.path = a.out + "/" + task.name + "-" + name + "-" + std::to_string(a.seed);
        kept_ = {file("proof"), a.save_every};
    }

    /// Runs it to its end. @returns whether the property is verified
    bool run() {
        const abstraction::formula property = verify::parse_property(problem_, report_.property);
        if (!property.is_universal()) {
            throw usage_error{"the property speaks of some runs, not of all: no refinement can prove it"};
        }
        forbidden_ = forbidden_states<n>{property, problem_.labels};
        if (a_.penalty > 0 && forbidden_.empty()) {
            throw usage_error{"--penalty is for properties like \"AG safe\", which forbid states"};
        }
        const auto grid = task_.grid(widths_of(task_, a_));
        require_start_in(grid);
        std::filesystem::create_directories(a_.out);
        const run_files files{plan_.path,
                              "report.json",
                              {"checkpoint", "proof", "json", "onnx", "reward.svg", "refinement.svg", "policy.svg"}};
        state from{tree{grid}};
        from.seed = a_.seed;
        if (files.goes_on(beginning_of(a_), [&] {
                return difference_between(parts_in_report(file("report.json")), parts_of(report_));
            })) {
            const read_report before = read_refinement(file("report.json"), report_);
            report_ = before.report;
            from = learning::refinement_state_from_json(before.state, grid);
            read_agent(from);
            if (is_in_stage_ && last_.has_ended) {
                kept_.go_on(proof_of(from.round), grid);
            } else {
                kept_.forget(); // of a round that had ended, if a kill has left one
            }
        } else {
            files.remove();
            if (a_.resume) {
                say("there is no report, so it begins");
            }
        }
        time_.count(report_.seconds);
        if (report_.is_verified) {
            return conclude();
        }
        if (from.round >= a_.rounds) {
            report_.verdict = "not verified in " + std::to_string(a_.rounds) + " rounds";
            return conclude();
        }
        report_.verdict = "running";
        write_report(from);
        try {
            loop(std::move(from), property);
        } catch (const out_of_time&) {
            report_.verdict = "not verified in so much time";
            write_report(now_);
        } catch (const interrupted&) {
            write_report(now_); // says how long it took
            write_pictures();
            throw;
        }
        write_pictures();
        return conclude();
    }

private:
    using actions = learning::actions_of<decltype(std::declval<const Problem&>().environment)>;
    using pilot = verify::any_pilot<n, typename System::action>;

    [[nodiscard]] std::string file(const char* ending) const { return plan_.path + "." + ending; }
    bool conclude() {
        std::printf("%s: %s\n", report_.property.c_str(), report_.verdict.c_str());
        std::fflush(stdout);
        return report_.is_verified;
    }
    void write_report(const state& s) {
        now_ = s;
        report_.seconds = time_.spent();
        write_file_atomically(file("report.json"), to_json(report_, learning::to_json(s)));
    }

    // Of all rounds, and of one that was interrupted as far as it had come.
    void write_pictures() const {
        refinement_report shown = report_;
        round_record begun = round_;
        if (begun.episodes.empty() && is_training_ && std::filesystem::exists(file("checkpoint"))) {
            const checkpoint reached = read_checkpoint(file("checkpoint"), plan_.what);
            begun.episodes = reached.stage == begun.round ? reached.log.episodes : begun.episodes;
        }
        if (!begun.episodes.empty()) {
            shown.rounds.push_back(std::move(begun));
        }
        write_file_atomically(file("reward.svg"),
                              [&](std::ostream& out) { write_reward(out, shown, plan_.target.window); });
        write_file_atomically(file("refinement.svg"), [&](std::ostream& out) { write_refinement(out, shown); });
    }

    // Told before any work, and not by the first proof.
    void require_start_in(const abstraction::uniform_grid<n>& grid) const {
        try {
            abstraction::detail::require_inside(grid, problem_.initial);
        } catch (const abstraction::domain_error& e) {
            throw usage_error{std::string{a_.initial.empty() ? "" : "--initial: "} + e.what()};
        }
    }

    // The agent of an interrupted refinement: of this round, or of the end of the one before.
    void read_agent(const state& from) {
        const std::size_t round = from.round;
        if (round == 0 && !std::filesystem::exists(file("checkpoint"))) {
            return; // it had not come to the first checkpoint
        }
        last_ = read_checkpoint(file("checkpoint"), plan_.what);
        const bool is_before = last_.stage + 1 == round && last_.has_ended;
        if (last_.stage != round && !is_before) {
            throw error{"cannot go on from " + file("checkpoint") + ": it is of round " + std::to_string(last_.stage) +
                        ", and the report of round " + std::to_string(round)};
        }
        is_in_stage_ = last_.stage == round;
        using learning::detail::number_text;
        if (const double here = price_after(from.starts, a_.penalty);
            is_in_stage_ && !last_.has_ended && last_.penalty != here) {
            throw error{"cannot go on from " + file("checkpoint") + ": its training of round " + std::to_string(round) +
                        " was begun with a penalty of " + number_text(last_.penalty) + ", and here it is " +
                        number_text(here) + "; between two rounds it may change"};
        }
    }
    // What is proved of the agent that is there.
    [[nodiscard]] proof_identity proof_of(std::size_t round) const {
        return {round, report_.property, report_.initial, checksum(last_.state)};
    }

    void loop(state from, const abstraction::formula& property) {
        // Not the seconds: a proof that ran out of them would count as one that cannot be made, and its checks be lost.
        const learning::refinement_options options{.rounds = a_.rounds,
                                                   .patience = a_.patience,
                                                   .starts = a_.starts,
                                                   .decisions = a_.max_decisions,
                                                   .proof = {.rounds = a_.proof_rounds, .cells = a_.max_cells}};
        struct listener {
            refiner& of;
            void operator()(const abstraction::proof_round& r, const abstraction::proof_state<n>& at) const {
                of.hear(r, at);
            }
            void operator()(const abstraction::proof<n>& p, const pilot& policy) const { of.hear(p, policy); }
            void operator()(const learning::refinement_round& r, const state& s) const { of.hear(r, s); }
        };
        static_cast<void>(learning::refine(
            std::move(from), abstraction::enclosure<System>{problem_.system}, problem_.initial, property,
            abstraction::build_options<n>{.labels = problem_.labels, .threads = a_.threads},
            [this](const learning::training_request<n>& r) { return improve(r); }, options, listener{*this},
            kept_.begun()));
    }

    // Trains on the cells of the request, from where the agent is.
    pilot improve(const learning::training_request<n>& r) {
        round_ = {.round = r.round};
        is_training_ = true;
        checkpoint from;
        if (is_in_stage_) {
            from = std::move(last_);
            is_in_stage_ = false;
        } else {
            from.state = std::move(last_.state);
            from.stage = r.round;
            from.penalty = price_after(r.starts, a_.penalty);
        }
        plan_of_training plan = plan_;
        plan.deadline = time_.deadline();
        if (r.round > 0) {
            plan.seed = r.seed;
            plan.restarts = 0;
            plan.target.least_episodes = a_.further;
            plan.target.most_episodes = std::max(plan.target.most_episodes, a_.further);
            plan.begin = [&](learner& agent) {
                rehearse(agent, costly(task_.environment, r), r.decisions, r.starts, a_.scale);
            };
        }
        const learning::also_from<n, std::decay_t<decltype(task_.environment.start())>> start{
            {r.starts.begin(), r.starts.end()}, task_.environment.start()};
        const auto where =
            surroundings_on(r.decisions, costly(task_.environment, r).starting(start),
                            costly(judged_environment(task_), r).starting(start), task_.environment, a_.scale);
        teller tell{task_.name + ", round " + std::to_string(r.round)};
        trained t = go_on(where, plan, std::move(from), tell);
        decisions_ = r.decisions;
        t.controller.cuts = decisions_.cuts();
        write_controller(plan_.path, t.controller);
        round_ = trained_round(a_, r.round, t, r.decisions.size());
        say(training_line(round_));
        last_ = std::move(t.at);
        is_training_ = false;
        if (time_.left() <= 0) {
            throw out_of_time{};
        }
        if (const abstraction::proof_state<n>* const begun = kept_.begun()) {
            std::transform(begun->rounds.begin(), begun->rounds.end(), std::back_inserter(round_.checks), record_of);
            say("round " + std::to_string(r.round) + ": the proof goes on after " +
                std::to_string(begun->rounds.size()) + (begun->rounds.size() == 1 ? " check" : " checks"));
        }
        kept_.begin(proof_of(r.round));
        doing_.emplace(std::cerr);
        doing_->step("proving");
        return verify::pilot_of<System>({std::move(t.controller)});
    }

    // As it was, but from the first real counterexample on what an invariant forbids has a price.
    template <class Environment>
    auto costly(const Environment& env, const learning::training_request<n>& r) const {
        using task = std::remove_cvref_t<decltype(env.task())>;
        const double penalty = price_after(r.starts, a_.penalty);
        return env.judging(penalised<n, task>{env.task(), penalty > 0 ? forbidden_ : forbidden_states<n>{}, penalty});
    }

    void hear(const abstraction::proof_round& r, const abstraction::proof_state<n>& at) {
        round_.checks.push_back(record_of(r));
        doing_->detail("check " + std::to_string(r.round) + ", " + std::to_string(r.states) + " states, " +
                       std::to_string(r.suspects) + " to blame");
        say(check_line(round_.round, r.round, round_.checks.back()));
        if (r.cuts == 0) {
            return; // it has ended, and its round with it
        }
        const bool ends = is_interrupted();
        const bool is_over = time_.left() <= 0;
        kept_.keep(at, ends || is_over);
        if (ends || is_over) {
            doing_.reset();
        }
        if (ends) {
            throw interrupted{};
        }
        if (is_over) {
            throw out_of_time{};
        }
    }
    void hear(const abstraction::proof<n>& p, const pilot& policy) {
        if constexpr (n == 2) {
            const policy_picture picture = picture_of(decisions_, policy, p, problem_, task_, report_.property,
                                                      "round " + std::to_string(round_.round) + ": " + name_of(p.what));
            if (!picture.cells.empty()) {
                write_file_atomically(file("policy.svg"), [&](std::ostream& out) { write_policy(out, picture); });
            }
        }
    }
    void hear(const learning::refinement_round& r, const state& s) {
        doing_.reset();
        end_round(round_, r, s);
        say(proof_line(round_));
        report_.rounds.push_back(std::move(round_));
        round_ = {};
        report_.is_verified = r.what == learning::refinement_step::verified;
        report_.verdict = verdict_after(r, s, a_.rounds, report_.verdict);
        write_report(s);
        kept_.forget();
        if (is_interrupted() && r.what != learning::refinement_step::verified) {
            throw interrupted{};
        }
        if (time_.left() <= 0 && r.what != learning::refinement_step::verified &&
            r.what != learning::refinement_step::gave_up) {
            throw out_of_time{};
        }
    }
    static void say(const std::string& line) {
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
    }

    const Problem& task_;
    verify::benchmark<System> problem_;
    const refine_arguments& a_;
    time_budget time_;
    plan_of_training plan_;
    refinement_report report_;
    round_record round_;
    forbidden_states<n> forbidden_;
    tree decisions_{task_.grid()}; // of the present policy
    state now_{decisions_};
    checkpoint last_{};                  // of the agent
    proof_keeper<n> kept_{{}, 0};        // of the present proof
    bool is_in_stage_ = false;           // the checkpoint is of the round that comes, and not of the one before
    bool is_training_ = false;           // and not proving
    std::optional<run::progress> doing_; // during a proof
};

} // namespace opara::examples::drl
