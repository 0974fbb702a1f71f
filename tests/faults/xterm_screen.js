// Prints what xterm.js with graphemes shows after each part of its input, whose lengths are the arguments behind the size.
const {Terminal} = require('@xterm/headless');
const {UnicodeGraphemesAddon} = require('@xterm/addon-unicode-graphemes');
const fs = require('fs');
const [columns, lines, ...lengths] = process.argv.slice(2).map(Number);
const terminal = new Terminal({cols: columns, rows: lines, allowProposedApi: true});
terminal.loadAddon(new UnicodeGraphemesAddon());
terminal.unicode.activeVersion = '15-graphemes';

const ground = (cell) =>
  (cell.isBgRGB() ? cell.getBgColor().toString(16).padStart(6, '0') : cell.isBgDefault() ? 'default' : String(cell.getBgColor())) +
  (cell.isInverse() ? ' reverse' : '');

function screen() {
  const texts = [], grounds = [];
  for (let y = 0; y < lines; y++) {
    const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y);
    const cells = Array.from({length: columns}, (_, x) => line.getCell(x));
    texts.push(cells.map((cell) => cell.getWidth() ? cell.getChars() || ' ' : ''));
    grounds.push(cells.map(ground));
  }
  return {texts, grounds};
}

const input = fs.readFileSync(0);
let start = 0;
function next() {
  if (!lengths.length) return;
  const part = input.subarray(start, start += lengths.shift());
  terminal.write(part, () => { process.stdout.write(JSON.stringify(screen()) + '\n'); next(); });
}
next();
