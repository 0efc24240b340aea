import { mission } from "./mission.mjs";

export default (market) => mission(market, { javaScriptEnabled: false });
