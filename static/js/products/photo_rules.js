/** What a product's photos may be: as the server has it, said before a slow upload. */
export const KINDS = ["image/jpeg", "image/png", "image/webp"];
const MOST_BYTES = 12 * 1024 * 1024;

/**
 * What to tell somebody about these files, or nothing.
 * @param {Array<{ name: string, type: string, size: number }>} files
 * @param {number} room how many more the product may have
 */
export function refusal(files, room) {
  const wrong = files.find((file) => !KINDS.includes(file.type));
  if (wrong) return `“${wrong.name}” isn’t a JPEG, PNG or WebP picture.`;
  const large = files.find((file) => file.size > MOST_BYTES);
  if (large) return `“${large.name}” is larger than 12 MB.`;
  if (files.length > room) return `A product has up to 8 photos; there is room for ${room} more.`;
  return "";
}
