import axios from "axios";

import { body, headers, url } from "./request.mjs";

const { data } = await axios.post(url, body, { headers });
console.log(data.content[0].text);
