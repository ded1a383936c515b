// libFuzzer: bytes become a graph, a plan by some policy, and changes to the plan. The plan must be right; a changed
// one must be refused unless it still keeps every edge in every run that it allows.

#include <opara/plan/memory.hpp>
#include <opara/plan/partial_order.hpp>
#include <opara/plan/validate.hpp>
#include <opara/testing/random.hpp>
#include <opara/testing/random_kernels.hpp>
#include <opara/testing/recorder.hpp>
#include <tests/property/policies.hpp>
#include <tests/support/runs.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

namespace {

using opara::op_id;
using opara::test::runs;

[[noreturn]] void broken(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    std::abort();
}

// Gives away bytes; zeros when there are none left.
class source_of_bytes {
public:
    explicit source_of_bytes(std::span<const std::uint8_t> data) : data_{data} {}
    [[nodiscard]] bool empty() const { return at_ >= data_.size(); }
    std::size_t below(std::size_t limit) { return empty() ? 0 : data_[at_++] % limit; }

private:
    std::span<const std::uint8_t> data_;
    std::size_t at_ = 0;
};

opara::plan some_plan(const opara::frozen_graph& g, std::size_t assign_number, std::size_t order_number) {
    const opara::testing::random_kernels cost{g.size(), assign_number};
    opara::plan p;
    std::size_t i = 0;
    opara::test::for_each_assignment([&](const std::string&, const auto& assign) {
        if (i++ == assign_number) {
            std::size_t j = 0;
            opara::test::for_each_order([&](const std::string&, const auto& order) {
                if (j++ == order_number) {
                    p = opara::scheduler{assign, order}(g, cost);
                }
            });
        }
    });
    return p;
}

// One change or two: a plan that is quite wrong is refused for its form before its order is looked at.
opara::plan changed(const opara::plan& p, opara::testing::random_source& random) {
    std::vector<opara::command> commands(p.commands().begin(), p.commands().end());
    for (std::size_t changes = random.between(1, 2); changes > 0 && !commands.empty(); --changes) {
        const std::size_t at = random.below(commands.size());
        opara::command& c = commands[at];
        switch (random.below(6)) {
        case 0: commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(at)); break;
        case 1: std::swap(c, commands[random.below(commands.size())]); break;
        case 2: c.lane = opara::lane_id::from_index(random.below(p.lanes() + 1)); break;
        case 3: c.op = op_id::from_index(random.below(p.operators() + 1)); break;
        case 4: c.event = opara::event_id::from_index(random.below(p.events() + 1)); break;
        default: c.what = static_cast<opara::action>(random.below(3)); break;
        }
    }
    return opara::plan{p.operators(), p.lanes(), p.events(), std::move(commands)};
}

void judge(const opara::plan& p, const opara::frozen_graph& g) {
    if (opara::find_defect(p, g)) {
        return;
    }
    if (!runs(p, g)) {
        broken("the validator likes a plan that breaks an edge");
    }
    std::vector<opara::activation> activations;
    for (std::uint32_t v = 0; v < g.size(); ++v) {
        activations.push_back({.bytes = v + std::size_t{1}, .producer = op_id{v}, .users = {}});
        activations.back().users.assign(g.successors(op_id{v}).begin(), g.successors(op_id{v}).end());
    }
    const auto m = opara::lay_out(p, activations);
    if (m.peak_bytes > m.total_bytes || m.sequential_bytes > m.total_bytes) {
        broken("an arena larger than everything");
    }
    static_cast<void>(opara::captured_edges{p, [](op_id) { return true; }});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    source_of_bytes bytes{{data, size}};
    const std::size_t n = bytes.below(24);
    const std::size_t assign = bytes.below(10);
    const std::size_t order = bytes.below(6);
    std::vector<opara::edge> edges;
    for (std::size_t k = n == 0 ? 0 : bytes.below(48); k > 0; --k) {
        edges.push_back({op_id::from_index(bytes.below(n)), op_id::from_index(bytes.below(n))});
    }
    opara::frozen_graph g;
    try {
        g = opara::frozen_graph{n, edges, opara::duplicate_edges::merge};
    } catch (const opara::cycle_error& e) {
        for (std::size_t i = 0; i < e.cycle().size(); ++i) {
            const opara::edge step{e.cycle()[i], e.cycle()[(i + 1) % e.cycle().size()]};
            if (std::find(edges.begin(), edges.end(), step) == edges.end()) {
                broken("the cycle is none");
            }
        }
        return 0;
    }
    const opara::plan p = some_plan(g, assign, order);
    if (const auto found = opara::find_defect(p, g, {.waits = opara::minimality::required})) {
        broken("a policy's plan: " + found->what);
    }
    if (!opara::testing::recorder{p, g}.run(bytes.below(256)).legal()) {
        broken("a policy's plan fails in the recorder");
    }
    opara::testing::random_source random{bytes.below(256) * 256 + bytes.below(256)};
    for (int i = 0; i < 20; ++i) {
        judge(changed(p, random), g);
    }
    return 0;
}
