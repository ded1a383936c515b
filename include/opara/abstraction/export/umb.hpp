/// @file
/// Transition systems in the unified Markov binary format (`.umb`), for PRISM from 4.10 and Storm from 1.12.
#pragma once

#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace opara::inline OPARA_ABI::abstraction {

namespace detail {

// Files one after another, each behind a header of 512 bytes (POSIX.1-1988 ustar), every file padded to such a block.
class tar_writer {
public:
    explicit tar_writer(writer& out) : out_{out} {}

    // Starts a file of so many bytes, all of which must follow.
    void begin(const std::string& name, std::uint64_t bytes) {
        if (bytes > largest || name.size() > 100) {
            throw error{"the part " + name + " of the export is too large for a tar file"};
        }
        char header[512] = {};
        const auto octal = [&](std::size_t at, std::size_t width, std::uint64_t value) { // zeros first, NUL last
            for (std::size_t k = width - 1; k-- > 0; value /= 8) {
                header[at + k] = static_cast<char>('0' + value % 8);
            }
        };
        std::copy(name.begin(), name.end(), header);
        octal(100, 8, 0644);
        octal(108, 8, 0); // owner, group
        octal(116, 8, 0);
        octal(124, 12, bytes);
        octal(136, 12, 0); // time: equal systems make equal files
        std::memset(header + 148, ' ', 8);
        header[156] = '0';
        constexpr std::string_view format{"ustar\00000", 8};
        std::copy(format.begin(), format.end(), header + 257);
        std::uint64_t sum = 0;
        for (const char c : header) {
            sum += static_cast<unsigned char>(c);
        }
        octal(148, 7, sum);
        out_ << std::string_view{header, sizeof header};
        bytes_ = bytes;
    }
    // Ends the file that was begun.
    void end() { out_ << std::string(static_cast<std::size_t>((512 - bytes_ % 512) % 512), '\0'); }
    // Ends the archive.
    void finish() { out_ << std::string(1024, '\0'); }

private:
    static constexpr std::uint64_t largest = (std::uint64_t{1} << 33U) - 1; // eleven octal digits

    writer& out_;
    std::uint64_t bytes_ = 0;
};

// One bit a state, lowest first, in whole words of 64.
template <class Holds>
void write_bits(tar_writer& tar, writer& out, const std::string& name, std::size_t states, Holds holds) {
    tar.begin(name, (states + 63) / 64 * 8);
    for (std::size_t first = 0; first < states; first += 64) {
        std::uint64_t word = 0;
        for (std::size_t k = 0; k < 64 && first + k < states; ++k) {
            word |= holds(state_id::from_index(first + k)) ? std::uint64_t{1} << k : 0;
        }
        out.little_endian(word);
    }
    tar.end();
}

} // namespace detail

/// Writes a system as a Markov decision process in which each successor is a choice of its own, taken with probability
/// 1. Binary, and so the smallest and fastest to read of all formats here: 16 bytes a transition, 8 a state. The tar
/// file is not compressed, which the format allows; `gzip` makes it another valid `.umb`.
/// @throws label_error  a name that is no text, one that comes twice, or "init" or "deadlock"
/// @throws system_error  a state has no successor, or there is no initial state
/// @throws error  over 10^9 transitions: a part would pass the 8 GiB of a tar file
/// Source: the UMB specification of 2026 (pmc-tools.github.io/umb/spec), version 1.0.
/// Complexity: O(states * labels + transitions).
inline void write_umb(std::ostream& out, const transition_system& system) {
    detail::require_runs(system);
    const std::vector<proposition> names = propositions(system);
    detail::require_names(names, [](std::string_view name) -> std::string {
        return name == "init" || name == "deadlock" ? "means something else to the readers of .umb files" : "";
    });
    // The format's own ids are narrow. Either all names are ids, or all ids are numbers and the names their aliases.
    const bool names_are_ids = std::all_of(names.begin(), names.end(), [](const proposition& p) {
        return p.name.size() <= 60 && p.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == p.name.npos;
    });
    const auto id = [&](std::size_t k) { return names_are_ids ? names[k].name : "ap-" + std::to_string(k); };
    const std::vector<state_id> start = detail::distinct_initial(system);
    const std::size_t n = system.size();
    const std::string choices = std::to_string(system.transitions());
    const std::string version = std::to_string(OPARA_VERSION_MAJOR) + "." + std::to_string(OPARA_VERSION_MINOR) + "." +
                                std::to_string(OPARA_VERSION_PATCH);

    std::string index = R"({"format-version":1,"format-revision":0,"model-data":{},)"
                        R"("file-data":{"tool":"opara","tool-version":")" +
                        version +
                        R"("},)"
                        R"("transition-system":{"time":"discrete","#players":1,"#states":)" +
                        std::to_string(n) + R"(,"#initial-states":)" + std::to_string(start.size()) +
                        R"(,"#choices":)" + choices + R"(,"#choice-actions":0,"#branches":)" + choices +
                        R"(,"#branch-actions":0,"#observations":0,)"
                        R"("branch-probability-type":{"type":"double","size":64}},"annotations":{"aps":{)";
    for (std::size_t k = 0; k < names.size(); ++k) {
        index += (k == 0 ? "" : ",") + detail::quoted(id(k)) + R"(:{"alias":)" + detail::quoted(names[k].name) +
                 R"(,"applies-to":["states"],"type":{"type":"bool","size":1}})";
    }
    index += "}}}\n";

    detail::writer w{out};
    detail::tar_writer tar{w};
    tar.begin("index.json", index.size());
    w << index;
    tar.end();
    tar.begin("state-to-choices.bin", 8 * (n + 1));
    std::uint64_t row = 0;
    w.little_endian(row);
    for (std::size_t s = 0; s < n; ++s) {
        row += system.successors(state_id::from_index(s)).size();
        w.little_endian(row);
    }
    tar.end();
    // A choice has one branch, which is what readers assume where choice-to-branches.bin is absent.
    tar.begin("branch-to-target.bin", 8 * system.transitions());
    for (std::size_t s = 0; s < n; ++s) {
        for (const state_id t : system.successors(state_id::from_index(s))) {
            w.little_endian(t.value);
        }
    }
    tar.end();
    tar.begin("branch-to-probability.bin", 8 * system.transitions());
    for (std::size_t k = 0; k < system.transitions(); ++k) {
        w.little_endian(0x3FF0'0000'0000'0000U); // 1.0
    }
    tar.end();
    detail::write_bits(tar, w, "state-is-initial.bin", n,
                       [&](state_id s) { return std::binary_search(start.begin(), start.end(), s); });
    for (std::size_t k = 0; k < names.size(); ++k) {
        detail::write_bits(tar, w, "annotations/aps/" + id(k) + "/states/values.bin", n, names[k]);
    }
    tar.finish();
    w.finish();
}

} // namespace opara::inline OPARA_ABI::abstraction
