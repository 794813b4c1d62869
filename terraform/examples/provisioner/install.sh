#!/bin/sh
# Installs tf-helper into an environment of its own and links it into a directory of PATH. The arguments are those of
# `pip install`; the same command with a newer version updates.
#
#   sh install.sh tf-helper
#   sh install.sh --no-index --find-links wheels tf-helper
#
# Requires Python 3.10 or newer with its module venv (Debian: python3-venv).
set -eu

home=${TF_HELPER_HOME:-/opt/tf-helper}
bin=${TF_HELPER_BIN:-/usr/local/bin}

# Terraform runs as another user than the one who installs this.
umask 022

python3 -m venv "$home"
# A provisioner has no compiler: wheels only.
"$home/bin/python3" -m pip install --disable-pip-version-check --no-cache-dir --only-binary :all: --upgrade "$@"

# Terraform's user cannot write compiled modules later, and without them every start takes twice as long. They stay
# valid even if an image builder changes the times of the source files.
"$home/bin/python3" -m compileall -q -f --invalidation-mode unchecked-hash "$home/lib"

mkdir -p "$bin"
ln -sfn "$home/bin/tf-helper" "$bin/tf-helper"
"$bin/tf-helper" --version
