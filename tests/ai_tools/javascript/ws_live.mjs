// The part for browsers uses the runtime's own WebSocket.
const { GoogleGenAI } = await import(process.argv[2] === "web" ? "@google/genai/web" : "@google/genai");

const onmessage = ({ serverContent }) => {
  if (!serverContent) return;
  console.log(serverContent.modelTurn.parts[0].text);
  session.close();
};
const live = new GoogleGenAI({ apiKey: process.env.GEMINI_API_KEY }).live;
const session = await live.connect({ model: "gemini-live-2.5-flash", callbacks: { onmessage } });
session.sendClientContent({ turns: "Say hello." });
