#!/bin/sh
# gRPC connects directly if the proxy has an https URL.
#
# Guess: it uses the proxy over TLS, or refuses a URL that it does not support.
# Seen:  it ignores the variable and connects directly, without an error; with an http URL it uses the proxy.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet grpcio==1.85.3
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
import grpc
channel = grpc.secure_channel("api.example.invalid:443", grpc.ssl_channel_credentials())
try:
    channel.unary_unary("/example.Service/Method")(b"", timeout=10)
except grpc.RpcError as error:
    print("error:", error.details())
END
python3 proxy.py http venv/bin/python ask.py >http.txt
python3 proxy.py https venv/bin/python ask.py >https.txt
expect 'grpcio 1.85.3, https_proxy=http://...' 'CONNECT api.example.invalid:443' http.txt
expect 'grpcio 1.85.3, https_proxy=https://...' nothing https.txt
