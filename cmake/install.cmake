# The rules are always on, also below another project: a parent can export a target that links opara only if opara is
# exported, too. A parent that wants none of our files in its package adds this folder with EXCLUDE_FROM_ALL.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_dir "${CMAKE_INSTALL_DATADIR}/cmake/opara") # not below lib/: nothing here depends on the architecture

# One export file a component, so that the config file loads only what was asked for.
foreach(component IN ITEMS core ${all_components})
    install(
        TARGETS opara_${component}
        EXPORT opara_${component}
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" # for consumers with a CMake that knows no file sets (< 3.23)
    )
    install(
        EXPORT opara_${component}
        FILE opara-${component}.cmake
        NAMESPACE opara::
        DESTINATION "${config_dir}"
    )
    export(EXPORT opara_${component} FILE opara-${component}.cmake NAMESPACE opara::) # for a parent that does the same
endforeach()

write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/opara-config-version.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(
    FILES "${PROJECT_SOURCE_DIR}/cmake/opara-config.cmake" "${PROJECT_BINARY_DIR}/opara-config-version.cmake"
    DESTINATION "${config_dir}"
)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DATADIR}/licenses/opara")
