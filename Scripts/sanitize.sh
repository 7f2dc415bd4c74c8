#!/usr/bin/env bash
# Runs the tests of the Lua modules under AddressSanitizer and ThreadSanitizer.
#
#     Scripts/sanitize.sh                  both
#     Scripts/sanitize.sh address          one of them
#     Scripts/sanitize.sh thread --filter WorkerPoolTests
#
# The Lua modules are built as a package of their own, from links to their folders, since the whole
# package would take many minutes each time. What is built stays in .build/sanitize-KIND.
# Tests that are about the clock alone are left out: instrumented code is several times slower.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

kinds=(address thread)
if [[ ${1:-} == address || ${1:-} == thread ]]; then
    kinds=("$1")
    shift
fi
skipped=(--skip CostTests --skip aDeadlineIsMetWithinMilliseconds
    --skip heavyItemsThatStandTogetherAreSharedOut)
# ThreadSanitizer holds signals back until the thread calls into the C library, which a looping
# script never does: what ends a script at its deadline cannot be tried under it.
without_signals=(--skip LuaRuntimeTests.BudgetTests --skip GivenUpTests --skip cutsByTime
    --skip InterrupterTests
    --skip aBudgetIsEachItemsOwn --skip aStalledWorkerIsCutOffAndReplaced
    --skip luaErrorsUnwindSwiftFramesToo)

make_package() {
    mkdir -p "$1/Sources" "$1/Tests"
    for module in CLua CLuaShim LuaRuntime Naming CXXHash; do
        ln -sfn "$root/Sources/$module" "$1/Sources/$module"
    done
    ln -sfn "$root/Tests/LuaRuntimeTests" "$1/Tests/LuaRuntimeTests"
    cat >"$1/Package.swift" <<'END'
// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let package = Package(
    name: "lua",
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4"),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash"),
        .target(name: "CLuaShim", dependencies: ["CLua"]),
        .target(name: "Naming", dependencies: ["CXXHash"], swiftSettings: strict),
        .target(
            name: "LuaRuntime", dependencies: ["Naming", "CLua", "CLuaShim"], swiftSettings: strict),
        .testTarget(
            name: "LuaRuntimeTests", dependencies: ["LuaRuntime", "CLua", "CLuaShim"],
            swiftSettings: strict),
    ])
END
}

for kind in "${kinds[@]}"; do
    package=$root/.build/sanitize-$kind
    make_package "$package"
    echo "== $kind"
    options=("${skipped[@]}")
    if [[ $kind == thread ]]; then
        options+=("${without_signals[@]}")
        # Lua's errors jump over frames of C. Its library is not instrumented, so the record of calls
        # that ThreadSanitizer keeps would grow with each until it ends.
        options+=(-Xcc -mllvm -Xcc -tsan-instrument-func-entry-exit=0)
    fi
    # Leaks are looked for by the tests themselves, which count what a closed state kept:
    # LeakSanitizer cannot stop threads inside a container.
    # Swift's Mutex and semaphores are not instrumented either: what they order looks unordered.
    printf 'race:%s\n' WorkerEngine WorkerPool >"$package/suppressions"
    NIGHTJAR_SANITIZER=$kind ASAN_OPTIONS=detect_leaks=0 \
        TSAN_OPTIONS=halt_on_error=1:suppressions=$package/suppressions \
        swift test --package-path "$package" --scratch-path "$package/.build" \
        --sanitize="$kind" -c release -Xswiftc -enable-testing "${options[@]}" "$@"
done
