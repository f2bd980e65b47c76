"""Shows Breadcrumb on a program that nobody prepared for it: pygmentize, the command line of Pygments.

Every command is printed as one would type it, with a sentence before it, and runs in build/demo.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "build" / "demo"
SCRIPTS = Path(sys.executable).parent
REPORT = """\
-- the customers who ordered most this year
DECLARE @year int = 2026;
SELECT TOP 10 [name], count(*) AS orders FROM customers JOIN orders ON customer = id
WHERE year(placed) = @year GROUP BY [name];
"""
INCLUDE = "breadcrumb config add-include pygments.lexers"


def environment() -> dict[str, str]:
    """This environment with our commands in front and no settings but the demo's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BREADCRUMB", "OTEL_"))}
    path = f"{SCRIPTS}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "XDG_CONFIG_HOME": str(FOLDER)}


def say(text: str) -> None:
    """Print a sentence of the story."""
    print(f"\n\033[1m# {text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)


def shell(command: str, *, expected: int = 0) -> str:
    """Show and run a command, show and return its output; another exit status than expected ends the demo."""
    print(f"$ {command}", flush=True)
    ended = subprocess.run(
        shlex.split(command),
        cwd=FOLDER,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.stdout:
        print(ended.stdout.rstrip(), flush=True)
    if ended.returncode != expected:
        raise SystemExit(f"demo: {command}: exit status {ended.returncode} instead of {expected}")
    return ended.stdout


def follow(gaps: str) -> None:
    """Add the include that the answer to --gaps printed for what chooses the dialect."""
    found = re.search(rf"{re.escape(INCLUDE)}\b", gaps)
    if not found:
        raise SystemExit(f"demo: --gaps does not print `{INCLUDE}`")
    say("Follow it: `pygments.lexers` chooses. Its line ends with the command that traces it.")
    shell(found.group())


def main() -> None:
    """Run, see where the trail leads, follow it, ask."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "pyproject.toml").touch()
    (FOLDER / "report.sql").write_text(REPORT)
    say("pygmentize, as published, colours a query. For which SQL dialect, and why? Run it traced:")
    shell("breadcrumb run pygmentize -o report.html report.sql")
    say("Only its entry module was traced, 4 calls. What did these call that was not?")
    follow(shell("breadcrumb query --gaps"))
    say("Run it again.")
    shell("breadcrumb run --no-report pygmentize -o report.html report.sql")
    say("What happened, in order, repeated calls folded:")
    shell("breadcrumb query --flow --budget 1200")
    say("get_rating decided. Each of its calls with arguments and return value:")
    shell("breadcrumb query --call get_rating")
    say("Transact-SQL, rated 1.0. Now a run that fails:")
    shell("breadcrumb run --no-report pygmentize -l sequel report.sql", expected=1)
    say("Who raised what, with which values, and who handled it:")
    shell("breadcrumb query --errors")
    say(f"The runs stay in {os.path.relpath(FOLDER)}/.breadcrumb; go there and ask more.")


if __name__ == "__main__":
    main()
