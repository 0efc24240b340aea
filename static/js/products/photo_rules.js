/** What a product's photos may be: as the server has it, said before a slow upload. */
export const KINDS = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const MOST_BYTES = 12 * 1024 * 1024;

/**
 * What to tell somebody about these files, or nothing.
 * @param {Array<{ name: string, type: string, size: number }>} files
 * @param {number} room how many more the product may have
 */
export function refusal(files, room) {
  const empty = files.find((file) => file.size === 0);
  if (empty) return `“${empty.name}” is an empty file.`;
  const wrong = files.find((file) => !KINDS.includes(file.type));
  // Many systems give a HEIC no type.
  if (wrong && (/^image\/hei[cf]/.test(wrong.type) || /\.hei[cf]$/i.test(wrong.name))) {
    return `“${wrong.name}” is a HEIC, as iPhones keep them: choose JPEG, PNG, WebP or GIF, or send it from the phone’s browser, which turns it into JPEG.`;
  }
  if (wrong) return `“${wrong.name}” isn’t a JPEG, PNG, WebP or GIF picture.`;
  const large = files.find((file) => file.size > MOST_BYTES);
  if (large) return `“${large.name}” is larger than 12 MB.`;
  if (files.length > room) return `A product has up to 8 photos; there is room for ${room} more.`;
  return "";
}
