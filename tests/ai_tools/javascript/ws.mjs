import { globalAgent } from "node:https";

import WebSocket from "ws";

import { converse, headers, url } from "./conversation.mjs";

// By itself `ws` connects past the proxy; the agent is what NODE_USE_ENV_PROXY has configured.
converse(new WebSocket(url, process.argv[2] === "agent" ? { headers, agent: globalAgent } : { headers }));
