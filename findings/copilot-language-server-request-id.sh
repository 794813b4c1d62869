#!/bin/sh
# GitHub's language server for Copilot takes a correct answer of GitHub's API for that of "a proxy or firewall", if the
# answer has no header X-GitHub-Request-Id.
#
# Guess: what counts is the TLS certificate, the status and the JSON; a header that only serves support is optional.
# Behavior: without the header, sign-in fails, although the token was issued; with it, the same answers are taken.
#
# Needs sh, npm and openssl. Exit status 1: the behavior has changed.
set -eu

version=1.539.0
case $(uname -m) in aarch64) processor=arm64 ;; *) processor=x64 ;; esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --silent --ignore-scripts --omit=optional --no-audit --no-fund \
  "@github/copilot-language-server@$version" "node-linux-$processor@24.21.0"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=github.com -addext subjectAltName=DNS:github.com,DNS:api.github.com \
  -keyout key.pem -out certificate.pem 2>/dev/null

cat >run.mjs <<'END'
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";

const answers = {
  "/login/device/code": {
    device_code: "d", user_code: "ABCD-EFGH", verification_uri: "https://github.com/login/device", expires_in: 900, interval: 1,
  },
  "/login/oauth/access_token": { access_token: "gho_alice", token_type: "bearer", scope: "repo" },
  "/user": { login: "alice", id: 1 },
  "/copilot_internal/user": { login: "alice", copilot_plan: "individual", chat_enabled: true },
  "/copilot_internal/v2/token": {
    token: "tid=alice;exp=4102444800", expires_at: 4102444800, refresh_in: 1500,
    endpoints: { api: "https://api.github.com", proxy: "https://api.github.com", telemetry: "https://api.github.com" },
  },
};

const signIn = async (headers) => {
  const api = https.createServer({ key: readFileSync("key.pem"), cert: readFileSync("certificate.pem") }, (request, response) => {
    const answer = answers[request.url];
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json", ...headers });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise((resolve) => api.listen(0, "127.0.0.1", resolve));
  const proxy = http.createServer().on("connect", (_, client) => {
    const server = net.connect(api.address().port, "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    server.pipe(client).pipe(server);
    for (const socket of [client, server]) socket.on("error", () => {});
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const program = "node_modules/@github/copilot-language-server/dist/language-server.js";
  const server = spawn(process.execPath, [program, "--stdio"], {
    env: {
      PATH: process.env.PATH, HOME: process.cwd() + "/home" + (headers["X-GitHub-Request-Id"] ?? ""),
      HTTPS_PROXY: `http://127.0.0.1:${proxy.address().port}`, NODE_EXTRA_CA_CERTS: process.cwd() + "/certificate.pem",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map();
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const request = (id, method, params) =>
    new Promise((resolve) => {
      waiting.set(id, resolve);
      send({ id, method, params });
    });
  let data = Buffer.alloc(0);
  server.stdout.on("data", (chunk) => {
    data = Buffer.concat([data, chunk]);
    for (;;) {
      const end = data.indexOf("\r\n\r\n");
      const length = end < 0 ? 0 : Number(/content-length: *(\d+)/i.exec(data.subarray(0, end))[1]);
      if (end < 0 || data.length < end + 4 + length) return;
      const message = JSON.parse(data.subarray(end + 4, end + 4 + length));
      data = data.subarray(end + 4 + length);
      if (!message.method) waiting.get(message.id)?.(message.error?.message ?? message.result);
      else if (message.id !== undefined) send({ id: message.id, result: { success: true } });
    }
  });
  const name = { name: "tests", version: "1" };
  await request(1, "initialize", { processId: null, capabilities: {}, initializationOptions: { editorInfo: name, editorPluginInfo: name } });
  send({ method: "initialized", params: {} });
  const { command } = await request(2, "signIn", {});
  const outcome = await request(3, "workspace/executeCommand", { ...command, arguments: [] });
  server.kill();
  return outcome.status ?? outcome;
};

const without = await signIn({});
const withHeader = await signIn({ "X-GitHub-Request-Id": "1" });
console.log(`without X-GitHub-Request-Id: ${without}`);
console.log(`with X-GitHub-Request-Id:    ${withHeader}`);
process.exit(/does not appear to originate from GitHub/.test(without) && withHeader === "OK" ? 0 : 1);
END

echo "@github/copilot-language-server $version"
timeout 180 node_modules/.bin/node run.mjs
