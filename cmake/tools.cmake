# The programs serve, get and dump. They use more of Headrace than is public, so they have it inside.

if(NOT HEADRACE_STATIC)
  message(FATAL_ERROR "Headrace: HEADRACE_BUILD_TOOLS needs HEADRACE_STATIC")
endif()
find_package(absl REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Python3 COMPONENTS Interpreter)

add_library(headrace_programs STATIC ${HEADRACE_PROGRAM_SOURCES})
target_include_directories(headrace_programs SYSTEM PUBLIC "${HEADRACE_GSL_INCLUDE}")
target_link_libraries(headrace_programs PUBLIC headrace_epoll_static headrace_io_uring_static headrace_tls_static headrace_websocket_static nlohmann_json::nlohmann_json
                      absl::flags absl::flags_reflection absl::status absl::statusor absl::strings
                      absl::flat_hash_map absl::inlined_vector)

foreach(program serve get dump)
  string(TOUPPER ${program} sources)
  add_executable(headrace_${program} ${HEADRACE_${sources}_SOURCES})
  set_target_properties(headrace_${program} PROPERTIES OUTPUT_NAME headrace-${program})
  target_link_libraries(headrace_${program} PRIVATE headrace_programs)
  if(HEADRACE_INSTALL)
    install(TARGETS headrace_${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
  # Its man page and completions say what its --help does. (It has to run for them.)
  if(HEADRACE_INSTALL AND Python3_FOUND AND NOT CMAKE_CROSSCOMPILING)
    set(name headrace-${program})
    set(pages ${CMAKE_CURRENT_BINARY_DIR}/pages)
    file(MAKE_DIRECTORY ${pages})
    add_custom_command(TARGET headrace_${program} POST_BUILD VERBATIM
      COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/tools/program_pages $<TARGET_FILE:headrace_${program}> ${name} ${pages})
    install(FILES ${pages}/${name}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${pages}/${name}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME ${name})
    install(FILES ${pages}/_${name} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${pages}/${name}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  endif()
endforeach()
