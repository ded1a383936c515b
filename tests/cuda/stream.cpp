#include <opara/cuda/helper_kernels.hpp>
#include <opara/cuda/stream.hpp>
#include <tests/cuda/support.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <utility>

using namespace opara;

static_assert(!std::is_copy_constructible_v<cuda::stream> && !std::is_copy_constructible_v<cuda::event>);
static_assert(!std::is_copy_constructible_v<cuda::graph> && !std::is_copy_constructible_v<cuda::graph_exec>);
static_assert(std::is_nothrow_move_constructible_v<cuda::stream> && std::is_nothrow_move_assignable_v<cuda::stream>);
static_assert(std::is_nothrow_destructible_v<cuda::stream> && std::is_nothrow_destructible_v<cuda::graph_exec>);

TEST_CASE("handles are owned once") {
    if (!test::device_or_skip()) {
        return;
    }
    cuda::stream a;
    const cudaStream_t native = a.get();
    cuda::stream b{std::move(a)};
    CHECK(a.get() == nullptr); // NOLINT: what is left is what is asked
    CHECK(b.get() == native);
    cuda::stream c = cuda::stream::from_native_handle(b.release());
    CHECK(b.get() == nullptr);
    CHECK(c.get() == native);
    CHECK(cuda::stream_ref{c} == cuda::stream_ref{native});
    b = std::move(c);
    CHECK(b.get() == native);
    b.synchronize();

    cuda::event e;
    cuda::event f = cuda::event::from_native_handle(e.release());
    CHECK(e.get() == nullptr);
    CHECK(f.get() != nullptr);
    cuda::graph g;
    CHECK(g.size() == 0);
    CHECK(g.edges().empty());
    cuda::graph h = cuda::graph::from_native_handle(g.release());
    CHECK(g.get() == nullptr);
    const cuda::graph_exec x{h};
    CHECK(x.get() != nullptr);
}

TEST_CASE("a stream waits for an event of another, and events tell the time between them") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::helper_kernels kernels;
    const cuda::stream a, b;
    const cuda::event begin{cuda::event_timing::on}, end{cuda::event_timing::on};
    kernels.spin(1, a); // the first launch loads the kernel
    a.synchronize();
    a.record(begin);
    kernels.spin(20'000'000, a); // about 10 ms
    const cuda::event middle;
    a.record(middle);
    b.wait(middle);
    b.record(end);
    CHECK_FALSE(end.done());
    CHECK(cudaPeekAtLastError() == cudaSuccess);
    b.synchronize();
    CHECK(end.done());
    const double us = cuda::elapsed_us(begin, end);
    CHECK(us > 5'000.0);
    CHECK(us < 100'000.0);
}

TEST_CASE("a wrong handle is a cuda_error with the caller's line") {
    if (!test::device_or_skip()) {
        return;
    }
    const cuda::stream s;
    const cuda::event e; // without timing
    s.record(e);
    s.synchronize();
    const unsigned line = __LINE__ + 2;
    try {
        static_cast<void>(cuda::elapsed_us(e, e));
        FAIL("an event without timing told the time");
    } catch (const cuda::cuda_error& x) {
        CHECK(x.where().line == line);
        CHECK(std::string{x.call()} == "cudaEventElapsedTime");
    }
    CHECK(cudaPeekAtLastError() == cudaSuccess);
}
