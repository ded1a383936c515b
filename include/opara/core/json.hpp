/// @file
/// Reading JSON with complaints that say where: line and column for bad JSON, a JSON path for bad contents. Needs
/// nlohmann/json (component `json`), which only this header includes.
#pragma once

#include <opara/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opara::inline OPARA_ABI {

namespace detail {

/// A value inside a JSON document that knows where it is, so that a complaint can say so. Views a document that must
/// outlive it; its parents must, too.
class json_place {
public:
    explicit json_place(const nlohmann::json& document) : value_{&document} {}

    /// The member of an object. @throws parse_error  there is none
    [[nodiscard]] json_place at(const char* key) const {
        const auto found = value_->find(key);
        if (found == value_->end()) {
            fail(std::string{"has no \""} + key + "\"");
        }
        return {*found, *this, key, 0};
    }
    [[nodiscard]] bool has(const char* key) const { return value_->contains(key); }
    /// The element of an array.
    [[nodiscard]] json_place at(std::size_t index) const { return {(*value_)[index], *this, nullptr, index}; }
    [[nodiscard]] std::size_t size() const { return value_->size(); }
    [[nodiscard]] bool equals(const nlohmann::json& other) const { return *value_ == other; }

    /// @throws parse_error  it is no object, or has other keys than these
    void require_object(std::initializer_list<std::string_view> keys) const {
        if (!value_->is_object()) {
            fail(std::string{"must be an object, is "} + kind());
        }
        for (const auto& item : value_->items()) {
            if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) {
                fail("has an unknown key " + nlohmann::json(item.key()).dump());
            }
        }
    }
    /// @throws parse_error  it is no array
    void require_array() const {
        if (!value_->is_array()) {
            fail(std::string{"must be an array, is "} + kind());
        }
    }
    /// @throws parse_error  it is no whole number from 0 to `most`
    [[nodiscard]] std::uint64_t number(std::uint64_t most) const {
        if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() > most) {
            fail("must be a whole number from 0 to " + std::to_string(most) + ", is " + shown());
        }
        return value_->get<std::uint64_t>();
    }
    /// A number below a count that the document states elsewhere. @throws parse_error  it is not
    [[nodiscard]] std::uint32_t index(std::size_t count, const char* of_what) const {
        if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() >= count) {
            fail(std::string{"must be the number of one of "} + std::to_string(count) + " " + of_what + ", is " +
                 shown());
        }
        return value_->get<std::uint32_t>();
    }
    /// @throws parse_error  it is no whole number that fits 32 bits with a sign
    [[nodiscard]] std::int32_t signed_number() const {
        constexpr auto most = std::numeric_limits<std::int32_t>::max();
        constexpr auto least = std::numeric_limits<std::int32_t>::min();
        const bool fits = value_->is_number_unsigned()
                              ? value_->get<std::uint64_t>() <= most
                              : value_->is_number_integer() && value_->get<std::int64_t>() >= least;
        if (!fits) {
            fail("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", is " +
                 shown());
        }
        return value_->get<std::int32_t>();
    }
    /// @throws parse_error  it is no number
    [[nodiscard]] double real() const {
        if (!value_->is_number()) {
            fail("must be a number, is " + shown());
        }
        return value_->get<double>();
    }
    /// @throws parse_error  it is no text
    [[nodiscard]] const std::string& text() const {
        if (!value_->is_string()) {
            fail("must be a text, is " + shown());
        }
        return value_->get_ref<const std::string&>();
    }

    [[noreturn]] void fail(const std::string& what) const { throw parse_error{what, path()}; }

private:
    json_place(const nlohmann::json& value, const json_place& parent, const char* key, std::size_t index)
        : value_{&value}, parent_{&parent}, key_{key}, index_{index} {}

    [[nodiscard]] std::string path() const {
        if (parent_ == nullptr) {
            return "$";
        }
        return parent_->path() + (key_ != nullptr ? "." + std::string{key_} : "[" + std::to_string(index_) + "]");
    }
    [[nodiscard]] const char* kind() const { return value_->type_name(); }
    // The value, if it is short; nested ones are never written out.
    [[nodiscard]] std::string shown() const {
        if (value_->is_structured()) {
            return kind();
        }
        constexpr std::size_t most = 40;
        std::string written = value_->dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
        return written.size() <= most ? written : written.substr(0, most) + "...";
    }

    const nlohmann::json* value_;
    const json_place* parent_ = nullptr;
    const char* key_ = nullptr;
    std::size_t index_ = 0;
};

/// Reads the characters of a text, and lets others know where it is.
class followed_text {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    followed_text(const char* at, const char*& here) : at_{at}, here_{&here} {}
    reference operator*() const noexcept { return *at_; }
    followed_text& operator++() noexcept {
        *here_ = ++at_;
        return *this;
    }
    followed_text operator++(int) noexcept {
        const followed_text before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const followed_text& a, const followed_text& b) noexcept { return a.at_ == b.at_; }

private:
    const char* at_;
    const char** here_;
};

/// Where the quoted text in JSON begins whose closing quotation mark is the last character of this.
[[nodiscard]] inline std::size_t start_of_quoted(std::string_view text) {
    std::size_t at = text.size() - 1;
    std::size_t escapes = 0;
    do {
        at = text.rfind('"', at - 1);
        escapes = at - (text.find_last_not_of('\\', at - 1) + 1);
    } while (escapes % 2 != 0);
    return at;
}

/// Makes a document of what a parser of JSON meets, and complains about the second of two equal keys of one object:
/// readers of JSON disagree on which of the two counts.
class document_maker {
public:
    using json = nlohmann::json;

    /// @param here  how far the text has been read
    document_maker(std::string_view text, const char* const& here) : text_{text}, here_{&here} {}

    [[nodiscard]] json take() { return std::move(document_); }
    /// @throws parse_error  with this place
    [[noreturn]] void fail_at(const std::string& what, std::size_t offset) const {
        const std::string_view before = text_.substr(0, std::min(offset, text_.size()));
        const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
        const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
        throw opara::parse_error{what, "JSON", lines + 1, before.size() - line_start + 1};
    }

    // What the parser calls.
    bool null() { return add(nullptr) != nullptr; }
    bool boolean(bool x) { return add(x) != nullptr; }
    bool number_integer(json::number_integer_t x) { return add(x) != nullptr; }
    bool number_unsigned(json::number_unsigned_t x) { return add(x) != nullptr; }
    bool number_float(json::number_float_t x, const std::string&) { return add(x) != nullptr; }
    bool string(std::string& x) { return add(std::move(x)) != nullptr; }
    bool binary(json::binary_t& x) { return add(std::move(x)) != nullptr; } // which text never has
    bool start_object(std::size_t) { return open(json::object()); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_array() { return close(); }
    bool key(const std::string& name) {
        const auto [member, is_new] = open_.back()->get_ref<json::object_t&>().emplace(name, nullptr);
        if (!is_new) {
            const std::string_view before = text_.substr(0, static_cast<std::size_t>(*here_ - text_.data()));
            const std::size_t start = start_of_quoted(before);
            const std::string_view written = before.substr(start + 1, before.size() - start - 2);
            constexpr std::size_t most = 40;
            fail_at("the key \"" + std::string{written.substr(0, most)} + (written.size() > most ? "..." : "") +
                        "\" is there twice",
                    start);
        }
        member_ = &member->second;
        return true;
    }
    bool parse_error(std::size_t read, const std::string& token, const nlohmann::detail::exception& problem) const {
        if (dynamic_cast<const json::out_of_range*>(&problem) != nullptr) { // a number like 1e999
            fail_at("the number " + token.substr(0, 40) + " is too large", read - std::min(read, token.size()));
        }
        // Their messages begin with a tag and a place of their own, up to the first colon.
        const std::string message = problem.what();
        const std::size_t place = message.find(": ");
        fail_at(place == std::string::npos ? message : message.substr(place + 2), read == 0 ? 0 : read - 1);
    }

private:
    // Puts a value where the next one belongs.
    template <class Value>
    json* add(Value&& value) {
        if (open_.empty()) {
            document_ = std::forward<Value>(value);
            return &document_;
        }
        if (open_.back()->is_array()) {
            return &open_.back()->get_ref<json::array_t&>().emplace_back(std::forward<Value>(value));
        }
        *member_ = std::forward<Value>(value);
        return member_;
    }
    bool open(json&& empty) {
        open_.push_back(add(std::move(empty)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_;
    const char* const* here_;
    json document_;
    std::vector<json*> open_; // the objects and arrays that are not complete, from the outermost on
    json* member_ = nullptr;  // the value of the last key
};

/// Reads text as JSON. @throws parse_error  with line and column; also of a key that an object has twice
[[nodiscard]] inline nlohmann::json parse_json(std::string_view text) {
    const char* here = text.data();
    document_maker maker{text, here};
    static_cast<void>(nlohmann::json::sax_parse(followed_text{text.data(), here},
                                                followed_text{text.data() + text.size(), here}, &maker));
    return maker.take();
}

/// Makes sure that a document says what it is. @throws parse_error  it is another format, or another version of it
inline void require_format(const json_place& root, const char* format, std::uint32_t version = 1) {
    if (root.at("format").text() != format) {
        root.at("format").fail(std::string{"must be \""} + format + "\"");
    }
    if (root.at("version").number(std::numeric_limits<std::uint32_t>::max()) != version) {
        root.at("version").fail("this library reads version " + std::to_string(version));
    }
}

} // namespace detail

} // namespace opara::inline OPARA_ABI
