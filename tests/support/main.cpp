#define DOCTEST_CONFIG_IMPLEMENT
#include <tests/support/skip.hpp>

#include <doctest/doctest.h>

int main(int argc, char** argv) {
    doctest::Context context{argc, argv};
    const int result = context.run();
    return result == 0 && opara::test::skipped > 0 ? opara::test::skip_code : result;
}
