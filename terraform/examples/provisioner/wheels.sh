#!/bin/sh
# Collects what a machine without a network needs, in a folder: the wheels of tf-helper and its dependencies, their hashes,
# and install.sh. Run it in a checkout, where there is a network.
#
#   sh wheels.sh FOLDER                                    for a machine of this kind with this Python
#   sh wheels.sh FOLDER --python-version 3.14 --platform musllinux_1_2_x86_64    for another one
#
# The options after the folder are those of `pip download`.
set -eu

here=$(dirname "$0")
folder=$1
shift

mkdir -p "$folder"
rm -f "$folder"/*.whl
python3 -m pip wheel --disable-pip-version-check --no-deps --wheel-dir "$folder" "$here/../../.."
python3 -m pip download --disable-pip-version-check --only-binary :all: --require-hashes \
  --requirement "$here/requirements.txt" --dest "$folder" "$@"

wheel=$(echo "$folder"/tf_helper-*.whl)
version=${wheel##*/tf_helper-}
hash=$(sha256sum "$wheel")
{
  cat "$here/requirements.txt"
  echo "tf-helper==${version%%-*} --hash=sha256:${hash%% *}"
} >"$folder/requirements.txt"
cp "$here/install.sh" "$folder/"
# Compare this on the other machine: the file vouches for all wheels.
sha256sum "$folder/requirements.txt"
