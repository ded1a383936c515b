/// @file
/// What tells one training from another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace opara::examples::drl {

/// Of what a training is: it goes on only as the same.
struct identity {
    std::string system;           ///< its name
    std::string agent;            ///< its name
    std::string grid;             ///< domain and widths, or "none"
    std::string observe;          ///< raw or normalised
    std::string recipe;           ///< the hyper-parameters: NAME=VALUE with blanks between
    std::uint64_t seed = 0;       ///< of the training
    std::size_t environments = 1; ///< side by side
};

/// Names and values.
using named_values = std::vector<std::pair<std::string, std::string>>;

/// Each part of an identity by its name, with the recipe as one.
named_values parts_of(const identity& of);

/// What differs between two lists of parts, in words that name nothing else: "hidden is 20,20 there and 30 here". Of
/// two recipes the hyper-parameters that differ. Empty: nothing does.
std::string difference_between(const named_values& there, const named_values& here);

} // namespace opara::examples::drl
