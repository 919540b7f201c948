"""A recipe for Conan 2, in a checkout of Headrace: conan create packaging/conan

NOT TESTED: Conan could not be had where this was written.
"""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Headrace(ConanFile):
    name = "headrace"
    version = "0.1.0"
    license = "Apache-2.0"
    description = "HTTP/2 and HTTP/1.1 without I/O: the engine that a C++20 program embeds behind its own event loop"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "io_uring": [True, False], "tls": [True, False]}
    default_options = {"shared": False, "io_uring": False, "tls": True}

    def export_sources(self):
        top = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("*.h", "*.cc", "*.cmake", "*.in", "*.txt", "include/*", "LICENSE", "CHANGELOG.md", "tools/*"):
            copy(self, pattern, src=top, dst=self.export_sources_folder, excludes=("tests/*", "benchmarks/*", "fuzz/*"))

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        if self.options.io_uring:
            self.requires("liburing/2.4")
        if self.options.tls:
            self.requires("openssl/[>=3 <4]")

    def build_requirements(self):
        self.test_requires("ms-gsl/4.0.0")  # its headers, while it is built

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables.update({
            "HEADRACE_STATIC": not self.options.shared,
            "HEADRACE_SHARED": bool(self.options.shared),
            "HEADRACE_IO_URING": bool(self.options.io_uring),
            "HEADRACE_TLS": bool(self.options.tls),
            "HEADRACE_GSL_INCLUDE": self.dependencies["ms-gsl"].cpp_info.includedirs[0],
        })
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")  # it brings headrace-config.cmake
        self.cpp_info.builddirs.append(os.path.join("lib", "cmake", "headrace"))
