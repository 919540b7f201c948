"""What the recipes for Conan and vcpkg say of the project, held against it. (Neither tool can be had where this is tested:
what they do themselves is not.)
"""

import fnmatch
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import types

from strangers import ROOT, report


def matching_files(source, pattern, excludes):
    """Names below `source`, as conan.tools.files.copy() finds them: links to directories count as files."""
    for directory, directories, files in os.walk(source):
        links = [name for name in directories if os.path.islink(os.path.join(directory, name))]
        for name in files + links:
            path = os.path.relpath(os.path.join(directory, name), source)
            if fnmatch.fnmatch(path, pattern) and not any(fnmatch.fnmatch(path, one) for one in excludes):
                yield path


def copy(_, pattern, src, dst, excludes=()):
    for path in matching_files(src, pattern, (excludes,) if isinstance(excludes, str) else excludes):
        target = pathlib.Path(dst, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        source = pathlib.Path(src, path)
        if source.is_symlink():
            target.unlink(missing_ok=True)
            target.symlink_to(os.readlink(source))
        else:
            target.write_bytes(source.read_bytes())


def conan_recipe(source):
    """The class of packaging/conan, with stand-ins for what it imports."""
    def module(name, **members):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(members)
    module("conan", ConanFile=object)
    module("conan.tools")
    module("conan.tools.build", check_min_cppstd=None)
    module("conan.tools.cmake", CMake=None, CMakeDeps=None, CMakeToolchain=None, cmake_layout=None)
    module("conan.tools.files", copy=copy)
    spec = importlib.util.spec_from_file_location("conanfile", source / "packaging/conan/conanfile.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded.Headrace()


def check_recipes(source, scratch):
    """`source`: the project as it is released. `scratch` is made."""
    version = re.search(r'VERSION_STRING "(.*)"', (ROOT / "version.h").read_text())[1]
    recipe = conan_recipe(source)
    port = json.loads((source / "packaging/vcpkg/headrace/vcpkg.json").read_text())
    report("the recipes have the version",
           None if recipe.version == port["version"] == version else f"{recipe.version}, {port['version']}, not {version}")
    cmake = (source / "CMakeLists.txt").read_text()
    known = set(re.findall(r"(?:option|set|find_path)\((HEADRACE_\w+)", cmake))
    said = {name: set(re.findall(r"\b(HEADRACE_[A-Z_]+)\b", (source / file).read_text()))
            for name, file in (("conan", "packaging/conan/conanfile.py"),
                               ("vcpkg", "packaging/vcpkg/headrace/portfile.cmake"))}
    unknown = [f"{name}: {option}" for name, options in said.items() for option in options - known]
    report("the options that the recipes give are CMake's", ", ".join(unknown) or None)
    recipe.recipe_folder, recipe.export_sources_folder = str(source / "packaging/conan"), str(scratch / "exported")
    recipe.export_sources()
    check_exported(scratch / "exported", scratch / "configured")


def check_exported(exported, build):
    """What Conan takes along is all that CMake asks for."""
    done = subprocess.run(["cmake", "-S", exported, "-B", build, "-DHEADRACE_STATIC=ON", "-DHEADRACE_SHARED=OFF"], text=True,
                          check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    report("what the recipe for Conan takes along can be configured", None if done.returncode == 0 else done.stdout)
    if done.returncode != 0:
        return
    wanted = re.findall(r'"(%s/[^"]*)"' % re.escape(str(exported)), (build / "cmake_install.cmake").read_text())
    missing = [path for path in [*wanted, str(exported / "include/headrace/headrace.h")] if not os.path.exists(path)]
    report("and built and installed", "it lacks " + ", ".join(missing) if missing or len(wanted) < 50 else None)
