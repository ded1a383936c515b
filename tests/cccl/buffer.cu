#include <opara/cccl/algorithm.cuh>
#include <opara/cccl/buffer.cuh>
#include <tests/cccl/support.cuh>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

using namespace opara::cccl;
namespace test = opara::abstraction::test;

namespace {

std::vector<std::uint32_t> numbers(std::size_t count) {
    std::vector<std::uint32_t> n(count);
    std::iota(n.begin(), n.end(), 0U);
    return n;
}

} // namespace

TEST_CASE("a buffer keeps its content as it grows, moves and shrinks") {
    if (!test::device_or_skip()) {
        return;
    }
    const std::vector<std::uint32_t> content = numbers(1'000);
    buffer<std::uint32_t> b{std::span<const std::uint32_t>{content}};
    b.resize(100'000);
    CHECK(b.size() == 100'000);
    b.resize(1'000);
    CHECK(b.download() == content);
    CHECK(b.at(999) == 999);
    const std::size_t capacity = b.capacity();
    const std::uint32_t* const memory = b.data();
    buffer<std::uint32_t> c{std::move(b)};
    CHECK(c.data() == memory);
    c.resize(capacity);
    CHECK(c.data() == memory); // no new allocation
    c.reset(capacity + 1);
    CHECK(c.size() == capacity + 1);
    c = buffer<std::uint32_t>{};
    CHECK(c.size() == 0);
    CHECK(c.download().empty());
    CHECK(test::is_clean());
}

TEST_CASE("what the device has no room for is refused, and the buffer is as before") {
    if (!test::device_or_skip()) {
        return;
    }
    const std::vector<std::uint32_t> content = numbers(10);
    buffer<std::uint32_t> b{std::span<const std::uint32_t>{content}};
    CHECK_THROWS_AS(b.resize(std::size_t{1} << 50U), memory_error);
    CHECK_THROWS_AS(b.resize(std::numeric_limits<std::size_t>::max()), memory_error);
    CHECK(b.download() == content);
    CHECK_THROWS_AS(b.reset(std::size_t{1} << 50U), memory_error);
    CHECK(b.size() == 0);
    CHECK(test::is_clean());
}

TEST_CASE("sums and sorted pairs") {
    if (!test::device_or_skip()) {
        return;
    }
    const std::vector<std::uint32_t> content = numbers(100'000);
    buffer<std::uint32_t> values{std::span<const std::uint32_t>{content}};
    detail::workspace work;
    CHECK(work.sum(values.data(), 10) == 45);
    std::vector<std::uint32_t> shuffled(content.size());
    for (std::size_t k = 0; k < shuffled.size(); ++k) {
        shuffled[k] = static_cast<std::uint32_t>(k * 7 % 1'000);
    }
    buffer<std::uint32_t> keys{std::span<const std::uint32_t>{shuffled}};
    work.sort_pairs(keys, values, 1'000);
    const std::vector<std::uint32_t> k = keys.download();
    const std::vector<std::uint32_t> v = values.download();
    bool in_order = true;
    for (std::size_t i = 0; i + 1 < k.size(); ++i) {
        in_order = in_order && (k[i] < k[i + 1] || (k[i] == k[i + 1] && v[i] < v[i + 1])); // equal keys in their order
        in_order = in_order && shuffled[v[i]] == k[i];
    }
    CHECK(in_order);
    work.exclusive_sum(values.data(), values.data(), 3);
    CHECK(values.at(1) == v[0]);
    CHECK(values.at(2) == v[0] + v[1]);
}
