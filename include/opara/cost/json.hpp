/// @file
/// Devices and measured profiles as JSON, both ways. Needs nlohmann/json (component `json`).
#pragma once

#include <opara/core/error.hpp>
#include <opara/core/json.hpp>
#include <opara/cost/device.hpp>
#include <opara/cost/devices.hpp>
#include <opara/cost/kernel.hpp>
#include <opara/cost/measured.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace opara::inline OPARA_ABI::cost {

namespace detail {

// Calls `f(name, member)` for every number of a struct: the one list of keys that reading and writing share.
template <class F>
void for_each_number(device&, F&& f) {
    f("sms", &device::sms);
    f("threads_per_sm", &device::threads_per_sm);
    f("blocks_per_sm", &device::blocks_per_sm);
    f("registers_per_sm", &device::registers_per_sm);
    f("shared_bytes_per_sm", &device::shared_bytes_per_sm);
    f("shared_bytes_per_block", &device::shared_bytes_per_block);
    f("shared_bytes_reserved", &device::shared_bytes_reserved);
    f("shared_bytes_default", &device::shared_bytes_default);
    f("dram_gb_per_s", &device::dram_gb_per_s);
    f("l2_gb_per_s", &device::l2_gb_per_s);
    f("l2_bytes", &device::l2_bytes);
    f("l2_gb_per_s_per_sm", &device::l2_gb_per_s_per_sm);
    f("l2_bytes_per_dram_byte", &device::l2_bytes_per_dram_byte);
    f("dram_latency_us", &device::dram_latency_us);
    f("l2_latency_us", &device::l2_latency_us);
    f("delay_by_tensor", &device::delay_by_tensor);
    f("delay_by_plain", &device::delay_by_plain);
    f("fp32_tflops", &device::fp32_tflops);
    f("tensor_tflops", &device::tensor_tflops);
    f("tf32_tflops", &device::tf32_tflops);
}
template <class F>
void for_each_number(graph_costs&, F&& f) {
    f("edge_us", &graph_costs::edge_us);
    f("edge_to_empty_us", &graph_costs::edge_to_empty_us);
    f("programmatic_edge_us", &graph_costs::programmatic_edge_us);
    f("block_us", &graph_costs::block_us);
    f("fork_step_us", &graph_costs::fork_step_us);
    f("fork_limit", &graph_costs::fork_limit);
    f("wide_fork_us", &graph_costs::wide_fork_us);
    f("front_end_us", &graph_costs::front_end_us);
    f("relay_us", &graph_costs::relay_us);
    f("replay_us", &graph_costs::replay_us);
    f("channels", &graph_costs::channels);
    f("channel_join_us", &graph_costs::channel_join_us);
    f("further_channel_us", &graph_costs::further_channel_us);
    f("further_root_us", &graph_costs::further_root_us);
    f("memset_us", &graph_costs::memset_us);
    f("memcpy_us", &graph_costs::memcpy_us);
}
template <class F>
void for_each_number(kernel_costs&, F&& f) {
    f("floor_us", &kernel_costs::floor_us);
    f("ramp_us", &kernel_costs::ramp_us);
    f("split_us", &kernel_costs::split_us);
    f("layout_us", &kernel_costs::layout_us);
    f("tensor_share", &kernel_costs::tensor_share);
    f("fp32_share", &kernel_costs::fp32_share);
    f("simple_share", &kernel_costs::simple_share);
    f("dram_share", &kernel_costs::dram_share);
    f("l2_share", &kernel_costs::l2_share);
}
template <class F>
void for_each_number(kernel&, F&& f) {
    f("blocks", &kernel::blocks);
    f("threads", &kernel::threads);
    f("registers", &kernel::registers);
    f("shared_bytes", &kernel::shared_bytes);
    f("duration_us", &kernel::duration_us);
    f("dram_bytes", &kernel::dram_bytes);
    f("l2_bytes", &kernel::l2_bytes);
    f("fp32_flops", &kernel::fp32_flops);
    f("tensor_flops", &kernel::tensor_flops);
    f("in_flight_bytes", &kernel::in_flight_bytes);
}

template <class Struct>
nlohmann::ordered_json numbers_of(Struct value) {
    nlohmann::ordered_json object;
    for_each_number(value, [&](const char* key, auto member) { object[key] = value.*member; });
    return object;
}

// What is there replaces what `value` has. @throws parse_error  a number is none, or not of the kind that the key wants
template <class Struct>
void read_numbers(const opara::detail::json_place& place, Struct& value) {
    for_each_number(value, [&](const char* key, auto member) {
        if (!place.has(key)) {
            return;
        }
        auto& into = value.*member;
        if constexpr (std::is_same_v<std::remove_reference_t<decltype(into)>, std::uint32_t>) {
            into = static_cast<std::uint32_t>(place.at(key).number(std::numeric_limits<std::uint32_t>::max()));
        } else {
            into = place.at(key).real();
            if (into < 0.0) {
                place.at(key).fail("must not be negative");
            }
        }
    });
}
// @throws parse_error  a key is not there
template <class Struct>
void require_numbers(const opara::detail::json_place& place, Struct& value) {
    for_each_number(value, [&](const char* key, auto) { static_cast<void>(place.at(key)); });
}
// @throws parse_error  `object`, which is at `place`, is none, or has a key that is neither the struct's nor in
// `others`
template <class Struct>
void require_known(const opara::detail::json_place& place, const nlohmann::json& object, Struct& value,
                   std::initializer_list<std::string_view> others = {}) {
    if (!object.is_object()) {
        place.fail(std::string{"must be an object, is "} + object.type_name());
    }
    for (const auto& item : object.items()) {
        bool known = std::find(others.begin(), others.end(), item.key()) != others.end();
        for_each_number(value, [&](const char* name, auto) { known = known || item.key() == name; });
        if (!known) {
            place.fail("has an unknown key " + nlohmann::json(item.key()).dump());
        }
    }
}

} // namespace detail

/// A device as JSON, every number with its name. Format "opara-device", version 1.
[[nodiscard]] inline std::string to_json(const device& d) {
    nlohmann::ordered_json object{{"format", "opara-device"}, {"version", 1}, {"name", d.name}};
    object.update(detail::numbers_of(d));
    object["graph"] = detail::numbers_of(d.graph);
    object["kernels"] = detail::numbers_of(d.kernels);
    return object.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"; // a name may be no UTF-8
}

/// The device that `to_json` wrote, or that a person did:
/// @code
/// {"format": "opara-device", "version": 1, "name": "mine", "like": "h100", "sms": 114, "graph": {"edge_us": 0.7}}
/// @endcode
/// With "like", the name of a known device, every other key may be left out; without, all but "graph" and "kernels"
/// must be there (their numbers then are the H200's).
/// @throws parse_error  no JSON (with line and column), or no such device (with the JSON path of what is wrong)
[[nodiscard]] inline device device_from_json(std::string_view text) {
    const nlohmann::json document = opara::detail::parse_json(text);
    const opara::detail::json_place root{document};
    opara::detail::require_format(root, "opara-device");
    device d;
    if (root.has("like")) {
        const device* base = devices::find(root.at("like").text());
        if (base == nullptr) {
            std::string names;
            for (const std::string_view name : devices::names()) {
                names += (names.empty() ? "" : ", ") + std::string{name};
            }
            root.at("like").fail("must be one of " + names);
        }
        d = *base;
    } else {
        detail::require_numbers(root, d);
    }
    detail::require_known(root, document, d, {"format", "version", "name", "like", "graph", "kernels"});
    d.name = root.at("name").text();
    detail::read_numbers(root, d);
    const auto part = [&](const char* key, auto& value) {
        if (!root.has(key)) {
            return;
        }
        const auto place = root.at(key);
        detail::require_known(place, document[key], value);
        detail::read_numbers(place, value);
    };
    part("graph", d.graph);
    part("kernels", d.kernels);
    const auto require_positive = [](const opara::detail::json_place& place, std::initializer_list<const char*> keys) {
        for (const char* key : keys) {
            if (place.has(key) && place.at(key).real() == 0.0) {
                place.at(key).fail("must not be 0");
            }
        }
    };
    require_positive(root, {"sms", "threads_per_sm", "blocks_per_sm", "registers_per_sm", "dram_gb_per_s",
                            "l2_gb_per_s", "l2_gb_per_s_per_sm", "fp32_tflops", "tensor_tflops"});
    if (root.has("graph")) {
        require_positive(root.at("graph"), {"channels"});
    }
    if (root.has("kernels")) {
        require_positive(root.at("kernels"), {"tensor_share", "fp32_share", "simple_share", "dram_share", "l2_share"});
    }
    constexpr std::uint32_t most_sms = 65536; // blocks are counted in 32 bits
    if (d.sms > most_sms) {
        root.at("sms").fail("must not be above " + std::to_string(most_sms));
    }
    return d;
}

/// A profile as JSON, one measurement a line. Format "opara-profile", version 1.
[[nodiscard]] inline std::string to_json(const measured& profile) {
    std::string text = "{\"format\": \"opara-profile\", \"version\": 1, \"measurements\": [";
    const char* separator = "\n ";
    for (const auto& [key, cost] : profile.entries()) {
        nlohmann::ordered_json line{{"device", key.device}, {"kernel", key.kernel}, {"shapes", key.shapes}};
        line.update(detail::numbers_of(cost));
        if (cost.split == memory_split::shared) {
            line["split"] = "shared";
        }
        text += separator + line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        separator = ",\n ";
    }
    return text + (profile.size() == 0 ? "]}\n" : "\n]}\n");
}

/// The profile that `to_json` wrote. Of a measurement only device, kernel, shapes and duration_us must be there.
/// @throws parse_error  no JSON (with line and column), or no such profile (with the JSON path of what is wrong); a key
///         that is there twice
[[nodiscard]] inline measured measured_from_json(std::string_view text) {
    const nlohmann::json document = opara::detail::parse_json(text);
    const opara::detail::json_place root{document};
    opara::detail::require_format(root, "opara-profile");
    root.require_object({"format", "version", "measurements"});
    const auto list = root.at("measurements");
    list.require_array();
    measured profile;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto place = list.at(i);
        place.require_object({"device", "kernel", "shapes", "split", "blocks", "threads", "registers", "shared_bytes",
                              "duration_us", "dram_bytes", "l2_bytes", "fp32_flops", "tensor_flops",
                              "in_flight_bytes"});
        measured_key key{place.at("device").text(), place.at("kernel").text(), place.at("shapes").text()};
        static_cast<void>(place.at("duration_us"));
        kernel cost;
        detail::read_numbers(place, cost);
        if (place.has("split")) {
            if (place.at("split").text() != "shared") {
                place.at("split").fail("must be \"shared\" or left out");
            }
            cost.split = memory_split::shared;
        }
        if (profile.find(key) != nullptr) {
            place.fail("measures again what an earlier one did");
        }
        try {
            profile.set(std::move(key), cost);
        } catch (const error& e) {
            place.fail(e.what());
        }
    }
    return profile;
}

} // namespace opara::inline OPARA_ABI::cost
