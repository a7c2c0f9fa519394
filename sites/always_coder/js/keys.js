// What a terminal receives for a key.

const ARROWS = {ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F"};
const OTHERS = {
  Enter: "\r", Backspace: "\u007f", Tab: "\t", Escape: "\u001b",
  Insert: "\u001b[2~", Delete: "\u001b[3~", PageUp: "\u001b[5~", PageDown: "\u001b[6~",
  F1: "\u001bOP", F2: "\u001bOQ", F3: "\u001bOR", F4: "\u001bOS", F5: "\u001b[15~", F7: "\u001b[18~",
  F8: "\u001b[19~", F9: "\u001b[20~", F10: "\u001b[21~",
};

/** The text for an event of a key, or "" where the browser should act: on plain letters, copies, and F6, which leaves. */
export function sequence({key, ctrlKey, altKey, metaKey, shiftKey}, modes) {
  if (metaKey || (ctrlKey && shiftKey)) return "";
  if (key === "Tab" && shiftKey) return "\u001b[Z";
  if (key in ARROWS && !ctrlKey) return (modes.has("arrows") ? "\u001bO" : "\u001b[") + ARROWS[key];
  if (key in ARROWS) return `\u001b[1;5${ARROWS[key]}`;
  if (key in OTHERS) return (altKey ? "\u001b" : "") + OTHERS[key];
  if (key.length !== 1) return "";
  if (ctrlKey && !altKey) return control(key);
  return altKey && !ctrlKey ? "\u001b" + key : "";
}

function control(key) {
  if (key === "v") return ""; // pastes
  if (key === " ") return "\u0000";
  const code = key.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code - 0x40) : "";
}

/** Text that was pasted, marked as such for programs that asked for it; the text cannot end the mark. */
export function pasted(text, modes) {
  const plain = text.replace(/\r?\n/g, "\r");
  return modes.has("paste") ? `\u001b[200~${plain.replaceAll("\u001b", "")}\u001b[201~` : plain;
}
