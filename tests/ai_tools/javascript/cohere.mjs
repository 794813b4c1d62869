import { CohereClientV2 } from "cohere-ai";

const messages = [{ role: "user", content: "Say hello." }];
const { message } = await new CohereClientV2({ token: "key" }).chat({ model: "command-a", messages });
console.log(message.content[0].text);
