#!/bin/sh
# `npm ci` refuses the lock file that code-server ships for its own dependencies.
#
# Guess: npm-shrinkwrap.json in a published package is in step with its package.json, so `npm ci` installs what was tested.
# Behavior: `npm ci` fails with EUSAGE (packages missing from the lock file); only `npm install`, which resolves those anew,
# works, and that is what code-server's postinstall script runs.
#
# Needs sh, npm and tar. Exit status 1: the behavior has changed.
set -eu

version=4.139.1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent "code-server@$version" >/dev/null
tar -xzf "code-server-$version.tgz" package/lib/vscode/package.json package/lib/vscode/npm-shrinkwrap.json
cd package/lib/vscode

echo "code-server $version, npm $(npm --version)"
status=0
npm ci --ignore-scripts --omit=dev --no-audit --no-fund --dry-run >ci.log 2>&1 || status=$?
grep -E 'EUSAGE|Missing:' ci.log | sort -u | head -5
echo "npm ci: exit status $status"
[ "$status" -ne 0 ] && grep -q EUSAGE ci.log
