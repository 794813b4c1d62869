#!/bin/sh
# Runs a command on a network of its own, where all addresses lead to loopback and all names are looked up there: what a
# tool asks of anyone but the proxy goes nowhere, and the recorder beside this file sees it.
#
#   loopback_only.sh COMMAND [ARGUMENT ...]
#
# Without the right to make a network the command runs on the machine's, without TESTS_NETWORK in its environment.
set -eu

etc=$(dirname "$(readlink -f "$0")")/etc
own='unshare --net --mount --pid --fork --kill-child --mount-proc'
[ "$(id -u)" = 0 ] || own="$own --map-root-user"

# shellcheck disable=SC2086 # a command and its options
$own true || exec "$@"
# shellcheck disable=SC2016,SC2086
exec $own sh -euc '
    ip link set lo up
    ip route add local 0.0.0.0/0 dev lo
    ip -6 route add local ::/0 dev lo || echo "no IPv6 on this machine"
    # The second file keeps out daemons of the machine that answer in place of a name server.
    for file in resolv.conf nsswitch.conf; do
        [ ! -e "/etc/$file" ] || mount --bind "$1/$file" "/etc/$file"
    done
    shift
    TESTS_NETWORK=loopback exec "$@"
' sh "$etc" "$@"
