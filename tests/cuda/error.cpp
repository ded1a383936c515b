#include <opara/cuda/error.hpp>
#include <opara/cuda/helper_kernels.hpp>
#include <opara/cuda/stream.hpp>
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace opara;

TEST_CASE("a failed call tells its code, its name and its place") {
    const unsigned line = __LINE__ + 2;
    try {
        cuda::check(cudaErrorInvalidValue, "cudaNothing");
        FAIL("nothing was thrown");
    } catch (const cuda::cuda_error& e) {
        CHECK(e.code() == cudaErrorInvalidValue);
        CHECK(std::string{e.call()} == "cudaNothing");
        CHECK(e.where().line == line);
        CHECK(std::string{e.where().file}.find("error.cpp") != std::string::npos);
        CHECK(std::string{e.what()}.find("cudaNothing: cudaErrorInvalidValue (") == 0);
    }
    CHECK_NOTHROW(cuda::check(cudaSuccess, "cudaNothing"));
}

TEST_CASE("without a device, making things throws what is missing") {
    int count = 0;
    if (cudaGetDeviceCount(&count) == cudaSuccess && count > 0) {
        test::skip("there is a CUDA device; run this with CUDA_VISIBLE_DEVICES empty to see what happens without");
        return;
    }
    CHECK_THROWS_AS(cuda::stream{}, cuda::cuda_error);
    CHECK_THROWS_AS(cuda::helper_kernels{}, cuda::cuda_error);
}
