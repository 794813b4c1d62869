import OpenAI from "openai";

const response = await new OpenAI({ maxRetries: 0 }).responses.create({ model: "gpt-5", input: "Say hello." });
console.log(response.output_text);
