#!/usr/bin/env bash
# On Gradescope (Ubuntu 22.04 or newer; Debian 12): builds the image. Elsewhere: prepares .venv and nothing more,
#   bash setup.sh [requirements.lock]
# Can be run twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
    echo "setup.sh: $1" >&2
    exit 2
}

# A virtual environment in folder $1 from lock file $2; every package is checked against its hash.
prepare_venv() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
        fail "Python 3.10 or newer is needed: on Gradescope choose Ubuntu 22.04, elsewhere set PYTHON=/path/to/python3"
    if ! "$1/bin/python" -c 'import pip' 2>/dev/null; then  # none yet, or one of a Python that has gone or had no ensurepip
        rm -rf "$1"
        "$python" -m venv "$1" || fail "venv is missing: on Debian and Ubuntu install python3-venv"
    fi
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$2"
}

build_image() {
    local home=/opt/backprop-grader student=backprop-student student_uid=60700
    export DEBIAN_FRONTEND=noninteractive MPLCONFIGDIR=$home/matplotlib
    local packages="python3 python3-venv ca-certificates"
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $packages || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages; }
    umask 022
    mkdir -p "$home" "$MPLCONFIGDIR"
    prepare_venv "$home/venv" requirements.lock
    # Student code runs as this user: reserved here, so that no package takes its number. No password, no home, no shell.
    id "$student" >/dev/null 2>&1 ||
        useradd --uid "$student_uid" --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$student"
    "$home/venv/bin/python" -m compileall -q grader reference
    chmod -R u+rwX,go= .
    if [ -d ../results ]; then chmod 700 ../results; fi
    open_to_students "$home"
    # A machine that cannot grade is found out here and not at the deadline.
    "$home/venv/bin/python" -m grader doctor
    "$home/venv/bin/python" -m grader.gradescope verify
    open_to_students "$home"
}

# Student code may read folder $1. Only what is closed is touched: each file that is would be copied into the image again.
open_to_students() {
    find "$1" \( -type d ! -perm -055 -o -type f ! -perm -044 \) -exec chmod go+rX {} +
}

python=${PYTHON:-python3}
if [ "$PWD" = /autograder/source ]; then
    build_image
else
    prepare_venv .venv "${1:-requirements.lock}"
    .venv/bin/python -m compileall -q grader reference
fi
