#include <examples/opara_verify/arguments.hpp>
#include <examples/opara_verify/intervals.hpp>
#include <opara/abstraction/prove.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace opara::examples::verify {

const char* const usage = R"(usage: opara_verify SYSTEM --controller FILE [options]

SYSTEM: b1 b2 b3 b4 b5 tora acc6 mountain_car pendulum cart_pole, pendulum_angle (its state is the angle and the
        rate), b1_trainify and b2_trainify (in steps of 0.2), tora_stay (without saturation), cart_pole_cascade
        (cart_pole in other coordinates, those of --grid and --initial, from gym's whole initial set), and of ARCH-COMP
        single_pendulum unicycle attitude quadrotor vcas vcas_any (vertical collision avoidance; pilots with the
        middle or with any of the allowed accelerations)
FILE:   FILE.json says how the controller was trained; FILE.onnx is a multilayer perceptron that reads the lower bounds of
        a cell, then the upper ones, and is taken to have been trained as the published controllers of SYSTEM were.
        vcas takes nine, --controller FILE for each last advisory, in the order COC DNC DND DES1500 CL1500 SDES1500
        SCL1500 SDES2500 SCL2500; they may also read a cell's middle

  --property TEXT|NAME   a CTL formula over the system's labels, like "A[safe U goal] | AG safe", or the name of one of
                         the system's own properties, which comes before a label of that name ("safe" may be AG safe);
                         default: the first of these
  --grid WIDTH[,WIDTH..] widths of the cells on which the policy decides, one for all dimensions or one each; default:
                         those on which it was trained. On other cells it is another policy
  --finer COUNT[,COUNT..]  cut each of these cells into COUNT parts in each dimension for the proof, one number for all or
                         one each; the policy stays the same
  --initial A:B[,A:B..]  where the system starts: an interval, or one number, for each dimension, like -0.6:-0.4,0;
                         default: the published set
  --scale NUMBER         the control per unit of the network's output; default: the controller's
  --head KIND            how the network's outputs become an action: scaled, the control per unit of output; argmax, the
                         number of the largest; affine, c0 c1 .. cn for each control, which is then c0 + c1 x1 + .. +
                         cn xn with the state x inside the cell; softmax, the probabilities of
                         actions that are drawn by lot; default: the controller's
  --refine [ROUNDS]      where the check fails, cut the cells that are to blame and check again, up to ROUNDS times
                         (default: 40); the controller stays constant on the cells of its grid
  --max-cells COUNT      how many cells all cuts of --refine may add; default: 5000000
  --steps COUNT          explore so many steps only; the verdict then says "within bound" where it depends on it
  --project DIM[,DIM]    merge states that differ in other dimensions only, and check what comes out; up to three of
                         the system's dimensions, which count from 0
  --at-least P           with softmax, the property is AF, AG or A[U] of labels, and its probability is to be P at least
                         from each initial state, within the steps of --steps if that is given; default: 1
  --actions U[,U..]      with softmax, the controls that are drawn, one an output; default: the controller's, or the
                         numbers of the actions where the system has such
  --simulate RUNS        with softmax, run the system so often, too, from random initial states and by lot
  --tube                 instead of exploring cells, follow boxes from the initial set, at the published settings; the
                         property is AF, AG or A[..U..] of labels, and AG is shown for so many --steps only
  --threads COUNT        default: all cores
  --report FILE.json     write what was found
  --picture FILE.svg     draw the cells that are reached, the labels and the counterexample, over the first two
                         dimensions, x0 and x1, or over those of --project
  --export FORMAT:FILE   write the transition system for other checkers (again for more files); FORMAT is
                         aiger     FILE, a circuit, for the property AG of labels: berkeley-abc
                         aut       FILE, Aldebaran: mCRL2, CADP, LTSmin
                         dot       FILE, a drawing, up to 1000 states: Graphviz
                         drn       FILE: Storm
                         hoa       FILE, an automaton: Spot
                         prism     FILE.tra, FILE.lab, FILE.sta: PRISM
                         promela   FILE and FILE.h: SPIN
                         smv       FILE: NuSMV, nuXmv
                         umb       FILE, binary: PRISM, Storm

Where a file that is written is /dev/stdout, what is said for people goes to the standard error.

exit code: 0 proved, 1 not proved, 2 an error
)";

arguments parse_arguments(const std::vector<std::string>& words) {
    using text = const std::string&;
    arguments a;
    command_line line{"system", a.system};
    line.repeatable("--controller", [&](text, text value) { a.controllers.push_back(value); });
    line.option("--property", a.property);
    line.option("--grid", [&](text name, text value) { a.widths = list(name, value, real); });
    line.option("--initial", [&](text name, text value) { a.initial = list(name, value, interval_between); });
    line.option("--scale", [&](text name, text value) { a.scale = real(name, value); });
    line.option("--head", [&](text, text value) {
        a.head = abstraction::head_named(value);
        if (!a.head) {
            throw usage_error{"--head takes scaled, argmax, affine or softmax, not '" + value + "'"};
        }
    });
    line.option_or_number("--refine", [&](text name, text value) {
        a.refine = value.empty() ? abstraction::prove_options{}.rounds : whole(name, value);
    });
    line.option("--max-cells", [&](text name, text value) { a.max_cells = whole(name, value); });
    line.option("--steps", [&](text name, text value) {
        a.steps = whole(name, value);
        if (*a.steps == 0) {
            throw usage_error{"--steps takes 1 at least: without a step there is nothing to explore"};
        }
    });
    line.option("--project", [&](text name, text value) { a.project = list(name, value, whole); });
    line.option("--at-least", [&](text name, text value) {
        a.at_least = real(name, value);
        if (!(*a.at_least >= 0 && *a.at_least <= 1)) {
            throw usage_error{name + " takes a probability, not '" + value + "'"};
        }
    });
    line.option("--actions", [&](text name, text value) { a.actions = list(name, value, real); });
    line.option("--finer", [&](text name, text value) { a.finer = list(name, value, count); });
    line.option("--simulate", [&](text name, text value) { a.simulate = count(name, value); });
    line.flag("--tube", a.tube);
    line.option("--threads", [&](text name, text value) { a.threads = whole(name, value); });
    line.option("--report", a.report);
    line.option("--picture", a.picture);
    line.repeatable("--export", [&](text, text value) { a.exports.push_back(parse_export(value)); });
    if (!line.read(words)) {
        a.help = true;
        return a;
    }
    if (a.tube && !a.exports.empty()) {
        throw usage_error{"a tube has no transition system to export"};
    }
    if (a.tube && !(a.picture.empty() && a.project.empty())) {
        throw usage_error{"--picture and --project are about cells, and a tube has none"};
    }
    if (a.refine && (a.tube || a.steps || !a.project.empty() || !a.exports.empty() || !a.finer.empty())) {
        throw usage_error{"--tube, --steps, --project, --export and --finer are not for refined cells"};
    }
    if (a.tube && !a.finer.empty()) {
        throw usage_error{"--finer is about cells for the proof, and a tube has none"};
    }
    if (a.max_cells && !a.refine) {
        throw usage_error{"--max-cells is for --refine"};
    }
    if (a.controllers.empty()) {
        throw usage_error{"a controller is needed: --controller FILE"};
    }
    return a;
}

} // namespace opara::examples::verify
