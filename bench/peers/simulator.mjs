// Loaded with `node --import` before the peer: its requests to Figma's fixed host go to the simulator.
const { fetch: send } = globalThis;
const api = process.env.FIGMA_API_BASE_URL;
globalThis.fetch = (url, options) => send(String(url).replace(/^https:\/\/api\.figma\.com(?=\/)/, api), options);
