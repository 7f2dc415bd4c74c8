#!/usr/bin/env bash
# Installs what the tests need and runs them.
#
#     Scripts/test.sh                      all of them
#     Scripts/test.sh --filter CorporaTests
#
# Arguments go to `swift test`, whose exit code this has. Tests run in release: in a debug build the
# kernels are too slow to mean anything.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v swift >/dev/null; then
    echo "error: there is no swift in PATH; install Swift 6.2 or newer from https://swift.org" >&2
    exit 2
fi
# strace makes single system calls of a save fail.
Scripts/install.sh build strace

exec swift test -c release -Xswiftc -enable-testing "$@"
