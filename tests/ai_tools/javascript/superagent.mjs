import { globalAgent } from "node:https";

import superagent from "superagent";

import { body, headers, url } from "./request.mjs";

const request = superagent.post(url).set(headers).send(body);
const { body: answer } = await (process.argv[2] === "agent" ? request.agent(globalAgent) : request);
console.log(answer.content[0].text);
