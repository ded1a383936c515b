#include <examples/drl/training/save_timer.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using opara::examples::drl::save_timer;

TEST_CASE("it is time after so long") {
    save_timer never{1e9};
    CHECK_FALSE(never.is_due());
    save_timer soon{0.02};
    CHECK_FALSE(soon.is_due());
    std::this_thread::sleep_for(std::chrono::milliseconds{30});
    CHECK(soon.is_due());
    soon.restart();
    CHECK_FALSE(soon.is_due());
}

TEST_CASE("what takes long is done more rarely") {
    save_timer timer{0.001};
    timer.run([] { std::this_thread::sleep_for(std::chrono::milliseconds{20}); }); // so a second passes until the next
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    CHECK_FALSE(timer.is_due());
    save_timer always{0};
    always.run([] { std::this_thread::sleep_for(std::chrono::milliseconds{20}); });
    CHECK(always.is_due()); // as it was asked for
}
