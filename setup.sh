#!/usr/bin/env bash
# Prepares .venv from a lock file: bash setup.sh [requirements.lock]. Can be run twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
lock=${1:-requirements.lock}
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "setup.sh: Python 3.10 or newer is needed; set PYTHON=/path/to/python3" >&2
    exit 2
fi
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    "$python" -m venv .venv || { echo "setup.sh: venv is missing: on Debian and Ubuntu install python3-venv" >&2; exit 2; }
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
