"""The entry point. It looks at the arguments before anything is imported: `--version` and the inbox itself must not
wait.

Everything else is for the command line, which brings click.
"""

from __future__ import annotations

import os
import sys

OPTIONS = {"--user": "user", "-u": "user", "--type": "kind", "--profile": "profile", "-P": "profile"}
"""What the inbox itself takes; any other word leads to the command line, which knows how to refuse it."""
FLAGS = {"--plain": "plain", "--show-codes": "codes"}
LOST = 5
"""The exit code where what was asked for could not be written."""


def main() -> None:
    """Run the program and exit with its exit code."""
    ensure_std_streams()
    code = run(sys.argv[1:], is_process=True)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as problem:
            # Python itself would try again, and exit with its own code.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if stream is sys.stdout and not isinstance(problem, BrokenPipeError):
                code = code or LOST
    sys.exit(code)


def ensure_std_streams() -> None:
    """Fill in the standard streams that were closed before the start, so that no file of ours gets their number.

    They can be read to their end and not be written, so that output is reported as lost and not swallowed.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDONLY)
            if nothing != number:
                os.dup2(nothing, number)
                os.close(nothing)
            stream = os.fdopen(number, mode, encoding="utf-8", errors="backslashreplace", closefd=False)
            setattr(sys, name, stream)


def run(arguments: list[str], *, is_process: bool = False) -> int:
    """Do what the arguments say; returns the exit code. `is_process`: nothing else happens in this process."""
    if arguments in (["--version"], ["-V"]):
        from neptune_inbox import __version__

        try:
            sys.stdout.write(f"neptune-inbox {__version__}\n")
            sys.stdout.flush()
        except OSError as problem:
            from neptune_inbox.cli.fast_store import lose_output

            return lose_output(problem)
        return 0
    if arguments[:1] == ["list"] and "--cached" in arguments:
        from neptune_inbox.cli.fast_list import list_cached

        if (code := list_cached(arguments[1:], os.environ)) is not None:
            return code
    if any("ey" in word and word.count(".") > 1 for word in arguments) and (code := refuse_tokens(arguments)):
        return code
    if arguments[:1] == ["status"] and "_NEPTUNE_INBOX_COMPLETE" not in os.environ:
        from neptune_inbox.cli.fast_status import status

        if (code := status(arguments[1:], os.environ)) is not None:
            return code
    wish = None if "_NEPTUNE_INBOX_COMPLETE" in os.environ else read_request(arguments)
    if wish is not None:
        from neptune_inbox.cli.launch import open_inbox

        return open_inbox(wish, is_process=is_process)
    if is_process:
        from neptune_inbox.startup.process import prepare

        prepare()
    from neptune_inbox.cli.main import run_command

    return run_command(arguments)


def refuse_tokens(arguments: list[str]) -> int:
    """Refuse arguments that seem to include an API token; returns the exit code, 0 without one.

    What is typed as an argument is seen by every user of the machine, and goes into stores, journal and requests.
    """
    from neptune_inbox.errors import TokenMisplaced
    from neptune_inbox.masking import looks_like_token

    if not any(looks_like_token(word) for word in arguments):
        return 0
    from neptune_inbox.cli.output import Output, Shape

    shape = Shape.JSON if "--json" in arguments or "--jsonl" in arguments else Shape.TEXT
    Output(shape).error(TokenMisplaced("An argument looks like an API token, so nothing was done."))
    return TokenMisplaced.exit_code


def read_request(arguments: list[str]) -> dict[str, str] | None:
    """How to open the inbox, or None if the command line has to decide."""
    wish: dict[str, str] = {}
    rest = list(arguments)
    if rest[:1] == ["demo"]:
        wish["demo"] = rest.pop(0)
    while rest:
        if rest[0] in FLAGS:
            flag = rest.pop(0)
            wish[FLAGS[flag]] = flag
            continue
        word, sign, value = rest.pop(0).partition("=")
        name = OPTIONS.get(word)
        if name is None or not (sign or rest) or (sign and not word.startswith("--")):
            return None
        wish[name] = value if sign else rest.pop(0)
        if not wish[name] or wish[name].startswith("-"):
            return None
    return wish


if __name__ == "__main__":
    main()
