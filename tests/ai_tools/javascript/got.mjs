import got from "got";

import { body, headers, url } from "./request.mjs";

const answer = await got.post(url, { json: body, headers, http2: process.argv[2] === "http2", retry: { limit: 0 } }).json();
console.log(answer.content[0].text);
