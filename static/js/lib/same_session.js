/**
 * A page that the browser kept whole is shown by "Back" as it was, whoever is signed in by now. Each
 * page says whose it is (`<html data-session>`) and the last one that was loaded leaves that in the
 * storage: where the two differ the kept page is hidden and asked for anew. No request is made, so
 * that going back while signed in stays instant.
 */
import { keep, openStorage } from "./storage.js";

const KEY = "haggle:session";

export function sameSession(store = openStorage()) {
  const own = document.documentElement.dataset.session ?? "";
  keep(store, KEY, own);
  addEventListener("pageshow", (event) => {
    if (!event.persisted || (store.getItem(KEY) ?? "") === own) return;
    document.documentElement.hidden = true;
    location.reload();
  });
}
