#!/bin/sh
# Installs tf-helper into an environment of its own and links it into a directory of PATH: the version of the checkout
# that this file is in, or, in a folder that wheels.sh has filled, from the wheels beside it, without a network. Run it
# again at any time, with the same version or another one.
#
# The dependencies must have the hashes in requirements.txt. tf-helper is never looked up on PyPI, where that name could
# be someone else's program.
#
# Requires Python 3.10 or newer with its module venv (Debian: python3-venv).
set -eu

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

here=$(dirname "$0")
checkout=$here/../../..

set -- "$here"/tf_helper-*.whl
if [ -f "$1" ]; then
  version=${1##*/tf_helper-}
  version=${version%%-*}
  checkout=
elif [ -f "$checkout/tf_helper/__init__.py" ]; then
  version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$checkout/tf_helper/__init__.py")
else
  fail "$here is neither in a checkout of tf-helper nor a folder that wheels.sh has filled"
fi

python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "python3 on PATH must be Python 3.10 or newer"

# A directory for each version: plans that run meanwhile keep theirs, and the link leads back.
home=${TF_HELPER_HOME:-/opt/tf-helper-$version}
bin=${TF_HELPER_BIN:-/usr/local/bin}

# Terraform runs as another user than the one who installs this.
umask 022

# An environment whose Python is gone no longer works: recreate it.
if [ -f "$home/pyvenv.cfg" ] && ! "$home/bin/tf-helper" --version >/dev/null 2>&1; then
  python3 -m venv --clear "$home"
else
  python3 -m venv "$home"
fi

pip_install() {
  "$home/bin/python3" -m pip install --disable-pip-version-check --no-cache-dir "$@"
}

if [ -z "$checkout" ]; then
  set -- --no-index --find-links "$here"
else
  set --
fi
# A provisioner has no compiler: wheels only.
pip_install "$@" --only-binary :all: --require-hashes --requirement "$here/requirements.txt"
if [ -n "$checkout" ]; then
  pip_install --no-deps --force-reinstall "$checkout"
fi

# Terraform's user cannot write compiled modules later, and without them every start takes twice as long. They stay
# valid even if an image builder changes the times of the source files.
"$home/bin/python3" -m compileall -q -f --invalidation-mode unchecked-hash "$home/lib"

"$home/bin/tf-helper" --version
mkdir -p "$bin"
ln -sfn "$home/bin/tf-helper" "$bin/tf-helper.new"
mv -f "$bin/tf-helper.new" "$bin/tf-helper"
echo "$bin/tf-helper is $home/bin/tf-helper"
