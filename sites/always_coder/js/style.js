// Colours and weights of a terminal's letters.

export const PLAIN = Object.freeze({});
const FLAGS = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 8: "hidden", 9: "struck"};
const ENDS = {22: ["bold", "faint"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 28: ["hidden"], 29: ["struck"]};
const NAMED = [
  "#1e1e1e", "#cd3131", "#0d9a5f", "#a8850b", "#3b78d8", "#b04fb0", "#0f8fa8", "#cfcfcf",
  "#767676", "#f14c4c", "#23d18b", "#d7ba24", "#5c9bf5", "#d670d6", "#29b8db", "#ffffff",
];

/** A style after the numbers of SGR. */
export function styled(style, numbers) {
  const rest = [...numbers];
  let next = {...style};
  while (rest.length) {
    const number = rest.shift();
    if (number === 0) next = {};
    else if (number in FLAGS) next[FLAGS[number]] = true;
    else if (number in ENDS) ENDS[number].forEach(flag => delete next[flag]);
    else colour(next, number, rest);
  }
  return next;
}

function colour(style, number, rest) {
  if (number >= 30 && number <= 37) style.fore = NAMED[number - 30];
  else if (number >= 90 && number <= 97) style.fore = NAMED[number - 82];
  else if (number >= 40 && number <= 47) style.back = NAMED[number - 40];
  else if (number >= 100 && number <= 107) style.back = NAMED[number - 92];
  else if (number === 39) delete style.fore;
  else if (number === 49) delete style.back;
  else if (number === 38 || number === 48) {
    const chosen = extended(rest);
    if (chosen) style[number === 38 ? "fore" : "back"] = chosen;
  }
}

function extended(rest) {
  const kind = rest.shift();
  if (kind === 5) return indexed(Math.min(255, rest.shift() || 0));
  if (kind !== 2) return "";
  const parts = rest.splice(0, 3).map(part => Math.min(255, part));
  return parts.length === 3 ? `rgb(${parts.join(" ")})` : "";
}

function indexed(number) {
  if (number < 16) return NAMED[number];
  if (number >= 232) return `rgb(${Array(3).fill(8 + 10 * (number - 232)).join(" ")})`;
  const level = part => part ? 55 + 40 * part : 0;
  const cube = number - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join(" ")})`;
}
