import Groq from "groq-sdk";

const messages = [{ role: "user", content: "Say hello." }];
const { choices } = await new Groq({ maxRetries: 0 }).chat.completions.create({ model: "llama", messages });
console.log(choices[0].message.content);
