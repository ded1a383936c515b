/// @file
/// Transition systems and processes in the unified Markov binary format (`.umb`), for PRISM from 4.10 and Storm
/// from 1.12.
#pragma once

#include <opara/abstraction/export/proposition.hpp>
#include <opara/abstraction/export/writer.hpp>
#include <opara/abstraction/interval_process.hpp>
#include <opara/abstraction/transition_system.hpp>
#include <opara/version.hpp>

#include <algorithm>
#include <bit>
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

// A list of 64-bit numbers.
template <class Fill>
void write_words(tar_writer& tar, writer& out, const std::string& name, std::uint64_t count, Fill fill) {
    tar.begin(name, 8 * count);
    fill([&](std::uint64_t word) { out.little_endian(word); });
    tar.end();
}

// How many choices, how many branches of them, and of what kind a branch's probability is.
struct umb_counts {
    std::size_t choices;
    std::size_t branches;
    const char* probability; // its type, and how many bits it has
};

// A file: what all of them have, and in their middle what `rows(tar, writer)` writes.
template <class System, class Rows>
void write_umb_file(std::ostream& stream, const System& system, const umb_counts& counts, Rows rows) {
    require_runs(system);
    const std::vector<proposition> names = propositions(system);
    require_names(names, [](std::string_view name) -> std::string {
        return name == "init" || name == "deadlock" ? "means something else to the readers of .umb files" : "";
    });
    // The format's own ids are narrow. Either all names are ids, or all ids are numbers and the names their aliases.
    const bool names_are_ids = std::all_of(names.begin(), names.end(), [](const proposition& p) {
        return p.name.size() <= 60 && p.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == p.name.npos;
    });
    const auto id = [&](std::size_t k) { return names_are_ids ? names[k].name : "ap-" + std::to_string(k); };
    const std::vector<state_id> start = distinct_initial(system);
    const std::size_t n = system.size();
    const std::string version = std::to_string(OPARA_VERSION_MAJOR) + "." + std::to_string(OPARA_VERSION_MINOR) + "." +
                                std::to_string(OPARA_VERSION_PATCH);

    std::string index = R"({"format-version":1,"format-revision":0,"model-data":{},)"
                        R"("file-data":{"tool":"opara","tool-version":")" +
                        version +
                        R"("},)"
                        R"("transition-system":{"time":"discrete","#players":1,"#states":)" +
                        std::to_string(n) + R"(,"#initial-states":)" + std::to_string(start.size()) +
                        R"(,"#choices":)" + std::to_string(counts.choices) + R"(,"#choice-actions":0,"#branches":)" +
                        std::to_string(counts.branches) +
                        R"(,"#branch-actions":0,"#observations":0,)"
                        R"("branch-probability-type":)" +
                        counts.probability + R"(},"annotations":{"aps":{)";
    for (std::size_t k = 0; k < names.size(); ++k) {
        index += (k == 0 ? "" : ",") + detail::quoted(id(k)) + R"(:{"alias":)" + detail::quoted(names[k].name) +
                 R"(,"applies-to":["states"],"type":{"type":"bool","size":1}})";
    }
    index += "}}}\n";

    writer w{stream};
    tar_writer tar{w};
    tar.begin("index.json", index.size());
    w << index;
    tar.end();
    rows(tar, w);
    write_bits(tar, w, "state-is-initial.bin", n,
               [&](state_id s) { return std::binary_search(start.begin(), start.end(), s); });
    for (std::size_t k = 0; k < names.size(); ++k) {
        write_bits(tar, w, "annotations/aps/" + id(k) + "/states/values.bin", n, names[k]);
    }
    tar.finish();
    w.finish();
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
    const std::size_t n = system.size();
    const detail::umb_counts counts{system.transitions(), system.transitions(), R"({"type":"double","size":64})"};
    detail::write_umb_file(out, system, counts, [&](detail::tar_writer& tar, detail::writer& w) {
        detail::write_words(tar, w, "state-to-choices.bin", n + 1, [&](auto put) {
            std::uint64_t row = 0;
            put(row);
            for (std::size_t s = 0; s < n; ++s) {
                row += system.successors(state_id::from_index(s)).size();
                put(row);
            }
        });
        // A choice has one branch, which is what readers assume where choice-to-branches.bin is absent.
        detail::write_words(tar, w, "branch-to-target.bin", system.transitions(), [&](auto put) {
            for (std::size_t s = 0; s < n; ++s) {
                for (const state_id t : system.successors(state_id::from_index(s))) {
                    put(t.value);
                }
            }
        });
        detail::write_words(tar, w, "branch-to-probability.bin", system.transitions(), [&](auto put) {
            for (std::size_t k = 0; k < system.transitions(); ++k) {
                put(0x3FF0'0000'0000'0000U); // 1.0
            }
        });
    });
}

/// Writes a Markov decision process with interval probabilities. Binary: 24 bytes a branch, 8 a choice, 8 a state.
/// Which bound a question asks for is said to the reader, as `write_drn` tells.
/// @throws label_error,error  as the other
/// @throws system_error  there is no initial state
/// Complexity: O(states * labels + branches).
inline void write_umb(std::ostream& out, const interval_process& process) {
    const std::size_t n = process.size();
    const detail::umb_counts counts{process.choices(), process.branches(), R"({"type":"double-interval","size":128})"};
    const auto for_each_branch = [&](auto f) {
        for (std::size_t c = 0; c < process.choices(); ++c) {
            for (const branch& b : process.outcomes(c)) {
                f(b);
            }
        }
    };
    detail::write_umb_file(out, process, counts, [&](detail::tar_writer& tar, detail::writer& w) {
        detail::write_words(tar, w, "state-to-choices.bin", n + 1, [&](auto put) {
            put(0);
            for (std::size_t s = 0; s < n; ++s) {
                put(process.end_of_choices(state_id::from_index(s)));
            }
        });
        detail::write_words(tar, w, "choice-to-branches.bin", process.choices() + 1, [&](auto put) {
            std::uint64_t row = 0;
            put(row);
            for (std::size_t c = 0; c < process.choices(); ++c) {
                row += process.outcomes(c).size();
                put(row);
            }
        });
        detail::write_words(tar, w, "branch-to-target.bin", process.branches(),
                            [&](auto put) { for_each_branch([&](const branch& b) { put(b.target.value); }); });
        detail::write_words(tar, w, "branch-to-probability.bin", 2 * process.branches(), [&](auto put) {
            for_each_branch([&](const branch& b) {
                put(std::bit_cast<std::uint64_t>(b.probability.lower()));
                put(std::bit_cast<std::uint64_t>(b.probability.upper()));
            });
        });
    });
}

} // namespace opara::inline OPARA_ABI::abstraction
