"""Child processes: forked, spawned, from pools, started as programs; none lost, none written twice."""

import multiprocessing
import os
import subprocess
import sys


def work(x):
    inner(x)
    return x


def inner(x):
    return None


def forked():
    child = os.fork()
    if child == 0:
        work("forked")
        os._exit(0)
    os.waitpid(child, 0)


def by_multiprocessing(method):
    process = multiprocessing.get_context(method).Process(target=work, args=(method,))
    process.start()
    process.join()


def program():
    code = "def child():\n    return 1\nchild()"
    subprocess.run([sys.executable, "-c", code], check=True)


def main():
    forked()
    for method in ("fork", "spawn", "forkserver"):
        by_multiprocessing(method)
    program()


if __name__ == "__main__":
    main()

# tree
# main {} -> null
#   forked {} -> null
#     work {"x": "forked"} -> "forked"
#       inner {"x": "forked"} -> null
#   by_multiprocessing {"method": "fork"} -> null
#     work {"x": "fork"} -> "fork"
#       inner {"x": "fork"} -> null
#   by_multiprocessing {"method": "spawn"} -> null
#     __mp_main__.work {"x": "spawn"} -> "spawn"
#       __mp_main__.inner {"x": "spawn"} -> null
#   by_multiprocessing {"method": "forkserver"} -> null
#     __mp_main__.work {"x": "forkserver"} -> "forkserver"
#       __mp_main__.inner {"x": "forkserver"} -> null
#   program {} -> null
#     child {} -> 1
