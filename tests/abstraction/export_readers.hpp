/// @file
/// Readers of the export formats, written from the formats' own pages and not from the writers: what a file says.
#pragma once

#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace opara::abstraction::test {

using state_list = std::vector<std::size_t>;

/// What a file says of a system.
struct content {
    std::set<std::size_t> initial;                      ///< where runs begin
    std::vector<state_list> successors;                 ///< of each state, in the file's order
    std::map<std::string, std::set<std::size_t>> where; ///< the states in which each proposition holds

    friend bool operator==(const content&, const content&) = default;
};

/// What it should say. @param named  whether the format also names what holds nowhere
inline content expected(const transition_system& t, bool named = true) {
    content c;
    for (const state_id s : t.initial()) {
        c.initial.insert(s.index());
    }
    for (std::size_t s = 0; s < t.size(); ++s) {
        c.successors.emplace_back();
        for (const state_id to : t.successors(state_id::from_index(s))) {
            c.successors.back().push_back(to.index());
        }
    }
    for (const labelling& l : t.labels()) {
        std::set<std::size_t> sure;
        std::set<std::size_t> possible;
        for (std::size_t s = 0; s < t.size(); ++s) {
            if (l.holds[s] != truth::no) {
                possible.insert(s);
            }
            if (l.holds[s] == truth::yes) {
                sure.insert(s);
            }
        }
        if (named || !sure.empty()) {
            c.where[l.name] = sure;
        }
        if (possible != sure) {
            c.where["possibly_" + l.name] = possible;
        }
    }
    return c;
}

inline std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// Aldebaran: propositions are loops, and one more state begins where there are several beginnings.
inline content read_aldebaran(const std::string& text) {
    const std::vector<std::string> lines = lines_of(text);
    std::size_t first = 0;
    std::size_t transitions = 0;
    std::size_t states = 0;
    REQUIRE(std::sscanf(lines.at(0).c_str(), "des (%zu,%zu,%zu)", &first, &transitions, &states) == 3);
    REQUIRE(lines.size() == transitions + 1);
    content c;
    c.successors.resize(states);
    for (std::size_t k = 1; k < lines.size(); ++k) {
        const std::size_t open = lines[k].find(",\"");
        const std::size_t close = lines[k].rfind("\",");
        REQUIRE((lines[k].front() == '(' && lines[k].back() == ')' && close > open && close != std::string::npos));
        const std::size_t from = std::stoul(lines[k].substr(1));
        const std::size_t to = std::stoul(lines[k].substr(close + 2));
        const std::string label = lines[k].substr(open + 2, close - open - 2);
        REQUIRE((from < states && to < states));
        if (label == "step") {
            c.successors[from].push_back(to);
        } else if (label == "start") {
            REQUIRE((from == first && first == states - 1));
            c.initial.insert(to);
        } else {
            REQUIRE(from == to);
            c.where[label].insert(from);
        }
    }
    if (c.initial.empty()) {
        c.initial.insert(first);
    } else {
        c.successors.pop_back();
    }
    return c;
}

/// PRISM's .tra and .lab.
inline content read_prism(const std::string& transitions, const std::string& labels) {
    content c;
    std::istringstream in{transitions};
    std::size_t states = 0;
    std::size_t choices = 0;
    std::size_t branches = 0;
    in >> states >> choices >> branches;
    REQUIRE(choices == branches);
    c.successors.resize(states);
    std::size_t last = 0;
    for (std::size_t k = 0; k < branches; ++k) {
        std::size_t from = 0;
        std::size_t choice = 0;
        std::size_t to = 0;
        double probability = 0;
        REQUIRE((in >> from >> choice >> to >> probability));
        REQUIRE((from >= last && from < states && to < states && probability == 1.0));
        REQUIRE(choice == c.successors[from].size());
        c.successors[from].push_back(to);
        last = from;
    }
    REQUIRE((in >> std::ws).eof());
    const std::vector<std::string> lines = lines_of(labels);
    std::map<std::size_t, std::string> names;
    std::istringstream header{lines.at(0)};
    for (std::string word; header >> word;) {
        const std::size_t open = word.find("=\"");
        REQUIRE((open != std::string::npos && word.back() == '"'));
        const std::string name = word.substr(open + 2, word.size() - open - 3);
        names[std::stoul(word)] = name;
        if (name != "init" && name != "deadlock") {
            c.where[name];
        }
    }
    for (std::size_t k = 1; k < lines.size(); ++k) {
        std::istringstream line{lines[k].substr(lines[k].find(':') + 1)};
        const std::size_t state = std::stoul(lines[k]);
        REQUIRE(state < states);
        for (std::size_t number = 0; line >> number;) {
            const std::string& name = names.at(number);
            REQUIRE(name != "deadlock");
            (name == "init" ? c.initial : c.where[name]).insert(state);
        }
    }
    return c;
}

/// Storm's DRN.
inline content read_drn(const std::string& text) {
    content c;
    std::size_t states = 0;
    std::size_t choices = 0;
    std::size_t seen = 0;
    std::vector<std::string> lines = lines_of(text);
    std::size_t k = 0;
    for (; lines.at(k) != "@model"; ++k) {
        if (lines[k] == "@nr_states") {
            states = std::stoul(lines.at(++k));
        } else if (lines[k] == "@nr_choices") {
            choices = std::stoul(lines.at(++k));
        } else {
            REQUIRE((lines[k].empty() || lines[k].front() == '@'));
        }
    }
    for (++k; k < lines.size(); ++k) {
        std::istringstream line{lines[k]};
        std::string word;
        line >> word;
        if (word == "state") {
            std::size_t number = 0;
            line >> number;
            REQUIRE(number == c.successors.size());
            c.successors.emplace_back();
            while (line >> std::ws && line.peek() != std::char_traits<char>::eof()) {
                if (line.peek() == '"') {
                    line.get();
                    std::getline(line, word, '"');
                } else {
                    line >> word;
                }
                (word == "init" ? c.initial : c.where[word]).insert(number);
            }
        } else if (word == "action") {
            ++seen;
        } else {
            std::string colon;
            std::string probability;
            line >> colon >> probability;
            REQUIRE((colon == ":" && probability == "1"));
            c.successors.back().push_back(std::stoul(word));
        }
    }
    REQUIRE((c.successors.size() == states && seen == choices));
    return c;
}

/// HOA with state labels.
inline content read_hoa(const std::string& text) {
    content c;
    std::vector<std::string> names;
    std::size_t states = 0;
    bool body = false;
    bool ended = false;
    for (const std::string& line : lines_of(text)) {
        REQUIRE_FALSE(ended);
        std::istringstream in{line.substr(line.find(':') + 1)};
        if (line == "--BODY--") {
            body = true;
        } else if (line == "--END--") {
            ended = true;
        } else if (!body && line.rfind("States:", 0) == 0) {
            in >> states;
        } else if (!body && line.rfind("Start:", 0) == 0) {
            std::size_t s = 0;
            in >> s;
            c.initial.insert(s);
        } else if (!body && line.rfind("AP:", 0) == 0) {
            std::size_t count = 0;
            in >> count;
            for (char q = 0; in >> q;) {
                std::string name;
                for (char x = 0; in.get(x) && x != '"';) {
                    name += x == '\\' ? static_cast<char>(in.get()) : x;
                }
                names.push_back(name);
                c.where[name];
            }
            REQUIRE(names.size() == count);
        } else if (body && line.rfind("State:", 0) == 0) {
            const std::size_t close = line.find(']');
            std::istringstream label{line.substr(8, close - 8)};
            REQUIRE(std::stoul(line.substr(close + 1)) == c.successors.size());
            std::size_t k = 0;
            for (std::string literal; label >> literal;) {
                if (literal != "&" && literal != "t") {
                    const bool negated = literal.front() == '!';
                    REQUIRE(std::stoul(literal.substr(negated ? 1 : 0)) == k);
                    if (!negated) {
                        c.where[names.at(k)].insert(c.successors.size());
                    }
                    ++k;
                }
            }
            REQUIRE(k == names.size());
            c.successors.emplace_back();
        } else if (body) {
            c.successors.back().push_back(std::stoul(line));
        }
    }
    REQUIRE((ended && c.successors.size() == states));
    return c;
}

/// The files of a tar archive, and in which order they come.
inline std::vector<std::pair<std::string, std::string>> read_tar(const std::string& bytes) {
    std::vector<std::pair<std::string, std::string>> files;
    REQUIRE(bytes.size() % 512 == 0);
    std::size_t at = 0;
    while (bytes.at(at) != '\0') {
        const std::string header = bytes.substr(at, 512);
        REQUIRE(header.substr(257, 8) == std::string{"ustar\00000", 8});
        std::size_t sum = 0;
        for (std::size_t k = 0; k < 512; ++k) {
            sum += k >= 148 && k < 156 ? std::size_t{' '} : static_cast<unsigned char>(header[k]);
        }
        REQUIRE(std::stoul(header.substr(148, 8), nullptr, 8) == sum);
        REQUIRE(header[156] == '0');
        const std::size_t size = std::stoul(header.substr(124, 12), nullptr, 8);
        files.emplace_back(header.substr(0, header.find('\0')), bytes.substr(at + 512, size));
        REQUIRE(files.back().second.size() == size);
        at += 512 + (size + 511) / 512 * 512;
    }
    REQUIRE(bytes.size() == at + 1024);
    REQUIRE(bytes.find_first_not_of('\0', at) == std::string::npos);
    return files;
}

/// A circuit in AIGER's binary format, and what it does.
class circuit {
public:
    explicit circuit(const std::string& bytes) {
        std::istringstream in{bytes};
        std::string magic;
        std::size_t most = 0;
        std::size_t outputs = 0;
        std::size_t gates = 0;
        in >> magic >> most >> inputs_ >> latches_ >> outputs >> gates;
        REQUIRE((magic == "aig" && outputs == 1 && most == inputs_ + latches_ + gates));
        next_.resize(latches_);
        for (std::size_t& n : next_) {
            in >> n;
        }
        in >> bad_;
        REQUIRE(in.get() == '\n');
        const auto delta = [&] {
            std::size_t value = 0;
            for (unsigned shift = 0;; shift += 7) {
                const int byte = in.get();
                REQUIRE(byte >= 0);
                value |= static_cast<std::size_t>(byte & 0x7F) << shift;
                if ((byte & 0x80) == 0) {
                    return value;
                }
            }
        };
        for (std::size_t k = 0; k < gates; ++k) {
            const std::size_t self = 2 * (inputs_ + latches_ + k + 1);
            const std::size_t a = self - delta();
            const std::size_t b = a - delta();
            REQUIRE((a < self && b <= a));
            gates_.emplace_back(a, b);
        }
        std::getline(in, symbols_, '\0');
    }
    [[nodiscard]] std::size_t inputs() const { return inputs_; }
    [[nodiscard]] const std::string& symbols() const { return symbols_; }

    /// One step: the next state, and whether this one is bad.
    [[nodiscard]] std::pair<std::size_t, bool> step(std::size_t state, std::size_t input) const {
        std::vector<bool> value{false};
        for (std::size_t k = 0; k < inputs_; ++k) {
            value.push_back(((input >> k) & 1U) != 0);
        }
        for (std::size_t k = 0; k < latches_; ++k) {
            value.push_back(((state >> k) & 1U) != 0);
        }
        const auto of = [&](std::size_t literal) { return value[literal / 2] != (literal % 2 == 1); };
        for (const auto& [a, b] : gates_) {
            value.push_back(of(a) && of(b));
        }
        std::size_t next = 0;
        for (std::size_t k = 0; k < latches_; ++k) {
            next |= of(next_[k]) ? std::size_t{1} << k : 0U;
        }
        return {next, of(bad_)};
    }

private:
    std::size_t inputs_ = 0;
    std::size_t latches_ = 0;
    std::vector<std::size_t> next_;
    std::size_t bad_ = 0;
    std::vector<std::pair<std::size_t, std::size_t>> gates_;
    std::string symbols_;
};

/// Decides SMV's expressions, of the kinds that occur, for a state and a next one.
class smv_module {
public:
    using valuation = std::map<std::string, std::size_t>;

    explicit smv_module(const std::string& text) {
        std::istringstream in{text};
        std::string word;
        std::string* part = nullptr;
        for (std::string line; std::getline(in, line);) {
            if (line == "VAR" || line == "MODULE main") {
                part = nullptr;
            } else if (line == "INIT" || line == "TRANS") {
                part = &(line == "INIT" ? init_ : trans_);
            } else if (line.rfind("DEFINE ", 0) == 0) {
                part = &defines_[line.substr(7, line.size() - 10)];
            } else if (line.rfind("CTLSPEC ", 0) == 0) {
                properties_.push_back(line.substr(8));
                part = nullptr;
            } else if (part != nullptr) {
                *part += line + "\n";
            } else {
                char name[32];
                std::size_t most = 0;
                REQUIRE(std::sscanf(line.c_str(), " %31[a-z0-9] : 0..%zu;", name, &most) == 2);
                variables_.emplace_back(name, most);
            }
        }
    }
    [[nodiscard]] const std::vector<std::pair<std::string, std::size_t>>& variables() const { return variables_; }
    [[nodiscard]] const std::map<std::string, std::string>& defines() const { return defines_; }
    [[nodiscard]] const std::vector<std::string>& properties() const { return properties_; }

    [[nodiscard]] bool initial(const valuation& v) { return holds(init_, v, v); }
    [[nodiscard]] bool follows(const valuation& v, const valuation& next) { return holds(trans_, v, next); }
    [[nodiscard]] bool holds(const std::string& expression, const valuation& v, const valuation& next) {
        text_ = expression;
        at_ = 0;
        now_ = &v;
        next_ = &next;
        const bool result = disjunction();
        REQUIRE(accept(";"));
        REQUIRE((skip(), at_ == text_.size()));
        return result;
    }

private:
    void skip() { at_ = std::min(text_.find_first_not_of(" \n", at_), text_.size()); }
    bool accept(const std::string& token) {
        skip();
        const bool there = text_.compare(at_, token.size(), token) == 0;
        at_ += there ? token.size() : 0;
        return there;
    }
    bool disjunction() {
        bool result = conjunction();
        while (accept("|")) {
            const bool right = conjunction();
            result = result || right;
        }
        return result;
    }
    bool conjunction() {
        bool result = atom();
        while (accept("&")) {
            const bool right = atom();
            result = result && right;
        }
        return result;
    }
    bool atom() {
        if (accept("(")) {
            const bool result = disjunction();
            REQUIRE(accept(")"));
            return result;
        }
        if (accept("FALSE")) {
            return false;
        }
        if (accept("TRUE")) {
            return true;
        }
        if (accept("case")) {
            bool result = false;
            for (bool done = false; !accept("esac");) {
                const bool condition = disjunction();
                REQUIRE(accept(":"));
                const bool value = disjunction();
                REQUIRE(accept(";"));
                result = condition && !done ? value : result;
                done = done || condition;
            }
            return result;
        }
        const std::size_t left = value();
        if (accept("=")) {
            return left == value();
        }
        REQUIRE(accept("in"));
        const std::size_t low = value();
        REQUIRE(accept(".."));
        const std::size_t high = value();
        return low <= left && left <= high;
    }
    std::size_t value() {
        skip();
        if (accept("next(")) {
            const std::size_t result = next_->at(word());
            REQUIRE(accept(")"));
            return result;
        }
        const std::string w = word();
        return w[0] >= '0' && w[0] <= '9' ? std::stoul(w) : now_->at(w);
    }
    std::string word() {
        const std::size_t end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", at_);
        std::string w = text_.substr(at_, end - at_);
        REQUIRE_FALSE(w.empty());
        at_ = end;
        return w;
    }

    std::string init_;
    std::string trans_;
    std::map<std::string, std::string> defines_;
    std::vector<std::string> properties_;
    std::vector<std::pair<std::string, std::size_t>> variables_;
    std::string text_;
    std::size_t at_ = 0;
    const valuation* now_ = nullptr;
    const valuation* next_ = nullptr;
};

} // namespace opara::abstraction::test
