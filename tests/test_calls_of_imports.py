"""What modules call while they are imported comes after what the program then does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

MANY = 30
RULES = "import time\n" + "".join(f"def rule_{at}(): return {at}\nrule_{at}()\n" for at in range(MANY))
APP = (
    "import rules, time\n"
    + "".join(f"def step_{at}(): return {at}\n" for at in range(MANY))
    + "def main():\n    time.sleep(0.2)\n"
    + "".join(f"    step_{at}()\n" for at in range(MANY))
    + "main()\n"
)


def test_calls_of_imports_are_one_line_where_not_all_has_room(project: Project) -> None:
    project.write("rules.py", RULES)
    project.write("app.py", APP)
    report = project.run("python", "app.py").stderr
    assert "rule_" not in report and "main()" in report
    told = project.call("breadcrumb", "query", "--flow", "--budget", "150").stdout
    assert told.startswith("main()") and "  step_0()" in told
    assert "\n+30 calls of imports: rule_0, rule_1, rule_2, rule_3, …\n" in told
    whole = project.call("breadcrumb", "query", "--flow", "--budget", "20000").stdout
    assert whole.startswith("rule_0()") and "of imports" not in whole


def test_what_took_the_time_or_failed_is_told_wherever_it_was_called(project: Project) -> None:
    slow = "def ready(): time.sleep(0.5)\ndef broken(path): raise LookupError(path)\nready()\n"
    project.write("rules.py", f"{RULES}{slow}try:\n    broken('/lost')\nexcept LookupError:\n    pass\n")
    project.write("app.py", APP)
    assert "longest: ready()" in project.run("python", "app.py").stderr
    told = project.call("breadcrumb", "query", "--flow", "--budget", "200").stdout
    assert told.startswith("ready()  -> None") and "\nbroken(path='/lost')  !! LookupError" in told
    assert "\n+30 calls of imports: rule_0, " in told
