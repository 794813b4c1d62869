import { body, headers, url } from "./request.mjs";

const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
console.log((await response.json()).content[0].text);
