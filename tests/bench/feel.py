"""How the inbox feels from outside, in a pty, against a bare Textual app in the same run.

    python tests/bench/feel.py TTYBENCH [FIGURES] [ROUNDS]

TTYBENCH is the folder of the measuring tool with its `spikes`; FIGURES are the tool's (`start,ready,keys,idle`).
The homes are filled once under the temporary folder. Prints the tool's tables and the ratios to the bare app.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.fill import fill

SIZES = (100, 10_000, 100_000)
TARGETS = """
[vars]
py = "{python}"
[defaults]
row = '#(\\d{{6}})'
first = '#000000'
[target.bare]
cmd = "{{py}} {spikes}/bare.py"
first = 'ready'
row = ""
burst = "j"
[target.inbox]
cmd = "{{py}} -m neptune_inbox --type all"
for_items = {sizes}
quit = "q"
env = {{ NEPTUNE_INBOX_HOME = "{homes}/{{items}}", NEPTUNE_TOKEN = "bench-token-0000", PYTHONPATH = "{root}",\
 PYTHONPYCACHEPREFIX = "{homes}/pyc", PYTHONDONTWRITEBYTECODE = "", COLORTERM = "truecolor" }}
"""


def measure(tool: Path, figures: str, rounds: int) -> int:
    """Fill the homes, run the tool over bare and inbox in turn, and leave its JSON beside them."""
    homes = Path(tempfile.gettempdir()) / "neptune-inbox-bench"
    for size in SIZES:
        fill(homes / str(size), size)
    targets = homes / "feel.toml"
    root = Path(__file__).parents[2]
    text = TARGETS.format(
        python=sys.executable, spikes=tool / "spikes", sizes=json.dumps(SIZES), homes=homes, root=root
    )
    targets.write_text(text, encoding="utf-8")
    command = [sys.executable, str(tool / "ttybench.py"), "-f", str(targets), "bare", "inbox@*"]
    command += ["-n", str(rounds), "-m", figures, "--baseline", "bare", "-o", str(homes / "feel.json")]
    print(f"results: {homes / 'feel.json'}", flush=True)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(
        measure(
            Path(sys.argv[1]).absolute(),
            sys.argv[2] if len(sys.argv) > 2 else "start,ready,keys,burst,idle",
            int(sys.argv[3]) if len(sys.argv) > 3 else 5,
        )
    )
