#!/bin/sh
# websockets 15 refuses a proxy that answers CONNECT with HTTP/1.0.
#
# Guess: the version in "HTTP/1.0 200 Connection established" does not matter: many proxies send it, and RFC 9110 allows it.
# Seen:  websockets 15.0.1 gives up; 16.0 goes on to the TLS handshake.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 15.0.1 16.0; do
	python3 -m venv "$version"
	"$version/bin/pip" install --quiet "websockets==$version"
done
cat >proxy.py <<'END'
"""Runs a command with HTTPS_PROXY set; prints the first line of each request to the proxy."""
import os, socket, subprocess, sys, threading

scheme, *command = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0))
asked = []

def serve():
    while True:
        client, _ = listener.accept()
        asked.append(client.recv(65536).decode("latin1").splitlines()[0])
        client.sendall(b"HTTP/1.0 200 Connection established\r\n\r\n")
        client.close()

threading.Thread(target=serve, daemon=True).start()
url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
done = subprocess.run(
    command,
    env={**os.environ, "HTTPS_PROXY": url, "https_proxy": url, "NODE_USE_ENV_PROXY": "1"},
    capture_output=True, text=True, timeout=120,
)
said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if "rror" in line]
print("   the proxy got:", *(asked or ["nothing"]))
print("   the client said:", said[-1][:150] if said else done.stdout[:150])
END

expect() { # WHAT EXPECTED FILE
	printf '%s\n' "$1"
	cat "$3"
	grep -q "the proxy got: $2" "$3" || { echo "   CHANGED: expected $2"; exit 1; }
}

cat >ask.py <<'END'
from websockets.sync.client import connect
connect("wss://api.example.invalid/")
END
for version in 15.0.1 16.0; do python3 proxy.py http "$version/bin/python" ask.py >"$version.txt"; done
expect 'websockets 15.0.1' 'CONNECT api.example.invalid:443' 15.0.1.txt
grep -q 'expected HTTP/1.1' 15.0.1.txt
expect 'websockets 16.0' 'CONNECT api.example.invalid:443' 16.0.txt
! grep -q 'expected HTTP/1.1' 16.0.txt
