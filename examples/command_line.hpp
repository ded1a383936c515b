/// @file
/// The command line of a program whose options are words like `--seed 7`.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace opara::examples {

/// A command line that makes no sense.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

namespace detail {
template <class T>
[[nodiscard]] T number(const std::string& option, std::string_view text, const char* kind) {
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) {
        throw usage_error{option + " takes " + kind + ", not '" + std::string{text} + "'"};
    }
    return value;
}
} // namespace detail

/// A finite number. @throws usage_error  it is none
[[nodiscard]] inline double real(const std::string& option, std::string_view text) {
    const auto value = detail::number<double>(option, text, "numbers");
    if (!std::isfinite(value)) {
        throw usage_error{option + " takes finite numbers, not '" + std::string{text} + "'"};
    }
    return value;
}
/// A whole number from 0 on. @throws usage_error  it is none
[[nodiscard]] inline std::size_t whole(const std::string& option, std::string_view text) {
    return detail::number<std::size_t>(option, text, "a whole number");
}
/// A whole number from 1 on. @throws usage_error  it is none
[[nodiscard]] inline std::size_t count(const std::string& option, std::string_view text) {
    constexpr const char* kind = "a whole number from 1 on";
    const auto value = detail::number<std::size_t>(option, text, kind);
    if (value == 0) {
        throw usage_error{option + " takes " + kind + ", not '0'"};
    }
    return value;
}
/// Values with commas between them, each as `read(option, text)` has it.
template <class Read>
[[nodiscard]] auto list(const std::string& option, std::string_view text, Read read) {
    std::vector<decltype(read(option, text))> values;
    for (;;) {
        const std::size_t comma = text.find(',');
        values.push_back(read(option, text.substr(0, comma)));
        if (comma == std::string_view::npos) {
            return values;
        }
        text.remove_prefix(comma + 1);
    }
}

/// What a program may be told: one word, and options, whose values are the next word or follow a `=`.
///
/// @code
/// command_line line{"system", a.system};
/// line.flag("--resume", a.resume);
/// line.option("--seed", [&](const std::string& name, const std::string& value) { a.seed = whole(name, value); });
/// a.help = !line.read(words);
/// @endcode
class command_line {
public:
    /// Takes the option's name and its value.
    using reader = std::function<void(const std::string& name, const std::string& value)>;

    /// @param what  the word's meaning, for messages @param to  where it goes
    command_line(std::string what, std::string& to) : what_{std::move(what)}, word_{to} {}

    /// An option without value.
    void flag(std::string name, bool& to) {
        options_.push_back({std::move(name), kind::flag, [&to](const std::string&, const std::string&) { to = true; }});
    }
    /// An option with a value.
    void option(std::string name, reader read) { options_.push_back({std::move(name), kind::valued, std::move(read)}); }
    /// An option with a value that may come again, with another one.
    void repeatable(std::string name, reader read) {
        options_.push_back({std::move(name), kind::repeatable, std::move(read)});
    }
    /// An option with a value that is taken as it is.
    void option(std::string name, std::string& to) {
        option(std::move(name), [&to](const std::string&, const std::string& value) { to = value; });
    }
    /// An option that may be followed by a whole number; if it is not, its value is empty.
    void option_or_number(std::string name, reader read) {
        options_.push_back({std::move(name), kind::number, std::move(read)});
    }

    /// Reads the words. @returns false if help was asked for, of which there is no more to read
    /// @throws usage_error  an option is unknown, lacks its value or comes again, there are two words or none; and what
    /// readers throw
    [[nodiscard]] bool read(const std::vector<std::string>& words) const {
        std::vector<const one*> given;
        for (std::size_t k = 0; k < words.size(); ++k) {
            const std::string& word = words[k];
            const std::size_t sign = word.starts_with("--") ? word.find('=') : std::string::npos; // --seed=7
            const std::string name = word.substr(0, sign);
            if (name == "--help" || name == "-h") {
                return false;
            }
            if (name.empty() || name[0] != '-') {
                if (!word_.empty()) {
                    throw usage_error{"one " + what_ + " at a time: '" + word_ + "' or '" + name + "'?"};
                }
                word_ = name;
                continue;
            }
            const one& known = find(name);
            // Of two values one would be ignored, and nobody would know that this was not asked.
            if (known.what != kind::repeatable && std::find(given.begin(), given.end(), &known) != given.end()) {
                throw usage_error{name + " is given twice"};
            }
            given.push_back(&known);
            if (sign != std::string::npos) {
                const std::string value = word.substr(sign + 1);
                if (known.what == kind::flag || value.empty()) {
                    throw usage_error{name + (value.empty() ? " takes something, not ''" : " takes no value")};
                }
                known.read(name, value);
                continue;
            }
            const bool is_last = k + 1 == words.size();
            const std::string next = is_last ? std::string{} : words[k + 1];
            const bool needs_value = known.what == kind::valued || known.what == kind::repeatable;
            if (needs_value && next.empty()) {
                throw usage_error{name + (is_last ? " lacks its value" : " takes something, not ''")};
            }
            const bool takes_next = needs_value || (known.what == kind::number && is_like_a_number(next));
            known.read(name, takes_next ? next : std::string{});
            k += takes_next ? 1 : 0;
        }
        if (word_.empty()) {
            throw usage_error{"a " + what_ + " is needed"};
        }
        return true;
    }

private:
    enum class kind : unsigned char { flag, valued, repeatable, number };
    struct one {
        std::string name;
        kind what;
        reader read;
    };

    // Whether somebody meant a number, though perhaps not one that will do.
    [[nodiscard]] static bool is_like_a_number(std::string_view word) {
        const std::size_t digit = word.find_first_not_of("+-.");
        return digit <= 2 && digit < word.size() && word[digit] >= '0' && word[digit] <= '9';
    }
    [[nodiscard]] const one& find(const std::string& name) const {
        for (const one& o : options_) {
            if (o.name == name) {
                return o;
            }
        }
        throw usage_error{"unknown option " + name};
    }

    std::string what_;
    std::string& word_;
    std::vector<one> options_;
};

} // namespace opara::examples
