#!/bin/sh
# aiohttp with trust_env=True ignores a proxy with an https URL.
#
# Guess: trust_env=True uses HTTPS_PROXY whatever its scheme: the argument proxy= takes the same URL.
# Seen:  with an https URL it connects directly, with a warning in its log at most; with proxy= it uses the proxy.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet aiohttp==3.14.5
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
import asyncio, os, sys
import aiohttp

async def main():
    by = {"proxy": os.environ["HTTPS_PROXY"]} if sys.argv[1:] else {}
    async with aiohttp.ClientSession(trust_env=True) as session:
        await session.get("https://api.example.invalid/", timeout=aiohttp.ClientTimeout(10), **by)

asyncio.run(main())
END
python3 proxy.py http venv/bin/python ask.py >http.txt
python3 proxy.py https venv/bin/python ask.py >https.txt
expect 'aiohttp 3.14.5, HTTPS_PROXY=http://...' 'CONNECT api.example.invalid:443' http.txt
expect 'aiohttp 3.14.5, HTTPS_PROXY=https://...' nothing https.txt
