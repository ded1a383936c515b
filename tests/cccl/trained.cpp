#include <opara/abstraction/json.hpp>
#include <opara/core/file.hpp>
#include <tests/abstraction/support.hpp>
#include <tests/cccl/trained.hpp>

namespace opara::abstraction::test {

std::optional<trained> trained_or_skip(const std::string& name) {
    const auto folder = nets_or_skip();
    if (!folder) {
        return std::nullopt;
    }
    const trained_controller c = controller_from_json(read_file((*folder / (name + ".json")).string()));
    return trained{c.net, c.scale, c.lower, c.upper, c.widths};
}

} // namespace opara::abstraction::test
