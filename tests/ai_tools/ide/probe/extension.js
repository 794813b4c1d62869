// Sends a GET by each client, to a host of its own (<client>.PROBE_DOMAIN), and writes what became of them to PROBE_RESULT.
// PROBE_PACKAGES is where the packages from npm are, PROBE_NODE the program that runs a child.

const { execFile } = require("node:child_process");
const { renameSync, writeFileSync } = require("node:fs");
const http2 = require("node:http2");
const https = require("node:https");
const { createRequire } = require("node:module");
const vscode = require("vscode");

const { PROBE_DOMAIN, PROBE_NODE, PROBE_PACKAGES, PROBE_RESULT } = process.env;
const packages = createRequire(`${PROBE_PACKAGES}/package.json`);
const SECONDS = 20;

const opened = (socket) =>
  new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve("open"));
    socket.addEventListener("error", (event) => reject(event.error ?? new Error(event.message)));
  });

const child = (...command) =>
  new Promise((resolve, reject) => {
    execFile(command[0], command.slice(1), (error, out, err) => (error ? reject(new Error(err)) : resolve(out)));
  });

const script = (url) => `fetch("${url}").then(() => {}, (error) => { console.error(error); process.exitCode = 1; })`;

const inTerminal = (...command) =>
  new Promise((resolve, reject) => {
    const terminal = vscode.window.createTerminal({ shellPath: command[0], shellArgs: command.slice(1) });
    vscode.window.onDidCloseTerminal((closed) => {
      if (closed === terminal) {
        closed.exitStatus.code === 0 ? resolve("ended") : reject(new Error(`ended with ${closed.exitStatus.code}`));
      }
    });
  });

const clients = {
  https: (url) =>
    new Promise((resolve, reject) => {
      https.get(url, (answer) => resolve(answer.statusCode)).on("error", reject);
    }),
  fetch: async (url) => (await fetch(url)).status,
  undici: async (url) => (await packages("undici").fetch(url)).status,
  axios: async (url) => (await packages("axios").get(url, { validateStatus: null })).status,
  ws: (url) => opened(new (packages("ws"))(url.replace("https:", "wss:"))),
  websocket: (url) => opened(new WebSocket(url.replace("https:", "wss:"))),
  http2: (url) =>
    new Promise((resolve, reject) => {
      const session = http2.connect(new URL(url).origin).on("error", reject);
      session.request({ ":path": new URL(url).pathname }).on("response", resolve).on("error", reject).end();
    }),
  curl: (url) => child("curl", "--silent", "--show-error", url),
  node: (url) => child(PROBE_NODE, "-e", script(url)),
  terminal: (url) => inTerminal(PROBE_NODE, "-e", script(url)),
};

const outcome = (client) =>
  Promise.race([
    clients[client](`https://${client}.${PROBE_DOMAIN}/v1/models/${client}`).then(String, (error) =>
      [error, error.cause, error.cause?.cause].filter(Boolean).map(({ message, code }) => code ?? message).join(": "),
    ),
    new Promise((resolve) => setTimeout(resolve, SECONDS * 1000, "no answer")),
  ]);

exports.activate = async () => {
  const outcomes = {};
  for (const client of Object.keys(clients)) {
    outcomes[client] = await outcome(client);
  }
  writeFileSync(`${PROBE_RESULT}.new`, JSON.stringify(outcomes));
  renameSync(`${PROBE_RESULT}.new`, PROBE_RESULT);
};
