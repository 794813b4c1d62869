#!/bin/sh
# pip does not hold what is installed already against --require-hashes.
# Guess: with --require-hashes, pip fails if the installed release is not one of the files with these hashes.
# Seen: "Requirement already satisfied", status 0, whatever hash the requirements file has; only a fresh environment, or
# --force-reinstall, is checked.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check pip==25.3 idna==3.10
"$work/env/bin/python" -m pip --version | cut -d' ' -f1,2
# The right form, and the hash of no file of idna 3.10.
echo "idna==3.10 --hash=sha256:$(printf '%064d' 0)" >"$work/requirements.txt"
set -- "$work/env/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$work/requirements.txt"
"$@"
if "$@" --force-reinstall 2>"$work/refusal"; then
  echo "changed: --force-reinstall does not check the hash" >&2
  exit 1
fi
grep 'DO NOT MATCH' "$work/refusal"
