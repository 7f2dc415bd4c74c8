#!/usr/bin/env bash
# Compiles all C for arm64, warnings as errors: nothing runs, but what only x86-64 knows is found.
#
#     Scripts/cross.sh             needs clang and the package libc6-dev-arm64-cross
set -euo pipefail
cd "$(dirname "$0")/.."

headers=/usr/aarch64-linux-gnu/include
if [[ ! -d $headers ]]; then
    echo "error: $headers is missing; apt-get install libc6-dev-arm64-cross" >&2
    exit 2
fi
includes=()
for folder in Sources/*/include; do includes+=(-I"$folder"); done
# Libraries' headers are the same on both; those of the C library come first.
includes+=(-ISources/COneDNN -I/usr/include/lua5.4 -isystem "$headers" -idirafter /usr/include
    -idirafter "/usr/include/$(uname -m)-linux-gnu")
count=0
for file in Sources/C*/*.c; do
    clang --target=aarch64-linux-gnu -O2 -Wall -Werror -c -o /dev/null "${includes[@]}" "$file"
    count=$((count + 1))
done
echo "$count files compile for arm64."
