/// @file
/// What can go wrong on a device and nowhere else.
#pragma once

#include <opara/core/error.hpp>

#include <cstddef>
#include <string>

namespace opara::inline OPARA_ABI::cccl {

/// The device has too little memory.
class memory_error : public error {
public:
    /// @param needed  bytes that were asked for
    /// @param available  bytes that were free then
    memory_error(std::size_t needed, std::size_t available)
        : error{"the device has no " + std::to_string(needed) + " bytes of memory left: " + std::to_string(available) +
                " are free"},
          needed_{needed},
          available_{available} {}

    [[nodiscard]] std::size_t needed() const noexcept { return needed_; }       ///< bytes that were asked for
    [[nodiscard]] std::size_t available() const noexcept { return available_; } ///< bytes that were free then

private:
    std::size_t needed_;
    std::size_t available_;
};

} // namespace opara::inline OPARA_ABI::cccl
