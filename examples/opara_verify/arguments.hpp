/// @file
/// The command line of opara_verify.
#pragma once

#include <examples/command_line.hpp>
#include <examples/opara_verify/exports.hpp>
#include <opara/abstraction/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace opara::examples::verify {

/// What was asked for.
struct arguments {
    std::string system;                   ///< its name
    std::vector<std::string> controllers; ///< JSON or ONNX files: one, or one a mode of the system
    std::string property;                 ///< a formula or the name of one; empty: the system's first
    std::vector<double> widths;           ///< cell widths: none (the controller's own), one for all, or one a dimension
    std::vector<abstraction::interval> initial; ///< where it starts, an interval a dimension; empty: as published
    std::optional<double> scale; ///< the control per unit of the network's output; none: the controller's own
    std::optional<abstraction::head_kind> head; ///< how outputs become an action; none: the controller's own
    std::optional<std::size_t> steps;           ///< explore no further
    std::size_t threads = 0;                    ///< 0: all cores
    std::string report;                         ///< a JSON file to write; empty: none
    std::vector<export_request> exports;        ///< files for other checkers
    std::vector<std::size_t> project;           ///< key dimensions to project onto; empty: no projection
    std::string picture;                        ///< an SVG file to write; empty: none
    std::optional<double> at_least;             ///< the probability to prove, of a policy that chooses by lot; 1
    std::vector<double> actions;                ///< what such a policy draws; none: the controller's own
    std::vector<std::size_t> finer;         ///< parts of the policy's cells for the proof: one number for all, or each
    std::optional<std::size_t> simulate;    ///< runs of the system under it
    std::optional<std::size_t> refine;      ///< cut cells where the proof needs it, in so many rounds at most
    std::optional<std::uint64_t> max_cells; ///< how many cells all cuts may add
    bool tube = false;                      ///< follow a reach tube instead of exploring cells
    bool help = false;                      ///< only the usage
};

/// Reads the command line. @throws usage_error
arguments parse_arguments(const std::vector<std::string>& words);

/// How to call the program.
extern const char* const usage;

} // namespace opara::examples::verify
