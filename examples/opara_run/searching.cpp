#include <examples/opara_run/policies.hpp>
#include <examples/opara_run/searching.hpp>
#include <opara/core/hash.hpp>
#include <opara/cost/json.hpp>
#include <opara/search/fingerprint.hpp>
#include <opara/search/improve.hpp>
#include <opara/search/improve_measured.hpp>
#include <opara/search/json.hpp>
#include <opara/search/portfolio.hpp>
#include <opara/search/static_choice.hpp>
#include <opara/version.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>

namespace opara::run {

namespace {

// The extents of everything that goes in, which decide all others.
std::string shapes_of(const onnx::network& net) {
    std::string text;
    for (const onnx::value_id v : net.inputs) {
        text += (text.empty() ? "" : ", ") + net[v].name;
        char before = ' ';
        for (const std::int64_t extent : net[v].dims) {
            text += before + std::to_string(extent);
            before = 'x';
        }
    }
    return text;
}

// Which kernels an engine offers: by their launches, as measured times differ from run to run.
std::uint64_t launches_of(const search::variant_table& variants) {
    stable_hash h;
    for (std::size_t v = 0; v < variants.size(); ++v) {
        for (const search::variant& one : variants.of(op_id::from_index(v))) {
            const cost::kernel& k = one.kernel;
            h.add(k.blocks).add(k.threads).add(k.registers).add(k.shared_bytes).add(one.kernels);
        }
        h.add(variants.of(op_id::from_index(v)).size());
    }
    return h.value();
}

search::plan_key key_of(const arguments& a, const model& m, const search_space& space, const cuda_runner* gpu) {
    const std::string version = "opara " + std::to_string(OPARA_VERSION_MAJOR) + "." +
                                std::to_string(OPARA_VERSION_MINOR) + "." + std::to_string(OPARA_VERSION_PATCH);
    std::string edges = a.programmatic ? ", programmatic edges" : ", whole edges";
    if (a.precision != engine::precision::tf32) {
        edges += ", " + std::string{engine::name_of(a.precision)};
    }
    return {.graph = search::fingerprint(space.graph),
            .shapes = shapes_of(m.net),
            .device = gpu != nullptr ? gpu->summary().gpu : "simulated: " + cost::to_json(space.device),
            .driver = gpu != nullptr ? cuda_software() : version,
            .kernels = gpu != nullptr ? version + edges + ", " + std::to_string(launches_of(space.variants))
                                      : std::to_string(search::fingerprint(space.variants))};
}

search_summary summary_of(const search::measured_improvement& found) {
    const double policy_us = found.policy.which.us;
    const double chosen_us = found.in_simulation.which.us;
    return {found.seconds,
            found.simulated.steps,
            found.simulated.simulations,
            found.simulated.parts,
            measured_search_summary{found.finalists.size(), found.tried, found.accepted, found.policy.which.name,
                                    policy_us > 0.0 ? chosen_us / policy_us : 1.0, found.in_simulation.to_policy,
                                    found.by_measurement.to_policy, found.by_measurement.to_sequential},
            {}};
}

// The measured latency of the plan to use, which is one of those that were compared last.
double measured_us(const search::measured_improvement& found) {
    for (const search::verdict* v : {&found.by_measurement, &found.in_simulation, &found.policy}) {
        if (v->which.what == found.best) {
            return v->us.median;
        }
    }
    return found.sequential.us.median;
}

// By measurement: all variants, times as the edges are going to be, and what the policies come to at the start.
searched_plans measured(const arguments& a, const search_space& space, const cost::table& estimated, cuda_runner& gpu) {
    const search::variant_table early =
        a.programmatic ? gpu.tune(estimated, space.device, true) : search::variant_table{};
    std::vector<plan> also;
    for (const double price : {0.0, search::static_choice_options{}.off_path}) {
        const std::vector<variant_id> choice =
            search::static_choice(space.graph, space.variants, space.device, {.off_path = price});
        for (const char* policy : {"nimble", "earliest_finish"}) {
            also.push_back(search::with_variants(make_policy(policy, {.lanes = 8})(space.graph, space.costs), choice));
        }
    }
    const auto sample = [&](std::span<const plan* const> plans, std::size_t rounds) {
        return gpu.sample(plans, rounds);
    };
    search::measured_options options{.seconds = *a.search, .finalists = {.also = std::move(also)}};
    options.emission.programmatic = a.programmatic;
    search::measured_improvement found =
        search::improve_measured(space.graph, a.programmatic ? early : space.variants, space.device, sample, options);
    searched_plans result{.plans = {}, .summary = summary_of(found), .us = measured_us(found)};
    result.plans.emplace_back("searched", std::move(found.in_simulation.which.what));
    result.plans.emplace_back("searched_measured", std::move(found.best));
    return result;
}

} // namespace

searched_plans search_plans(const arguments& a, const model& m, const search_space& space, const cost::table& estimated,
                            cuda_runner* gpu, progress& steps) {
    const char* const name = gpu != nullptr ? "searched_measured" : "searched";
    std::optional<search::plan_cache> cache;
    search::plan_key key;
    if (a.plan_cache) {
        std::error_code failure; // before the search, not after it
        std::filesystem::create_directories(*a.plan_cache, failure);
        if (failure) {
            throw error{"--plan-cache: cannot make the folder " + *a.plan_cache + ": " + failure.message()};
        }
        cache.emplace(*a.plan_cache);
        key = key_of(a, m, space, gpu);
        if (std::optional<search::cached_plan> known = cache->find(key, space.graph)) {
            searched_plans result;
            result.plans.emplace_back(name, std::move(known->what));
            result.summary.taken_from = cache->path(key);
            return result;
        }
    }
    steps.step("searching");
    searched_plans result;
    if (gpu != nullptr) {
        result = measured(a, space, estimated, *gpu);
    } else {
        search::improvement found =
            search::improve(space.graph, space.variants, space.device, {.limit = {.seconds = *a.search}});
        result.summary = {found.seconds, found.steps, found.simulations, found.parts, {}, {}};
        result.us = found.winner().us;
        result.plans.emplace_back(name, found.winner().what);
    }
    if (cache) {
        char how_long[32];
        std::snprintf(how_long, sizeof how_long, "%g s", *a.search);
        cache->store(
            key,
            {.what = result.plans.back().second, .us = result.us, .found_by = std::string{name} + ", " + how_long});
    }
    return result;
}

} // namespace opara::run
