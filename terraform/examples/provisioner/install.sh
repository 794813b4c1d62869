#!/bin/sh
# Installs tf-helper into an environment of its own and links it into a directory of PATH: the version of the checkout
# that this file is in, or, in a folder that wheels.sh has filled, from the wheels beside it, without a network. Run it
# again at any time, with the same version or another one.
#
#   sh install.sh
#   TF_HELPER_HOME=/opt/tf-helper-next TF_HELPER_BIN=/opt/tf-helper-next sh install.sh    in other places
#
# The dependencies must have the hashes in requirements.txt, and what builds a checkout those in build-requirements.txt.
# tf-helper is never looked up on PyPI, where that name could be someone else's program.
#
# Requires Python 3.10 or newer with its module venv (Debian: python3-venv).
set -eu

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

usage="usage: sh install.sh; it takes no arguments, the variables TF_HELPER_HOME and TF_HELPER_BIN name other places"
case ${1-} in
-h | --help)
  echo "$usage"
  exit
  ;;
esac
[ $# -eq 0 ] || fail "unexpected argument \"$1\"; $usage"

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
home=${home%/}
bin=${TF_HELPER_BIN:-/usr/local/bin}
bin=${bin%/}
case $home in /*) ;; *) fail "TF_HELPER_HOME is \"$home\", it must be an absolute path of a directory" ;; esac
case $bin in /*) ;; *) fail "TF_HELPER_BIN is \"$bin\", it must be an absolute path of a directory" ;; esac
# As Python writes it into the environment's scripts: without ".." and "//".
normalized() {
  python3 -c 'import os, sys; print(os.path.join(os.path.realpath(os.path.dirname(sys.argv[1])), os.path.basename(sys.argv[1])))' "$1"
}
home=$(normalized "$home")
bin=$(normalized "$bin")
[ "$bin" != "$home/bin" ] || fail "TF_HELPER_BIN is \"$bin\", where the program itself is: name another directory"

# What is there is replaced, so it must be an environment of this script's.
marker=made-by-install.sh
if [ -L "$home" ] || { [ -e "$home" ] && ! [ -f "$home/$marker" ] && ! rmdir "$home" 2>/dev/null; }; then
  fail "$home is not a directory that this script has made: name another one in TF_HELPER_HOME, or move it away"
fi

# Terraform runs as another user than the one who installs this.
umask 022

# The new environment is made beside the old one, which works until the new one does.
mkdir -p "$(dirname "$home")"
new=$(mktemp -d "$home.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$new"
python3 -m venv "$new/venv"

pip_install() {
  "$new/venv/bin/python3" -m pip install --disable-pip-version-check --no-cache-dir "$@"
}

# A provisioner has no compiler: wheels only.
if [ -z "$checkout" ]; then
  pip_install --no-index --find-links "$here" --only-binary :all: --require-hashes --requirement "$here/requirements.txt"
else
  pip_install --only-binary :all: --require-hashes --requirement "$here/requirements.txt"
  pip_install --only-binary :all: --require-hashes --requirement "$here/build-requirements.txt" --target "$new/build"
  (
    export PYTHONPATH="$new/build"
    pip_install --no-deps --no-index --no-build-isolation "$checkout"
  )
fi

"$new/venv/bin/tf-helper" --version
: >"$new/venv/$marker"

# Scripts have the path of their environment in them.
"$new/venv/bin/python3" - "$new/venv" "$home" <<'END'
import os, pathlib, sys

made, home = map(os.fsencode, sys.argv[1:])
for file in pathlib.Path(sys.argv[1], "bin").iterdir():
    if not file.is_symlink():
        file.write_bytes(file.read_bytes().replace(made, home))
END

# Terraform's user cannot write compiled modules later, and without them every start takes twice as long. They stay
# valid even if an image builder changes the times of the source files.
"$new/venv/bin/python3" -m compileall -q -f -s "$new/venv" -p "$home" --invalidation-mode unchecked-hash "$new/venv/lib"

trap '' HUP INT TERM
[ ! -e "$home" ] || mv "$home" "$new/old"
if ! mv "$new/venv" "$home" || ! "$home/bin/tf-helper" --version >/dev/null; then
  [ ! -e "$home" ] || mv "$home" "$new/venv"
  [ ! -e "$new/old" ] || mv "$new/old" "$home"
  fail "cannot make $home, it stays as it was"
fi

mkdir -p "$bin"
ln -sfn "$home/bin/tf-helper" "$bin/tf-helper.new"
mv -f "$bin/tf-helper.new" "$bin/tf-helper"
echo "$bin/tf-helper is $home/bin/tf-helper"
