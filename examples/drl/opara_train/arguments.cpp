#include <examples/drl/opara_train/arguments.hpp>

#include <string>
#include <vector>

namespace opara::examples::drl {

std::string usage() {
    return std::string{R"(usage: opara_train SYSTEM [options]

Trains a controller on the cells of a grid, and writes what opara_verify reads.

SYSTEM: b1 b2 b3 b4 b5 tora acc6                   with one control, in the steps of the published verifications
        b1_trainify b2_trainify tora_stay          with one control, as Trainify trains them
        pendulum pendulum_angle                    gym's with one control; its state is (cos, sin, rate), or (angle, rate)
        quadrotor                                  with three controls
        mountain_car cart_pole cart_pole_cascade   with one of several actions; the last is cart_pole on cells that are
                                                   boxes in other coordinates

)"} + training_usage() +
           R"(  --abstract none              train on states, not on cells
  --criterion MEAN,WORST       what ends a training: the mean reward of the last episodes, and the worst of some without
                               exploration; default: those of the task
  --head scaled|affine|softmax   what the agent gives: controls, or the best of several actions; an affine law
                               c0 + c1 x1 + .. + cn xn of the one control for each cell; or the probabilities of actions that
                               are drawn by lot, which ppo learns; default: scaled
  --choices COUNT              with softmax and a system that takes a control: of how many one is drawn, evenly from bound to
                               bound; default: 3
  --seeds COUNT                so many trainings, with SEED and the next ones; default: 1
  --jobs COUNT                 trainings at a time; default: as many as there are cores
  --seconds COUNT              of each training, at most, all its attempts together
)" + file_usage +
           R"(
A training ends when the published criterion is met: that the last episodes, and then some without exploration, are good
enough. Each writes, as DIR/SYSTEM-AGENT-SEED,
  .json        the controller, for opara_verify SYSTEM --controller
  .onnx        its network
  .log.json    the episodes, and how the written controller does
  .checkpoint  all that is needed to go on
and together they write DIR/SYSTEM-AGENT.svg, the learning curves, in place of those of earlier calls. Ctrl-C or SIGTERM
ends it after the present episodes, so that what goes on has the same bits, with checkpoints written; another one ends it at
once. While it runs, DIR/SYSTEM-AGENT-SEED.lock keeps other processes from these files.

exit code: 0 all trainings met their criterion, 1 not all did, 2 an error, 130 interrupted
)";
}

arguments parse_arguments(const std::vector<std::string>& words) {
    using text = const std::string&;
    arguments a;
    command_line line{"system", a.system};
    add_training_options(line, a);
    line.option("--seeds", [&](text name, text value) { a.seeds = count(name, value); });
    line.option("--jobs", [&](text name, text value) { a.jobs = count(name, value); });
    line.option("--seconds", [&](text name, text value) { a.seconds = time_limit(name, value); });
    line.option("--head", [&](text name, text value) {
        if (value != "scaled" && value != "affine" && value != "softmax") {
            throw usage_error{name + " takes scaled, affine or softmax, not '" + value + "'"};
        }
        a.by_laws = value == "affine";
        a.by_lot = value == "softmax";
    });
    bool chooses = false;
    line.option("--choices", [&](text name, text value) {
        a.choices = count(name, value);
        chooses = true;
        if (a.choices < 2 || a.choices > 1000) {
            throw usage_error{name + " takes numbers from 2 to 1000, not " + value};
        }
    });
    line.option("--criterion", [&](text name, text value) {
        a.criterion = list(name, value, real);
        if (a.criterion.size() != 2) {
            throw usage_error{"--criterion takes two numbers, MEAN,WORST, not '" + value + "'"};
        }
    });
    add_file_options(line, a);
    a.help = !line.read(words);
    static_cast<void>(beginning_of(a)); // says what does not fit together
    if (a.by_laws && a.on_states) {
        throw usage_error{"--head affine gives a law for each cell: it needs --abstract"};
    }
    if (chooses && !a.by_lot) {
        throw usage_error{"--choices is for --head softmax"};
    }
    if (a.by_lot && !a.agent.empty() && a.agent != "ppo") {
        throw usage_error{"--head softmax needs --agent ppo: what " + a.agent + " learns is no probability"};
    }
    if (a.by_lot) {
        a.agent = "ppo";
    }
    return a;
}

} // namespace opara::examples::drl
