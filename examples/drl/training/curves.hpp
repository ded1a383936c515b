/// @file
/// Learning curves as SVG.
#pragma once

#include <opara/learning/train.hpp>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace opara::examples::drl {

/// The episodes of one training.
struct curve {
    std::string name;                        ///< for the legend
    std::vector<learning::episode> episodes; ///< in their order
};

/// Something that happened between two episodes.
struct curve_mark {
    std::size_t episode = 0; ///< the one after it
    std::string text;        ///< what happened
};

/// What a picture shows.
struct curves {
    std::string title;               ///< above everything
    std::string subtitle;            ///< below that
    std::size_t window = 10;         ///< over how many episodes the strong lines are a mean
    std::vector<curve> all;          ///< one line each
    std::vector<curve_mark> marks{}; ///< dashed lines across
};

/// Draws reward over episodes: a pale line for the episodes, a strong one for their moving mean. Long trainings are
/// drawn by the least and the largest reward of each spot, so that the file stays small.
void write_curves(std::ostream& out, const curves& c);

} // namespace opara::examples::drl
