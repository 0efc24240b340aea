/** The number on the app's icon, where the system shows one. @param {number} count nothing at nought */
export function showOnIcon(count) {
  const shown = count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  shown?.catch(() => {});
}
