import { globalAgent } from "node:https";

import WebSocket from "ws";

import { converse, headers, url } from "./conversation.mjs";

// By itself `ws` connects past the proxy; the agent is what NODE_USE_ENV_PROXY has configured. Bun alone takes a proxy.
const ways = { agent: { agent: globalAgent }, proxy: { proxy: process.env.HTTPS_PROXY } };
converse(new WebSocket(url, { headers, ...ways[process.argv[2]] }));
