/**
 * Validation that mirrors the server's: what is accepted here is accepted there. CRLF becomes LF, NUL
 * is dropped, Unicode white space is trimmed (which isn't what `String.trim` takes), and length is
 * counted in Unicode scalar values, not in UTF-16 units.
 */

export const LIMIT = 4000;

const AROUND = /^\p{White_Space}+|\p{White_Space}+$/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** @param {string} text */
export function clean(text) {
  return text
    .replace(/\r\n/g, "\n")
    .replaceAll("\0", "")
    .replace(LONE_SURROGATE, "\uFFFD")
    .replace(AROUND, "");
}

/** @param {string} text */
export function length(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
