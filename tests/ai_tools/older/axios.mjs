import { globalAgent } from "node:https";

import { body, headers, url } from "../javascript/request.mjs";

const [, , version, agent] = process.argv;
const { default: axios } = await import(`axios-${version}`);
const { data } = await axios.post(url, body, { headers, ...(agent && { proxy: false, httpsAgent: globalAgent }) });
console.log(data.content[0].text);
