# What `cmake --install` puts where, and the target `uninstall`, which takes it away again.

include(CMakePackageConfigHelpers)

set(HEADRACE_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/headrace)

foreach(part IN LISTS HEADRACE_PARTS)
  foreach(kind static shared)
    set(target headrace_${part}_${kind})
    if(part STREQUAL "headrace")
      set(target headrace_${kind})
    endif()
    if(TARGET ${target})
      install(TARGETS ${target} EXPORT headrace_targets
              ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    endif()
  endforeach()
endforeach()

# The public headers of the parts that are made.
file(STRINGS cmake/public_headers.txt headers)
foreach(header IN LISTS headers)
  string(REGEX REPLACE "^headrace/" "" source ${header})
  if(source MATCHES "^adapters/([a-z_]+)/")
    set(part ${CMAKE_MATCH_1})
    if(part STREQUAL "socket")
      set(part loop)
    endif()
    if(NOT part IN_LIST HEADRACE_PARTS)
      continue()
    endif()
  endif()
  cmake_path(GET header PARENT_PATH directory)
  install(FILES ${source} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${directory})
endforeach()

# find_package(headrace)
install(EXPORT headrace_targets NAMESPACE headrace:: DESTINATION ${HEADRACE_CONFIG_DIR})
configure_package_config_file(cmake/headrace-config.cmake.in headrace-config.cmake
                              INSTALL_DESTINATION ${HEADRACE_CONFIG_DIR})
# Until 1.0 a program asks for the minor version that it was written for.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(headrace-config-version.cmake COMPATIBILITY ${compatibility})
install(FILES ${PROJECT_BINARY_DIR}/headrace-config.cmake ${PROJECT_BINARY_DIR}/headrace-config-version.cmake
        DESTINATION ${HEADRACE_CONFIG_DIR})

# pkg-config: headrace, headrace-websocket, headrace-loop, headrace-epoll, headrace-io_uring. They can be moved with
# their prefix.
file(RELATIVE_PATH HEADRACE_PREFIX_FROM_PC "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
string(REGEX REPLACE "/$" "" HEADRACE_PREFIX_FROM_PC "${HEADRACE_PREFIX_FROM_PC}")
foreach(part IN LISTS HEADRACE_PARTS)
  set(PC_DESCRIPTION "${HEADRACE_DESCRIPTION_${part}}")
  set(PC_REQUIRES "${HEADRACE_SYSTEM_PACKAGE_${part}}")
  if(part STREQUAL "headrace")
    set(PC_NAME headrace)
    set(PC_LIBRARY headrace)
  else()
    set(PC_NAME headrace-${part})
    set(PC_LIBRARY headrace_${part})
    set(needs ${HEADRACE_NEEDS_${part}})
    if(needs STREQUAL "headrace")
      string(PREPEND PC_REQUIRES "headrace = ${PROJECT_VERSION} ")
    else()
      string(PREPEND PC_REQUIRES "headrace-${needs} = ${PROJECT_VERSION} ")
    endif()
  endif()
  set(PC_CFLAGS "")
  if(HEADRACE_HARDENED)
    set(PC_CFLAGS " -DHEADRACE_HARDENED=1")
  endif()
  configure_file(cmake/headrace.pc.in ${PC_NAME}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${PC_NAME}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

install(FILES LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} "-DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt"
            -P "${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake"
    COMMENT "Removing what was installed last")
endif()
