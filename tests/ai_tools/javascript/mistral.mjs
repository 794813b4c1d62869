import { Mistral } from "@mistralai/mistralai";

const messages = [{ role: "user", content: "Say hello." }];
const { choices } = await new Mistral({ apiKey: "key" }).chat.complete({ model: "mistral-large", messages });
console.log(choices[0].message.content);
