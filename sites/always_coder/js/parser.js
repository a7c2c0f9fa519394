// Which letters of a terminal's output are text, and which are commands to it (ECMA-48).

const TEXTS = "]PX^_"; // commands with a text of their own, as titles, links and clipboards have
const NUMBERS = 16;
const LARGEST = 9999;
// Neither shown nor obeyed: other controls, and marks that change the order of text.
const SILENT = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cf}/u;
const CONTROLS = "\b\t\n\v\f\r";

/** Hands what it finds to `target`: `print`, `control`, `escape` and `command(letter, numbers, mark)`. */
export class Parser {
  constructor(target) {
    this.target = target;
    this.state = this.ground;
    this.half = "";
  }

  take(text) {
    let given = this.half + text;
    this.half = /[\ud800-\udbff]$/.test(given) ? given.slice(-1) : "";
    if (this.half) given = given.slice(0, -1);
    for (const letter of given) this.state(letter);
  }

  ground(letter) {
    if (letter === "\u001b") this.state = this.escape;
    else if (CONTROLS.includes(letter)) this.target.control(letter);
    else if (!SILENT.test(letter)) this.target.print(letter);
  }

  escape(letter) {
    this.state = this.ground;
    if (letter === "[") this.begin();
    else if (TEXTS.includes(letter)) this.state = this.text;
    else if ("()*+-./#% ".includes(letter)) this.state = this.skip;
    else if (letter === "\u001b") this.state = this.escape;
    else this.target.escape(letter);
  }

  skip() {
    this.state = this.ground;
  }

  begin() {
    Object.assign(this, {numbers: [], digits: "", mark: "", state: this.command});
  }

  command(letter) {
    if (/[0-9]/.test(letter)) this.digits = (this.digits + letter).slice(0, 5);
    else if (letter === ";" || letter === ":") this.number();
    else if (/[<=>?!$"' ]/.test(letter)) this.mark += this.mark.length < 4 ? letter : "";
    else if (letter === "\u001b") this.state = this.escape;
    else if (CONTROLS.includes(letter)) this.target.control(letter);
    else this.finish(letter);
  }

  number() {
    if (this.numbers.length < NUMBERS) this.numbers.push(Math.min(LARGEST, Number(this.digits)));
    this.digits = "";
  }

  finish(letter) {
    this.number();
    this.state = this.ground;
    if (/[@-~]/.test(letter)) this.target.command(letter, this.numbers, this.mark);
  }

  text(letter) {
    if (letter === "\u0007" || letter === "\u009c" || letter === "\u0018") this.state = this.ground;
    else if (letter === "\u001b") this.state = this.textEnd;
  }

  textEnd(letter) {
    this.state = this.ground;
    if (letter !== "\\") this.escape(letter);
  }
}
