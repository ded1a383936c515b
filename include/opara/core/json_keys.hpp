/// @file
/// Whether JSON text says something twice.
#pragma once

#include <opara/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::detail {

/// A key that an object of a JSON text has twice.
struct repeated_key {
    std::string_view key;   ///< as the text has it, without the quotes
    std::size_t offset = 0; ///< of the second one's quotation mark in the text
};

/// The first key that comes twice in the object that is complete first; nothing if all objects have different ones.
/// Readers of JSON disagree on which of the two counts. Keys are compared by what they mean: `"A"` is `"\u0041"`.
/// @param text  well-formed JSON
/// @param meaning  `meaning(key)` is the text of a key with escapes, as a string
/// O(n + k log k) for k keys.
template <class Meaning>
[[nodiscard]] std::optional<repeated_key> find_repeated_key(std::string_view text, Meaning meaning) {
    struct entry {
        std::string_view raw;
        std::string decoded; // only of a key with escapes
        [[nodiscard]] std::string_view key() const { return decoded.empty() ? raw : std::string_view{decoded}; }
    };
    struct level {
        bool is_object;
        std::size_t first_key;
    };
    std::vector<entry> keys; // of the objects that are open, from the outermost on
    std::vector<level> open;
    bool key_comes = false;
    const auto repeated = [&](std::size_t first) -> std::optional<repeated_key> {
        const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
        std::sort(begin, keys.end(), [](const entry& a, const entry& b) {
            return a.key() != b.key() ? a.key() < b.key() : a.raw.data() < b.raw.data();
        });
        const entry* found = nullptr;
        for (std::size_t k = first; k + 1 < keys.size(); ++k) {
            if (keys[k].key() == keys[k + 1].key() &&
                (found == nullptr || keys[k + 1].raw.data() < found->raw.data())) {
                found = &keys[k + 1];
            }
        }
        if (found == nullptr) {
            return std::nullopt;
        }
        return repeated_key{found->raw, static_cast<std::size_t>(found->raw.data() - text.data()) - 1};
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
        case '{':
            open.push_back({true, keys.size()});
            key_comes = true;
            break;
        case '[':
            open.push_back({false, keys.size()});
            key_comes = false;
            break;
        case '}':
        case ']':
            if (open.empty()) {
                return std::nullopt; // not well-formed
            }
            if (open.back().is_object) {
                if (const auto found = repeated(open.back().first_key)) {
                    return found;
                }
            }
            keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(open.back().first_key), keys.end());
            open.pop_back();
            key_comes = false;
            break;
        case ',': key_comes = !open.empty() && open.back().is_object; break;
        case '"': {
            const std::size_t start = at + 1;
            bool has_escapes = false;
            for (++at; at < text.size() && text[at] != '"'; ++at) {
                has_escapes = has_escapes || text[at] == '\\';
                at += text[at] == '\\' ? 1U : 0U;
            }
            if (key_comes) {
                const std::string_view raw = text.substr(start, std::min(at, text.size()) - start);
                keys.push_back({raw, has_escapes ? meaning(raw) : std::string{}});
                key_comes = false;
            }
            break;
        }
        default: break;
        }
    }
    return std::nullopt;
}

} // namespace opara::inline OPARA_ABI::detail
