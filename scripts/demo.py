"""Shows Breadcrumb on a program that nobody prepared for it: sqlformat, the command line of sqlparse.

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
QUERY = """\
-- the ten customers who ordered most this year
select c.name, count(*) as orders, sum(o.total) as spent from customers c
join orders o on o.customer_id = c.id where o.placed >= '2026-01-01' and o.state <> 'cancelled'
group by c.name order by spent desc limit 10;
"""


def environment() -> dict[str, str]:
    """This environment with our commands in front and no settings but the demo's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BREADCRUMB", "OTEL_"))}
    path = f"{SCRIPTS}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "XDG_CONFIG_HOME": str(FOLDER), "PYTHONDONTWRITEBYTECODE": "1"}


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
    )
    print(ended.stdout.rstrip(), flush=True)
    if ended.returncode != expected:
        raise SystemExit(f"demo: {command}: exit status {ended.returncode} instead of {expected}")
    return ended.stdout


def next_include(gaps: str) -> str:
    """The command that the answer to --gaps proposes for the program's own package."""
    found = re.search(r"breadcrumb config add-include ('?sqlparse\S*)", gaps)
    if found is None:
        raise SystemExit("demo: --gaps proposed no include for sqlparse")
    return found.group(0)


def main() -> None:
    """Run, see where the trail leads, follow it, ask."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "pyproject.toml").write_text("")
    (FOLDER / "orders.sql").write_text(QUERY)
    say("sqlformat, as published, tidies a query. Run it as always, with `breadcrumb run` in front:")
    shell("breadcrumb run sqlformat --reindent --keywords upper orders.sql")
    say("Only the program's entry module was traced. Where does the trail go on?")
    gaps = shell("breadcrumb query --gaps")
    say("Follow it: trace the package that does the work, and run again.")
    shell(next_include(gaps))
    shell("breadcrumb run sqlformat --reindent --keywords upper orders.sql")
    say("What happened, in order, with every argument and return value:")
    shell("breadcrumb query --flow --budget 900")
    say("One function, call by call:")
    shell("breadcrumb query --call sqlparse.formatter.build_filter_stack")
    say("Now a run that fails.")
    shell("breadcrumb run sqlformat --reindent --indent_width 0 orders.sql", expected=1)
    say("Who raised what, with which values, and who caught it:")
    shell("breadcrumb query --errors")
    say(f"The store stays in {os.path.relpath(FOLDER / '.breadcrumb')}: ask it more.")


if __name__ == "__main__":
    main()
