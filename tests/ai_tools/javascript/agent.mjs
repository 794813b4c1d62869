import { Agent, request } from "node:https";
import { json } from "node:stream/consumers";

import { body, headers, url } from "./request.mjs";

const agent = new Agent(process.argv[2] === "proxyEnv" ? { proxyEnv: process.env } : {});
const options = { agent, method: "POST", headers };
request(url, options, async (response) => console.log((await json(response)).content[0].text)).end(JSON.stringify(body));
