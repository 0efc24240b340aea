/*
 * What is shared from another program while nobody is signed in is kept over the sign-in, for half an hour, and handed in by
 * the page at /share. The server has looked at the request first: what another site posts is refused there, and not kept.
 */

const SHARE = "/share";
const MAX_SHARED_FILES = 20;
const MAX_SHARED_BYTES = 60_000_000;

async function answerShare(event) {
  const copy = event.request.clone();
  const answer = await fetch(event.request).catch(() => null);
  if (!answer) return offlinePage();
  if (answer.status !== 401) return answer;
  const isWaiting = await keepShared(await copy.formData().catch(() => null)).catch(() => false);
  return isWaiting ? Response.redirect(`/login?next=${SHARE}`, 303) : answer;
}

/** @returns {Promise<boolean>} whether there was room for it */
async function keepShared(form) {
  const files = form?.getAll("photos").filter((file) => file instanceof File && file.size > 0) ?? [];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (!form || files.length > MAX_SHARED_FILES || bytes > MAX_SHARED_BYTES) return false;
  const [title, text, url] = ["title", "text", "url"].map((name) => String(form.get(name) ?? "").slice(0, 10_000));
  await putStored("shared", "latest", { at: Date.now(), title, text, url, files });
  return true;
}

const forgetShared = () => clearStored("shared").catch(() => {});
