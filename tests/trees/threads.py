"""Threads and thread pools: what runs there hangs under whoever started or submitted it."""

import threading
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(1)


def work(x):
    inner(x)
    return x


def inner(x):
    return None


def first():
    thread = threading.Thread(target=work, args=("thread",))
    thread.start()
    thread.join()


def second():
    return POOL.submit(work, "submitted").result()


def third():
    return list(POOL.map(work, [1, 2]))


class Worker(threading.Thread):
    @staticmethod
    def run():
        work("subclass")


def nested():
    def outer_target():
        thread = threading.Thread(target=work, args=("grandchild",))
        thread.start()
        thread.join()

    thread = threading.Thread(target=outer_target)
    thread.start()
    thread.join()


def main():
    first()
    second()
    third()
    worker = Worker()
    worker.start()
    worker.join()
    nested()


main()

# tree
# main {} -> null
#   first {} -> null
#     work {"x": "thread"} -> "thread"
#       inner {"x": "thread"} -> null
#   second {} -> "submitted"
#     work {"x": "submitted"} -> "submitted"
#       inner {"x": "submitted"} -> null
#   third {} -> [1, 2]
#     work {"x": 1} -> 1
#       inner {"x": 1} -> null
#     work {"x": 2} -> 2
#       inner {"x": 2} -> null
#   Worker.run {} -> null
#     work {"x": "subclass"} -> "subclass"
#       inner {"x": "subclass"} -> null
#   nested {} -> null
#     nested.<locals>.outer_target {} -> null
#       work {"x": "grandchild"} -> "grandchild"
#         inner {"x": "grandchild"} -> null
