// How far a computed number is off.
#pragma once

#include <cmath>

namespace opara::abstraction::test {

/// In units in the last place of the true value, which is known in long double; of numbers of size below 2.
[[nodiscard]] inline double error_in_units(double computed, long double exact) {
    const double rounded = std::fabs(static_cast<double>(exact));
    const double unit = std::nextafter(rounded, 2) - rounded;
    return static_cast<double>(std::fabs(static_cast<long double>(computed) - exact) / static_cast<long double>(unit));
}

} // namespace opara::abstraction::test
