/** The reference client of Haggle's API. `README.md` shows it at work; each file says what it does and promises. */
export { Backoff } from "./backoff.js";
export { HaggleClient, type Answer, type ClientOptions, type Method, type Options, type PathWith } from "./client.js";
export { OAuthError, OAuthSession, personalToken, type OAuthOptions, type TokenSource } from "./oauth.js";
export { Outbox, OutboxFull, type NewMessage, type Unsent } from "./outbox.js";
export { HaggleProblem, type Problem } from "./problem.js";
export { PushReceiver, type PushMessage } from "./push.js";
export { Room, type Entry, type RoomOptions } from "./room.js";
export type { components, paths } from "./schema.js";
export { Socket, type ClientFrame, type ServerFrame, type SocketOptions, type Status, type WebSocketMaker } from "./socket.js";
export { MemoryStorage, type Storage } from "./storage.js";
export { isAuthentic } from "./webhook.js";
