// What a tab keeps over a reload. Where the browser allows no storage nothing is kept, and all else works.
export function recall(name) {
  try {
    return JSON.parse(sessionStorage.getItem("ficus:" + name));
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    sessionStorage.setItem("ficus:" + name, JSON.stringify(value));
  } catch { /* nothing is kept */ }
}
