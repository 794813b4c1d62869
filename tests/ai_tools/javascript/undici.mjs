import { Agent, EnvHttpProxyAgent, request } from "undici";

import { body, headers, url } from "./request.mjs";

const dispatchers = { agent: new Agent(), env: new EnvHttpProxyAgent() };
const dispatcher = dispatchers[process.argv[2]];
const answer = await request(url, { method: "POST", headers, body: JSON.stringify(body), ...(dispatcher && { dispatcher }) });
console.log((await answer.body.json()).content[0].text);
