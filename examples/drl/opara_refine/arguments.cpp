#include <examples/drl/opara_refine/arguments.hpp>
#include <examples/opara_verify/intervals.hpp>

#include <string>
#include <vector>

namespace opara::examples::drl {

std::string refine_usage() {
    return std::string{R"(usage: opara_refine SYSTEM [--property TEXT|NAME] [options]

Trains a controller on the cells of a grid until a property is proved of it: trains, builds and checks the transition
system, and replays the counterexample on the system itself. If a run of the system violates the property, training goes
on, with episodes that start in the states of that run and with its steps in the replay memory. If not, the cells that are
to blame are cut and checked again while the policy stays as it is; only if that comes to no end within its budget, the
policy's own cells are cut on the way of the counterexample, and training goes on from the network that is there.

SYSTEM: b1 b2 b3 b4 b5 tora acc6 b1_trainify b2_trainify tora_stay mountain_car pendulum
        pendulum_angle cart_pole cart_pole_cascade

States, as those of --initial and of counterexamples, are in the coordinates of the system: cart_pole_cascade is CartPole in
others than gym's (docs/coordinates.md).

  --property TEXT|NAME         a CTL formula over the system's labels, like "A[safe U goal] | AG safe", or the name of
                               one of the system's own properties; default: the first of these
  --initial A:B[,A:B..]        where the proof starts: an interval, or one number, for each dimension; default: the
                               published set

The budget; when it is used up, what is there is written, and --resume goes on with a larger one:
  --rounds COUNT               trainings and proofs; default: 20
  --seconds COUNT              for all trainings and proofs together, looked at after each episode and check; default:
                               no limit
  --proof-rounds COUNT         how often a proof may cut cells; default: 40
  --max-cells COUNT            how many cells the cuts of a proof may add; default: 5000000
  --max-decisions COUNT        how many cells the cuts of the policy's cells may add; default: 1000000
  --patience COUNT             after so many real counterexamples in a row the policy's cells are cut, too; default: 3
  --starts COUNT               how many states of a real counterexample become starts; default: 100

The training:
)"} + training_usage() +
           R"(  --further COUNT              episodes of each training but the first, at least; default: 50
  --penalty NUMBER             where the property is AG of labels and a run has violated it: what a state that violates
                               it costs from then on; the episode is over there. Rewards may know nothing of the property,
                               and then no training mends it without; default: 0, the task stays as it is

  --threads COUNT              of a proof; default: all cores
)" + file_usage +
           R"(
It writes, as DIR/SYSTEM-PROPERTY-SEED (PROPERTY is "formula" for one that has no name),
  .json             the controller, with the cuts of its cells, for opara_verify SYSTEM --controller --refine
  .onnx             its network
  .report.json      the rounds: training, proof, counterexample, cuts, seconds; and where it stands, for --resume
  .checkpoint       the agent, for --resume
  .proof            the checks and cuts of a proof that has begun, for --resume; gone when it has ended
  .reward.svg       the learning curve through all rounds
  .refinement.svg   states, cells and suspects of each check
  .policy.svg       in two dimensions: what the policy of the last proof does in the reached cells, and how often these
                    were cut
Ctrl-C or SIGTERM ends it after the present episode or check, with all of these written, so that what goes on has the
same bits; another one ends it at once. While it runs, DIR/SYSTEM-PROPERTY-SEED.lock keeps other processes from these files.

exit code: 0 the property is proved, 1 it is not within the budget, 2 an error, 130 interrupted
)";
}

refine_arguments parse_refine_arguments(const std::vector<std::string>& words) {
    using text = const std::string&;
    refine_arguments a;
    command_line line{"system", a.system};
    add_training_options(line, a);
    const auto number = [&line](const char* option, auto& to,
                                std::size_t (*read)(const std::string&, std::string_view)) {
        line.option(option, [&to, read](text name, text value) { to = read(name, value); });
    };
    line.option("--property", a.property);
    line.option("--initial", [&](text name, text value) { a.initial = list(name, value, verify::interval_between); });
    number("--rounds", a.rounds, count);
    line.option("--seconds", [&](text name, text value) { a.seconds = time_limit(name, value); });
    number("--proof-rounds", a.proof_rounds, whole);
    number("--max-cells", a.max_cells, whole);
    number("--max-decisions", a.max_decisions, whole);
    number("--patience", a.patience, count);
    number("--starts", a.starts, count);
    number("--further", a.further, count);
    line.option("--penalty", [&](text name, text value) {
        a.penalty = real(name, value);
        if (!(a.penalty >= 0)) {
            throw usage_error{name + " takes a number from 0 on, not '" + value + "'"};
        }
    });
    number("--threads", a.threads, whole);
    add_file_options(line, a);
    a.help = !line.read(words);
    static_cast<void>(beginning_of(a)); // says what does not fit together
    if (a.on_states) {
        throw usage_error{"--abstract none trains on states: a proof needs cells"};
    }
    return a;
}

} // namespace opara::examples::drl
