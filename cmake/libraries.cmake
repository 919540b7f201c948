# headrace_add_library(): a part of Headrace as a static and a shared library.

include(CheckCXXCompilerFlag)
# What the library exports is not meant to be replaced, so calls within it need no detour.
check_cxx_compiler_flag(-fno-semantic-interposition HEADRACE_HAS_NO_INTERPOSITION)

# Until 1.0 a minor version may change the ABI (docs/releasing.md).
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(HEADRACE_SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
else()
  set(HEADRACE_SOVERSION ${PROJECT_VERSION_MAJOR})
endif()

# The inline namespace that memory/abi.h chooses for these flags, as symbols spell it.
set(HEADRACE_FLAGS "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}}")
if(HEADRACE_FLAGS MATCHES "-D_GLIBCXX_DEBUG( |=|$)")
  set(HEADRACE_KIND_IN_SYMBOLS "18with_glibcxx_debug")
elseif(HEADRACE_FLAGS MATCHES "-fsanitize=[a-z,-]*address")
  set(HEADRACE_KIND_IN_SYMBOLS "22with_address_sanitizer")
  if(HEADRACE_HARDENED)
    set(HEADRACE_KIND_IN_SYMBOLS "31hardened_with_address_sanitizer")
  endif()
elseif(HEADRACE_HARDENED)
  set(HEADRACE_KIND_IN_SYMBOLS "8hardened")
else()
  set(HEADRACE_KIND_IN_SYMBOLS "5plain")
endif()

set(HEADRACE_PARTS "")  # all that were added, in order

# headrace_add_library(PART SOURCES FILE... DESCRIPTION TEXT [NEEDS PART]
#                      [SYSTEM_LIBRARY NAME SYSTEM_PACKAGE PKG_CONFIG_NAME SYSTEM_INCLUDE DIRECTORY])
#
# Makes headrace::PART_static and headrace::PART_shared, and headrace::PART, which is the shared one
# if both are made. `NEEDS`: the part below. `SYSTEM_LIBRARY`: what programs have to link with, too,
# because the part's headers include its headers.
function(headrace_add_library part)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION;NEEDS;SYSTEM_LIBRARY;SYSTEM_PACKAGE;SYSTEM_INCLUDE" "SOURCES")
  if(part STREQUAL "headrace")
    set(name headrace)
  else()
    set(name headrace_${part})
  endif()

  # Compiled once, for both.
  add_library(${name}_objects OBJECT ${arg_SOURCES})
  set_target_properties(${name}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(HEADRACE_HAS_NO_INTERPOSITION)
    target_compile_options(${name}_objects PRIVATE -fno-semantic-interposition)
  endif()
  target_include_directories(${name}_objects SYSTEM PRIVATE "${HEADRACE_GSL_INCLUDE}")
  set(made ${name}_objects)

  if(HEADRACE_STATIC)
    add_library(${name}_static STATIC $<TARGET_OBJECTS:${name}_objects>)
    list(APPEND made ${name}_static)
    set(default ${name}_static)
  endif()
  if(HEADRACE_SHARED)
    add_library(${name}_shared SHARED $<TARGET_OBJECTS:${name}_objects>)
    headrace_export_symbols(${name})
    # (The parts find each other, wherever they are installed.)
    set_target_properties(${name}_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${HEADRACE_SOVERSION}
                          INSTALL_RPATH "$ORIGIN")
    list(APPEND made ${name}_shared)
    set(default ${name}_shared)
  endif()

  foreach(target IN LISTS made)
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                               "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
    if(HEADRACE_HARDENED)
      target_compile_definitions(${target} PUBLIC HEADRACE_HARDENED=1 PRIVATE _GLIBCXX_ASSERTIONS)
    endif()
    if(arg_SYSTEM_INCLUDE)
      target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${arg_SYSTEM_INCLUDE}>")
    endif()
    string(REGEX MATCH "[a-z]+$" kind ${target})
    if(NOT kind STREQUAL "objects")
      string(REGEX REPLACE "^headrace_(.*_(static|shared))$" "\\1" exported ${target})
      if(part STREQUAL "headrace")
        set(exported ${target})
      endif()
      set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} EXPORT_NAME ${exported})
      add_library(headrace::${exported} ALIAS ${target})
      if(arg_NEEDS STREQUAL "headrace")
        target_link_libraries(${target} PUBLIC headrace_${kind})
      elseif(arg_NEEDS)
        target_link_libraries(${target} PUBLIC headrace_${arg_NEEDS}_${kind})
      endif()
      if(arg_SYSTEM_LIBRARY)
        target_link_libraries(${target} PUBLIC ${arg_SYSTEM_LIBRARY})
      endif()
    endif()
  endforeach()
  add_library(headrace::${part} ALIAS ${default})

  set(HEADRACE_PARTS ${HEADRACE_PARTS} ${part} PARENT_SCOPE)
  set(HEADRACE_DESCRIPTION_${part} "${arg_DESCRIPTION}" PARENT_SCOPE)
  set(HEADRACE_NEEDS_${part} "${arg_NEEDS}" PARENT_SCOPE)
  set(HEADRACE_SYSTEM_PACKAGE_${part} "${arg_SYSTEM_PACKAGE}" PARENT_SCOPE)
endfunction()

# Of the shared library NAME, only what cmake/symbols/NAME.txt lists can be linked with.
function(headrace_export_symbols name)
  set(list ${PROJECT_SOURCE_DIR}/cmake/symbols/${name}.txt)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} lines REGEX "^_Z")
  set(script "HEADRACE_${HEADRACE_SOVERSION} {\n  global:\n")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" symbol "${line}")
    string(REPLACE "5plain" "${HEADRACE_KIND_IN_SYMBOLS}" symbol "${symbol}")
    string(APPEND script "    ${symbol};\n")
  endforeach()
  string(APPEND script "  local:\n    *;\n};\n")
  set(file ${PROJECT_BINARY_DIR}/${name}.symbols)
  file(CONFIGURE OUTPUT ${file} CONTENT "${script}" @ONLY)
  target_link_options(${name}_shared PRIVATE "LINKER:--version-script=${file}" "LINKER:-z,defs")
  set_property(TARGET ${name}_shared APPEND PROPERTY LINK_DEPENDS ${file})
endfunction()
