#include <examples/drl/training/identity.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace opara::examples::drl {

namespace {

// With hyper-parameters one by one.
named_values flat(const named_values& parts) {
    named_values all;
    for (const auto& [name, value] : parts) {
        if (name != "recipe") {
            all.emplace_back(name, value);
            continue;
        }
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::string_view one = rest.substr(0, rest.find(' '));
            rest.remove_prefix(std::min(one.size() + 1, rest.size()));
            if (!one.empty()) {
                const std::size_t equals = std::min(one.find('='), one.size());
                all.emplace_back(one.substr(0, equals), one.substr(std::min(equals + 1, one.size())));
            }
        }
    }
    return all;
}

const std::string* value_of(const named_values& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == name; });
    return found == all.end() ? nullptr : &found->second;
}

} // namespace

named_values parts_of(const identity& of) {
    return {{"system", of.system},
            {"agent", of.agent},
            {"grid", of.grid},
            {"observe", of.observe},
            {"recipe", of.recipe},
            {"seed", std::to_string(of.seed)},
            {"environments", std::to_string(of.environments)}};
}

std::string difference_between(const named_values& there, const named_values& here) {
    const named_values old = flat(there);
    const named_values now = flat(here);
    std::string text;
    for (const auto& [name, value] : old) {
        const std::string* const other = value_of(now, name);
        if (other == nullptr || *other != value) {
            text += (text.empty() ? "" : "; ") + name + " is " + value + " there and " +
                    (other == nullptr ? "not set" : *other) + " here";
        }
    }
    for (const auto& [name, value] : now) {
        if (value_of(old, name) == nullptr) {
            text += (text.empty() ? "" : "; ") + name + " is not set there and " + value + " here";
        }
    }
    return text;
}

} // namespace opara::examples::drl
