// A screen in the page: a line is an element, and text is only ever text.

export class View {
  constructor(screen, place) {
    Object.assign(this, {screen, place, drawn: [], waiting: false});
  }

  /** Shows the screen's state before the next frame of the browser. */
  draw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.update();
    });
  }

  update() {
    const {history, lines, other} = this.screen;
    const above = other ? [] : history;
    const following = this.place.scrollHeight - this.place.scrollTop - this.place.clientHeight < 40;
    const wanted = [...above, ...lines];
    while (this.place.childElementCount > wanted.length) this.place.lastElementChild.remove();
    while (this.place.childElementCount < wanted.length) this.place.append(document.createElement("div"));
    wanted.forEach((line, number) => this.line(line, number, number - above.length));
    this.drawn.length = wanted.length;
    if (following) this.place.scrollTop = this.place.scrollHeight;
  }

  line(cells, number, y) {
    const {x: cursor, y: cursorLine, cols, modes} = this.screen;
    const at = y === cursorLine && modes.has("cursor") ? Math.min(cursor, cols - 1) : -1;
    const runs = joined(cells, at);
    const now = JSON.stringify(runs);
    if (this.drawn[number] === now) return;
    this.drawn[number] = now;
    this.place.children[number].replaceChildren(...runs.map(span));
  }

  /** How many letters fit: `{cols, rows}`. A line is higher than its letters. */
  size() {
    const [line, letters] = [document.createElement("div"), document.createElement("span")];
    letters.textContent = "0".repeat(10);
    line.append(letters);
    this.place.append(line);
    const [{width}, {height}] = [letters.getBoundingClientRect(), line.getBoundingClientRect()];
    line.remove();
    const style = getComputedStyle(this.place);
    const inside = (whole, ...sides) => whole - sides.reduce((sum, side) => sum + parseFloat(style[side]), 0);
    const fits = (space, one, least) => Math.max(least, Math.floor(space / one));
    return {
      cols: Math.min(500, fits(inside(this.place.clientWidth, "paddingLeft", "paddingRight"), width / 10, 20)),
      rows: Math.min(200, fits(inside(this.place.clientHeight, "paddingTop", "paddingBottom"), height, 5)),
    };
  }
}

/** Neighbours of one style, and the cursor's cell by itself: `[text, style, isCursor]`. */
function joined(cells, cursor) {
  const runs = [];
  cells.forEach(({text, style}, x) => {
    const last = runs.at(-1);
    if (last && !last[2] && x !== cursor && same(last[1], style)) last[0] += text;
    else runs.push([text, style, x === cursor]);
  });
  return runs;
}

const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

function span([text, style, cursor]) {
  const made = document.createElement("span");
  made.textContent = text;
  const flags = Object.keys(style).filter(name => style[name] === true);
  made.className = [...flags, ...(cursor ? ["cursor"] : [])].join(" ");
  const [fore, back] = style.inverse ? [style.back || "var(--screen)", style.fore || "var(--ink)"] : [style.fore, style.back];
  if (fore) made.style.color = fore;
  if (back) made.style.backgroundColor = back;
  return made;
}
