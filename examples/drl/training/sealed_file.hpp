/// @file
/// Files in which damage is seen: text and bytes under a checksum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace opara::examples::drl {

/// CRC-64 (ECMA-182, reflected, as of XZ), in 16 hexadecimal digits. Any change of up to 64 bits in a row is seen, any
/// other but for one in 2^64. O(bytes).
std::string checksum(std::string_view bytes);

/// What a sealed file holds.
struct sealed {
    std::string header; ///< JSON, without line breaks
    std::string body;   ///< any bytes
};

/// Writes a file in one step: a line {"format":..,"version":..,"header":BYTES,"body":BYTES,"crc64":".."}, the header as
/// a line, and the body. @throws error  with the path and the reason
void write_sealed(const std::string& path, const char* format, std::uint32_t version, const sealed& what);

/// Reads one. @throws error  it cannot be read, is of another format or version, is cut off, or has changed in any byte
/// since it was written; says which, but not of which file
sealed read_sealed(const std::string& path, const char* format, std::uint32_t version);

} // namespace opara::examples::drl
