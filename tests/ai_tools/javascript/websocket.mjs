import { converse, url } from "./conversation.mjs";

// Bun alone takes a proxy here.
converse(process.argv[2] === "proxy" ? new WebSocket(url, { proxy: process.env.HTTPS_PROXY }) : new WebSocket(url));
