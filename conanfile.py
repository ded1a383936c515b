from conan import ConanFile
from conan.tools.cmake import CMake, CMakeToolchain
from conan.tools.files import load
from pathlib import Path
import re


class Opara(ConanFile):
    name = "opara"
    license = "Apache-2.0"
    description = "Operator scheduling for GPUs, on any operator graph"
    package_type = "header-library"
    settings = "os", "compiler", "build_type", "arch"
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "LICENSE"

    def set_version(self):
        header = load(self, Path(self.recipe_folder) / "include" / "opara" / "version.hpp")
        self.version = ".".join(re.findall(r"OPARA_VERSION_\w+ (\d+)", header))

    def requirements(self):
        self.requires("boost/[>=1.74]", options={"header_only": True})

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in "TESTS", "EXAMPLES", "BENCHMARKS":
            toolchain.cache_variables[f"OPARA_BUILD_{part}"] = False
        toolchain.cache_variables["OPARA_COMPONENTS"] = ""
        toolchain.generate()

    def package(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.install()

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.builddirs = ["share/cmake/opara"]
        self.cpp_info.set_property("cmake_find_mode", "none")  # our own config file serves
