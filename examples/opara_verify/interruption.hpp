/// @file
/// What happens to unfinished files when the program is interrupted.
#pragma once

#include <string>
#include <vector>

namespace opara::examples::verify {

/// From now on, an interruption (SIGINT, SIGTERM) removes what has been written of these files before it ends the
/// program. Files that were there before are left alone anyway: they are replaced only when all is written.
/// Call it once, before other threads start.
void remove_unfinished_when_interrupted(const std::vector<std::string>& files);

} // namespace opara::examples::verify
