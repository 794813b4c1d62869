import { request } from "node:https";
import { json } from "node:stream/consumers";

import { body, headers, url } from "./request.mjs";

// Bun and Deno would wait for five seconds in case the connection to a TLS listener is used again.
const options = { method: "POST", headers: { ...headers, Connection: "close" } };
request(url, options, async (response) => console.log((await json(response)).content[0].text)).end(JSON.stringify(body));
