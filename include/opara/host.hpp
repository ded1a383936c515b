/// @file
/// Running plans on the threads of this machine. Needs the system's threads library (component `host`).
#pragma once

#include <opara/host/executor.hpp>
