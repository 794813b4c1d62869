import { connect } from "node:http2";
import { text } from "node:stream/consumers";

import { body, headers, url } from "./request.mjs";

const { origin, pathname } = new URL(url);
const session = connect(origin);
session.on("error", ({ message }) => {
  console.error(message);
  process.exit(1);
});
const stream = session.request({ ...headers, ":method": "POST", ":path": pathname });
stream.end(JSON.stringify(body));
console.log(JSON.parse(await text(stream)).content[0].text);
session.close();
