#include <examples/drl/training/sealed_file.hpp>
#include <opara/core/file.hpp>
#include <opara/core/json.hpp>

#include <boost/crc.hpp>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>

namespace opara::examples::drl {

namespace {

using crc64 = boost::crc_optimal<64, 0x42F0E1EBA9EA3693, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF, true, true>;

std::string digits_of(const crc64& sum) {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(sum.checksum()));
    return text;
}

// Of header and body, with the line break between them.
std::string sum_of(std::string_view header, std::string_view body) {
    crc64 sum;
    sum.process_bytes(header.data(), header.size());
    sum.process_byte('\n');
    sum.process_bytes(body.data(), body.size());
    return digits_of(sum);
}

// The first line, always the same for the same contents.
std::string first_line(const std::string& format, std::uint64_t version, std::size_t header, std::size_t body,
                       const std::string& sum) {
    return R"({"format":)" + nlohmann::json(format).dump() + R"(,"version":)" + std::to_string(version) +
           R"(,"header":)" + std::to_string(header) + R"(,"body":)" + std::to_string(body) + R"(,"crc64":")" + sum +
           "\"}";
}

} // namespace

std::string checksum(std::string_view bytes) {
    crc64 sum;
    sum.process_bytes(bytes.data(), bytes.size());
    return digits_of(sum);
}

void write_sealed(const std::string& path, const char* format, std::uint32_t version, const sealed& what) {
    const std::string line =
        first_line(format, version, what.header.size(), what.body.size(), sum_of(what.header, what.body));
    write_file_atomically(path, [&](std::ostream& out) { out << line << '\n' << what.header << '\n' << what.body; });
}

sealed read_sealed(const std::string& path, const char* format, std::uint32_t version) {
    constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
    // However large: what was written here (10^7 steps of a replay memory are more than 2 GB) shall be read, too.
    std::error_code unknown;
    const bool has_an_end = std::filesystem::is_regular_file(path, unknown);
    const std::string text = has_an_end ? read_file(path, std::numeric_limits<std::size_t>::max()) : read_file(path);
    const std::string_view line = std::string_view{text}.substr(0, text.find('\n'));
    const nlohmann::json document = opara::detail::parse_json(line);
    const opara::detail::json_place root{document};
    opara::detail::require_format(root, format, version);
    const std::uint64_t header = root.at("header").number(any);
    const std::uint64_t body = root.at("body").number(any);
    const std::string& sum = root.at("crc64").text();
    std::uint64_t left = text.size();
    for (const std::uint64_t part : {std::uint64_t{line.size()}, std::uint64_t{1}, header, std::uint64_t{1}, body}) {
        if (part > left) {
            throw error{"it is cut off, or damaged: it says that it has more bytes than the " +
                        std::to_string(text.size()) + " that are there"};
        }
        left -= part;
    }
    if (left != 0) {
        throw error{"it is damaged: it has " + std::to_string(left) + " bytes more than it says"};
    }
    sealed what{text.substr(line.size() + 1, static_cast<std::size_t>(header)),
                text.substr(text.size() - static_cast<std::size_t>(body))};
    const std::string found = sum_of(what.header, what.body);
    // The line itself is under no checksum, but there is only one for these contents.
    if (line != first_line(format, version, what.header.size(), what.body.size(), found) ||
        text[line.size() + 1 + what.header.size()] != '\n') {
        throw error{"it is damaged: its checksum is " + found + ", and it says " + sum};
    }
    return what;
}

} // namespace opara::examples::drl
