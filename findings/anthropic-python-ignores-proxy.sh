#!/bin/sh
# Anthropic's SDK for Python ignores HTTPS_PROXY from 0.47 to 0.53.
#
# Guess: it is built on httpx, which heeds HTTPS_PROXY, so every version does.
# Seen:  these versions give httpx a transport of their own, and httpx then ignores the environment, without a word.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 0.46.0 0.53.0 0.54.0; do
	python3 -m venv "$version"
	"$version/bin/pip" install --quiet "anthropic==$version" 'httpx<0.28'
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
        client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
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
from anthropic import Anthropic
client = Anthropic(api_key="key", base_url="https://api.example.invalid", max_retries=0)
client.messages.create(model="claude", max_tokens=9, messages=[{"role": "user", "content": "Hello"}])
END
for version in 0.46.0 0.53.0 0.54.0; do python3 proxy.py http "$version/bin/python" ask.py >"$version.txt"; done
expect 'anthropic 0.46.0' 'CONNECT api.example.invalid:443' 0.46.0.txt
expect 'anthropic 0.53.0' nothing 0.53.0.txt
expect 'anthropic 0.54.0' 'CONNECT api.example.invalid:443' 0.54.0.txt
