const {Terminal} = require('@xterm/headless');
const {UnicodeGraphemesAddon} = require('@xterm/addon-unicode-graphemes');
const fs = require('fs');
const [columns, lines] = process.argv.slice(2).map(Number);
const terminal = new Terminal({cols: columns, rows: lines, allowProposedApi: true});
terminal.loadAddon(new UnicodeGraphemesAddon());
terminal.unicode.activeVersion = '15-graphemes';
terminal.write(fs.readFileSync(0), () => {
  const rows = [];
  for (let y = 0; y < lines; y++) {
    const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y), cells = [];
    for (let x = 0; x < columns; x++) { const cell = line.getCell(x); cells.push(cell.getWidth() ? cell.getChars() || ' ' : ''); }
    rows.push(cells);
  }
  process.stdout.write(JSON.stringify(rows));
});
