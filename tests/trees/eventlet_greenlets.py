"""eventlet, with the standard library patched: its greenlets hang under the call that the main greenlet is in."""

import warnings

warnings.simplefilter("ignore")

import eventlet

eventlet.monkey_patch()

import threading
import time


def leaf(n):
    return n


def work(n):
    time.sleep(0)
    return leaf(n)


def waits():
    try:
        eventlet.sleep(10)
    finally:
        leaf("left")


def spawned():
    return [thread.wait() for thread in [eventlet.spawn(work, 1), eventlet.spawn(work, 2)]]


def killed():
    thread = eventlet.spawn(waits)
    eventlet.sleep(0)
    thread.kill()
    return leaf("killed")


def pooled():
    return list(eventlet.GreenPool(2).imap(work, [3, 4, 5]))


def threads():
    thread = threading.Thread(target=work, args=(6,))
    thread.start()
    thread.join()


def main():
    spawned()
    killed()
    pooled()
    threads()


main()

# tree
# main {} ~5 -> null
#   spawned {} ~1 -> [1, 2]
#     work {"n": 1} ~1 -> 1
#       leaf {"n": 1} -> 1
#     work {"n": 2} ~1 -> 2
#       leaf {"n": 2} -> 2
#   killed {} ~1 -> "killed"
#     waits {} ! greenlet.GreenletExit
#       leaf {"n": "left"} -> "left"
#     leaf {"n": "killed"} -> "killed"
#   pooled {} ~1 -> [3, 4, 5]
#     work {"n": 3} ~1 -> 3
#       leaf {"n": 3} -> 3
#     work {"n": 4} ~1 -> 4
#       leaf {"n": 4} -> 4
#     work {"n": 5} -> 5
#       leaf {"n": 5} -> 5
#   threads {} ~2 -> null
#     work {"n": 6} ~1 -> 6
#       leaf {"n": 6} -> 6
