#!/usr/bin/env bash
# Installs Debian packages that are missing.
#
#     Scripts/install.sh build            what a build needs
#     Scripts/install.sh build strace     and further packages
#
# On Debian and its kin this asks apt-get, through sudo where you are not root. Elsewhere it looks
# for the same libraries and names those that are missing. Exit code 2: something is missing and
# this script may not or cannot install it.
set -euo pipefail

build=(
    gcc                   # libgomp, which the kernels share with oneDNN
    pkg-config            # where libraries are
    libcurl4-openssl-dev  # requests of plugins that were granted a host
    libdnnl-dev           # oneDNN: matrix products
    libedit-dev           # lines typed at nightjar chat
    liblua5.4-dev         # recipes
    libpcre2-dev          # split patterns of tokenizers
    libutf8proc-dev       # Unicode normalisation
    libxxhash-dev         # content hashes
)

wanted=()
for name in "$@"; do
    if [[ $name == build ]]; then wanted+=("${build[@]}"); else wanted+=("$name"); fi
done

is_debian() {
    [[ -r /etc/os-release ]] && command -v apt-get >/dev/null &&
        grep -qE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release
}

has_header() { echo "#include <$1>" | cc -E - >/dev/null 2>&1; }

is_there() {
    if is_debian; then
        [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
        return
    fi
    case $1 in
        libcurl4-openssl-dev) pkg-config --exists libcurl ;;
        libdnnl-dev) has_header dnnl.h ;;
        libedit-dev) has_header histedit.h ;;
        liblua5.4-dev) pkg-config --exists lua5.4 ;;
        libpcre2-dev) pkg-config --exists libpcre2-8 ;;
        libutf8proc-dev) has_header utf8proc.h ;;
        libxxhash-dev) has_header xxhash.h ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing=()
for name in ${wanted[@]+"${wanted[@]}"}; do
    is_there "$name" || missing+=("$name")
done
((${#missing[@]})) || exit 0

if ! is_debian; then
    {
        echo "error: this system has no apt-get, and these are missing (by their Debian names):"
        printf '  %s\n' "${missing[@]}"
        echo "Install what your system calls them, then run this again."
    } >&2
    exit 2
fi

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        {
            echo "error: packages are missing and there is no sudo. As root, run:"
            echo "  apt-get update && apt-get install ${missing[*]}"
        } >&2
        exit 2
    fi
    as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
fi

echo "installing ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! {
    ${as_root[@]+"${as_root[@]}"} apt-get -qq update &&
        ${as_root[@]+"${as_root[@]}"} apt-get -qq install --no-install-recommends --yes \
            "${missing[@]}"
} >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "error: apt-get could not install ${missing[*]}; its last lines stand above." >&2
    exit 3
fi
