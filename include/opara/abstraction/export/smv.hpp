/// @file
/// Transition systems as modules of NuSMV and nuXmv.
#pragma once

#include <opara/abstraction/export/coordinates.hpp>
#include <opara/abstraction/export/property.hpp>
#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/formula.hpp>
#include <opara/abstraction/transition_system.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

inline bool is_smv_word(std::string_view name) {
    for (const std::string_view taken :
         {"A",         "ABF",        "ABG",       "abs",     "AF",     "AG",     "array",      "ASSIGN",  "at",
          "AX",        "bool",       "boolean",   "BU",      "case",   "clock",  "COMPASSION", "COMPID",  "COMPUTE",
          "CONSTANTS", "CONSTRAINT", "count",     "CTLSPEC", "DEFINE", "E",      "EBF",        "EBG",     "EF",
          "EG",        "else",       "esac",      "EX",      "extend", "F",      "FAIRNESS",   "FALSE",   "floor",
          "FROZENVAR", "FUN",        "G",         "H",       "IN",     "in",     "INIT",       "init",    "Integer",
          "integer",   "INVAR",      "INVARSPEC", "ISA",     "ITYPE",  "IVAR",   "JUSTICE",    "LTLSPEC", "LTLWFF",
          "MAX",       "max",        "MDEFINE",   "MIN",     "min",    "MIRROR", "mod",        "MODULE",  "NAME",
          "next",      "NEXTWFF",    "noncont",   "O",       "of",     "PRED",   "PREDICATES", "process", "PSLSPEC",
          "real",      "Real",       "resize",    "READ",    "S",      "self",   "signed",     "SIMPWFF", "sizeof",
          "SPEC",      "swconst",    "T",         "toint",   "TRANS",  "TRUE",   "typeof",     "U",       "union",
          "unsigned",  "urgent",     "uwconst",   "V",       "VALID",  "VAR",    "word",       "word1",   "WRITE",
          "X",         "xnor",       "xor",       "Word",    "X0",     "Y",      "Z"}) {
        if (name == taken) {
            return false;
        }
    }
    return is_word(name);
}

// Sets of states as formulas over their coordinates: boxes where they are boxes, else split by one coordinate after the
// other.
template <state_coordinates Coordinates>
class smv_writer {
public:
    smv_writer(writer& out, const transition_system& system, const Coordinates& coordinates)
        : out_{out}, system_{system}, coordinates_{coordinates} {
        for (std::size_t i = 0; i < coordinates.dimensions(); ++i) {
            names_.emplace_back(coordinates.name(i));
        }
    }
    // Ascending by coordinates, each once.
    void sort(std::vector<state_id>& states) const {
        std::sort(states.begin(), states.end(), [&](state_id a, state_id b) {
            for (std::size_t i = 0; i < names_.size(); ++i) {
                const std::uint64_t x = coordinates_.at(a, i);
                const std::uint64_t y = coordinates_.at(b, i);
                if (x != y) {
                    return x < y;
                }
            }
            return false;
        });
        states.erase(std::unique(states.begin(), states.end()), states.end());
    }
    // "The (next) state is one of these". @pre sorted
    void one_of(std::span<const state_id> states, bool next) {
        if (states.empty()) {
            out_ << "FALSE";
        } else {
            one_of(states, 0, next);
        }
    }
    // "The next state follows this one." What is in no state stays where it is, so that every state goes on.
    void follows(std::span<const state_id> states, std::size_t i) {
        if (i == names_.size()) {
            const auto row = system_.successors(states.front());
            std::vector<state_id> next(row.begin(), row.end());
            sort(next);
            one_of(next, true);
            return;
        }
        out_ << "case\n";
        for_each_value(states, i, [&](std::uint64_t value, std::span<const state_id> part) {
            out_ << names_[i] << " = " << value << " : ";
            follows(part, i + 1);
            out_ << ";\n";
        });
        out_ << "TRUE : ";
        for (std::size_t k = 0; k < names_.size(); ++k) {
            out_ << (k == 0 ? "" : " & ") << "next(" << names_[k] << ") = " << names_[k];
        }
        out_ << ";\nesac";
    }

private:
    template <class F>
    void for_each_value(std::span<const state_id> states, std::size_t i, F f) const {
        for (std::size_t first = 0; first < states.size();) {
            const std::uint64_t value = coordinates_.at(states[first], i);
            std::size_t last = first + 1;
            while (last < states.size() && coordinates_.at(states[last], i) == value) {
                ++last;
            }
            f(value, states.subspan(first, last - first));
            first = last;
        }
    }
    void one_of(std::span<const state_id> states, std::size_t i, bool next) {
        if (is_box(states, i)) {
            for (std::size_t k = i; k < names_.size(); ++k) {
                const std::uint64_t low = coordinates_.at(states.front(), k);
                const std::uint64_t high = coordinates_.at(states.back(), k); // of a sorted box: its upper corner
                out_ << (k == i ? "" : " & ");
                name(k, next);
                if (low == high) {
                    out_ << " = " << low;
                } else {
                    out_ << " in " << low << ".." << high;
                }
            }
            return;
        }
        out_ << "(";
        bool first = true;
        for_each_value(states, i, [&](std::uint64_t value, std::span<const state_id> part) {
            out_ << (first ? "" : " |\n");
            name(i, next);
            out_ << " = " << value;
            if (i + 1 < names_.size()) {
                out_ << " & ";
                one_of(part, i + 1, next);
            }
            first = false;
        });
        out_ << ")";
    }
    [[nodiscard]] bool is_box(std::span<const state_id> states, std::size_t i) const {
        std::uint64_t volume = 1;
        for (std::size_t k = i; k < names_.size(); ++k) {
            std::uint64_t low = coordinates_.count(k);
            std::uint64_t high = 0;
            for (const state_id s : states) {
                low = std::min<std::uint64_t>(low, coordinates_.at(s, k));
                high = std::max<std::uint64_t>(high, coordinates_.at(s, k));
            }
            if (high - low >= states.size()) {
                return false;
            }
            volume *= high - low + 1;
            if (volume > states.size()) {
                return false;
            }
        }
        return volume == states.size();
    }
    void name(std::size_t i, bool next) {
        if (next) {
            out_ << "next(" << names_[i] << ')';
        } else {
            out_ << names_[i];
        }
    }

    writer& out_;
    const transition_system& system_;
    const Coordinates& coordinates_;
    std::vector<std::string> names_;
};

} // namespace detail

/// Writes a system as a module of NuSMV, with properties to check: `NuSMV FILE.smv`. States are the values of one
/// variable a coordinate, which keeps the text and its decision diagrams small: with one number for the state, NuSMV's
/// time grows with the square of the states. For some 10^4 states; larger systems are for the other formats.
/// @param coordinates  where the states lie: `grid_coordinates`, or `state_numbers` where there is no grid
/// @throws label_error  a name that is no identifier of the language, or the name of a coordinate
/// @throws system_error  a state has no successor, or there is no initial state
/// Complexity: O(labels * states * dimensions + transitions * dimensions * log).
template <state_coordinates Coordinates>
void write_smv(std::ostream& out, const transition_system& system, const Coordinates& coordinates,
               std::span<const formula> properties = {}) {
    detail::require_runs(system);
    const std::vector<proposition> names = propositions(system);
    detail::require_names(names, [&](std::string_view name) -> std::string {
        for (std::size_t i = 0; i < coordinates.dimensions(); ++i) {
            if (coordinates.name(i) == name) {
                return "is the name of a coordinate";
            }
        }
        return detail::is_smv_word(name) ? "" : "is no identifier of NuSMV";
    });
    detail::writer w{out};
    detail::smv_writer<Coordinates> smv{w, system, coordinates};
    w << "MODULE main\nVAR\n";
    for (std::size_t i = 0; i < coordinates.dimensions(); ++i) {
        w << "  " << coordinates.name(i) << " : 0.." << coordinates.count(i) - 1 << ";\n";
    }
    std::vector<state_id> states(system.initial().begin(), system.initial().end());
    smv.sort(states);
    w << "INIT\n";
    smv.one_of(states, false);
    w << ";\nTRANS\n";
    states.clear();
    for (std::size_t s = 0; s < system.size(); ++s) {
        states.push_back(state_id::from_index(s));
    }
    smv.sort(states);
    smv.follows(states, 0);
    w << ";\n";
    for (const proposition& p : names) {
        std::vector<state_id> where;
        std::copy_if(states.begin(), states.end(), std::back_inserter(where), p);
        w << "DEFINE " << p.name << " :=\n";
        smv.one_of(where, false);
        w << ";\n";
    }
    for (const formula& f : properties) {
        w << "CTLSPEC " << property_text(system, f, dialect::smv) << ";\n";
    }
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
