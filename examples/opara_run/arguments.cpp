#include <examples/opara_run/arguments.hpp>
#include <examples/opara_run/policies.hpp>
#include <examples/zoo/zoo.hpp>
#include <opara/cost/devices.hpp>

#include <charconv>
#include <limits>
#include <locale>
#include <sstream>
#include <string_view>

namespace opara::run {

namespace {

std::string list(const auto& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + std::string{name};
    }
    return text;
}

std::int64_t number(std::string_view option, std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
        throw usage_error{std::string{option} + " takes a whole number from " + std::to_string(least) + " to " +
                          std::to_string(most) + ", not '" + std::string{text} + "'"};
    }
    return value;
}

// A number within limits, or the complaint that it is none.
double real(std::string_view option, const std::string& text, bool (*fits)(double), const char* what) {
    double value = -1.0;
    std::istringstream in{text};
    in.imbue(std::locale::classic());
    if (!(in >> value) || !in.eof() || !fits(value)) {
        throw usage_error{std::string{option} + " takes " + what + ", not '" + text + "'"};
    }
    return value;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t comma = text.find(',');
        parts.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(comma + 1);
    }
}

} // namespace

std::optional<arguments> parse(int argc, const char* const* argv) {
    arguments a;
    constexpr std::int64_t most = 1'000'000;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const auto value = [&]() -> std::string {
            if (i + 1 == argc) {
                throw usage_error{std::string{word} + " needs a value"};
            }
            return argv[++i];
        };
        if (word == "--help" || word == "-h") {
            return std::nullopt;
        } else if (word == "--batch") {
            a.batch = number(word, value(), 1, most);
        } else if (word == "--fused") {
            a.operators = granularity::fused;
        } else if (word == "--merged") {
            a.operators = granularity::merged;
        } else if (word == "--input") {
            a.inputs.push_back(value());
        } else if (word == "--reference") {
            a.references.push_back(value());
        } else if (word == "--backend") {
            const std::string name = value();
            if (name != "simulate" && name != "host" && name != "cuda") {
                throw usage_error{"--backend is simulate, host or cuda, not '" + name + "'"};
            }
            a.where = name == "host" ? backend::host : name == "cuda" ? backend::cuda : backend::simulate;
        } else if (word == "--programmatic") {
            a.programmatic = true;
        } else if (word == "--precision") {
            const std::string name = value();
            const auto precision = engine::precision_named(name);
            if (!precision) {
                throw usage_error{"--precision is tf32, fp16 or bf16, not '" + name + "'"};
            }
            a.precision = *precision;
        } else if (word == "--device") {
            a.device = value();
        } else if (word == "--policy") {
            const std::string names = value();
            a.policies = names == "all" ? std::vector<std::string>{} : split(names);
            for (const std::string& name : a.policies) {
                static_cast<void>(make_policy(name, {})); // says what is right
            }
        } else if (word == "--lanes") {
            a.lanes = static_cast<std::size_t>(number(word, value(), 1, 1024));
        } else if (word == "--threads") {
            a.threads = static_cast<std::size_t>(number(word, value(), 1, 1024));
        } else if (word == "--search") {
            a.search =
                real(word, value(), [](double x) { return x > 0.0 && x <= 86400.0; }, "a number of seconds above 0");
        } else if (word == "--memory") {
            a.memory = real(word, value(), [](double x) { return x >= 1.0 && x <= 1e6; }, "a ratio of at least 1");
        } else if (word == "--plan-cache") {
            a.plan_cache = value();
        } else if (word == "--report") {
            a.report = value();
        } else if (word == "--timeline") {
            a.timeline = value();
        } else if (word == "--trace") {
            a.trace = value();
        } else if (word == "--plan") {
            a.plan = value();
        } else if (word.starts_with("-") && word != "-") {
            throw usage_error{"there is no option " + std::string{word} + "; --help lists them"};
        } else if (!a.model.empty()) {
            throw usage_error{"one model at a time: '" + a.model + "' or '" + std::string{word} + "'"};
        } else {
            a.model = word;
        }
    }
    if (a.model.empty()) {
        throw usage_error{"which model? A network of the zoo (" + list(zoo::names()) + ") or an ONNX file"};
    }
    if (a.plan_cache && !a.search) {
        throw usage_error{"--plan-cache is where searched plans are kept: it needs --search SECONDS"};
    }
    if (a.where == backend::simulate && !a.references.empty()) {
        throw usage_error{"--reference compares real outputs: it needs --backend host or cuda"};
    }
    if (a.where == backend::simulate && !a.inputs.empty()) {
        throw usage_error{"--input is what a real run computes with: it needs --backend host or cuda"};
    }
    if (a.where != backend::host && a.threads != 0) {
        throw usage_error{"--threads are those of a real run on the host: it needs --backend host"};
    }
    if (a.where != backend::cuda && a.programmatic) {
        throw usage_error{"--programmatic is about edges of CUDA graphs: it needs --backend cuda"};
    }
    if (a.where != backend::cuda && a.precision != engine::precision::tf32) {
        throw usage_error{"--precision is how numbers lie on a GPU: it needs --backend cuda"};
    }
    return a;
}

std::string help() {
    std::string text =
        "opara_run MODEL [options]\n"
        "\n"
        "Plans a network with every policy of the field, simulates each plan on a GPU that need not be there, shows "
        "what\n"
        "each is worth, and, with --backend host or cuda, runs each plan for real on the threads or the GPU of this "
        "machine\n"
        "and compares the outputs.\n"
        "\n"
        "MODEL is a network of the zoo (" +
        list(zoo::names()) +
        ")\n"
        "or an ONNX file. Without --input, beside a file NAME.onnx, NAME_input_0.pb, NAME_input_1.pb, ... are its "
        "inputs if\n"
        "they are there, and NAME_output_0.pb, ... its reference outputs. Any other input is the ramp i/n, or, where\n"
        "integers are wanted, valid places in the tables that they are looked up in.\n"
        "\n"
        "  --batch N          first extent of every input (default: the model's; 1 for the zoo)\n"
        "  --fused            fold normalisations, fuse activations, biases, residual additions and attention, and "
        "merge\n"
        "                     linear layers that read the same value, first\n"
        "  --merged           the same, and merge convolutions that read the same value: for plans of few lanes\n"
        "  --device NAME|FILE the GPU to simulate: " +
        list(cost::devices::names()) +
        ",\n"
        "                     or a JSON file that describes one (default: with --backend cuda the GPU that is there,\n"
        "                     if it is one of these, else h200)\n"
        "  --policy NAME,...  which policies, or all (default); see below\n"
        "  --lanes K          number of lanes of round_robin, torchsched, earliest_finish and tensorrt_llm (default: "
        "4)\n"
        "  --memory RATIO     add waits until a plan's activations take at most so many times the bytes that the "
        "sequential "
        "plan's\n"
        "                     take, or as few as can be reached\n"
        "  --search SECONDS   also search for a plan that is better than the policies', for about so long; with "
        "--backend cuda\n"
        "                     among all variants of the operators, and by measurement\n"
        "  --plan-cache DIR   take the plan that an earlier search left in this folder for the same graph, extents, "
        "device and\n"
        "                     kernels, and search only where there is none\n"
        "  --backend NAME     simulate (default), or run the plans for real, too: host on threads, cuda on a GPU "
        "(Hopper or\n"
        "                     later), there with the costs of the operators measured first\n"
        "  --programmatic     with --backend cuda: kernels are launched before what they depend on is over\n"
        "  --precision NAME   with --backend cuda: tf32 (default), or fp16 or bf16, which halve what is moved and "
        "round "
        "more;\n"
        "                     inputs and outputs are floats all the same\n"
        "  --threads N        threads of --backend host (default: as many as the machine runs at once)\n"
        "  --input FILE.pb    an input as ONNX TensorProto; once for each input, in order\n"
        "  --reference FILE.pb  a reference output as ONNX TensorProto; once for each output, in order\n"
        "  --report FILE.json   write the results\n"
        "  --timeline FILE.svg  draw the best plan's simulated run\n"
        "  --trace FILE.json    write that run for Perfetto or chrome://tracing\n"
        "  --plan FILE.json     write the best plan\n"
        "  --help             this text\n"
        "\n"
        "Policies:\n";
    for (const named_policy& p : named_policies()) {
        text += "  " + std::string{p.name} + std::string(p.name.size() < 17 ? 17 - p.name.size() : 1, ' ') +
                std::string{p.description} + "\n";
    }
    return text +
           "Any other pair of an assignment and an order goes as ASSIGNMENT+ORDER:\n"
           "  assignments: " +
           list(assignment_names()) +
           "\n"
           "  orders:      " +
           list(order_names()) +
           "\n"
           "\n"
           "Exit status: 0 if all went well and every real output was that of the sequential run; 1 if not; 2 if the\n"
           "command line is wrong.\n";
}

} // namespace opara::run
