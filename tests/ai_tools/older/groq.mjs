import { globalAgent } from "node:https";

const [, , version, agent] = process.argv;
const { default: Groq } = await import(`groq-${version}`);
const messages = [{ role: "user", content: "Say hello." }];
const client = new Groq({ maxRetries: 0, ...(agent && { httpAgent: globalAgent }) });
const { choices } = await client.chat.completions.create({ model: "llama", messages });
console.log(choices[0].message.content);
