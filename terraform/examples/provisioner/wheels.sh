#!/bin/sh
# Collects what a machine without a network needs, in a folder: the wheels of tf-helper and its dependencies, their hashes,
# and install.sh. Run it in a checkout, where there is a network.
#
#   sh wheels.sh FOLDER                                    for a machine of this kind with this Python
#   sh wheels.sh FOLDER --python-version 3.14 --platform musllinux_1_2_x86_64    for another one
#
# The options after the folder are those of `pip download`.
set -eu

usage="usage: sh wheels.sh FOLDER [OPTION OF pip download]..."
case ${1-} in
-h | --help)
  echo "$usage"
  exit
  ;;
'' | -*)
  echo "wheels.sh: the first argument must be the folder to fill; $usage" >&2
  exit 2
  ;;
esac

here=$(dirname "$0")
folder=$1
shift

# An older collection is replaced, and nothing else.
if [ ! -f "$folder/install.sh" ] && ls "$folder"/*.whl >/dev/null 2>&1; then
  echo "wheels.sh: $folder has wheels that this script did not collect: name another folder" >&2
  exit 1
fi
mkdir -p "$folder"
cp "$here/install.sh" "$folder/"
rm -f "$folder"/*.whl
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m pip install --disable-pip-version-check --only-binary :all: --require-hashes \
  --requirement "$here/build-requirements.txt" --target "$build"
PYTHONPATH=$build python3 -m pip wheel --disable-pip-version-check --no-deps --no-index --no-build-isolation \
  --wheel-dir "$folder" "$here/../../.."
python3 -m pip download --disable-pip-version-check --only-binary :all: --require-hashes \
  --requirement "$here/requirements.txt" --dest "$folder" "$@"

wheel=$(echo "$folder"/tf_helper-*.whl)
version=${wheel##*/tf_helper-}
hash=$(sha256sum "$wheel")
{
  cat "$here/requirements.txt"
  echo "tf-helper==${version%%-*} --hash=sha256:${hash%% *}"
} >"$folder/requirements.txt"
# Compare these on the other machine: one file runs there, and the other vouches for all wheels.
sha256sum "$folder/install.sh" "$folder/requirements.txt"
