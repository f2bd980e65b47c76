"""gevent, with the standard library patched: a spawned greenlet hangs under who spawned it, if he still runs."""

from gevent import monkey

monkey.patch_all()

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import gevent
from gevent.event import Event
from gevent.pool import Pool


def leaf(n):
    return n


def work(n):
    time.sleep(0)
    return leaf(n)


def fails(n):
    gevent.sleep(0)
    try:
        raise ValueError(n)
    finally:
        leaf(n)


def spawns(n):
    jobs = [gevent.spawn(work, n), gevent.spawn(work, n + 1)]
    gevent.joinall(jobs)
    return [job.value for job in jobs]


def waits(event):
    try:
        event.wait()
    finally:
        leaf("left")


def failing():
    hub = gevent.get_hub()
    hub.NOT_ERROR = (*hub.NOT_ERROR, ValueError)  # else it prints the traceback
    job = gevent.spawn(fails, 3)
    try:
        job.get()
    except ValueError as error:
        return str(error)


def killed():
    job = gevent.spawn(waits, Event())
    gevent.sleep(0)
    job.kill()
    return leaf("killed")


def nested():
    job = gevent.spawn(spawns, 20)
    return job.get()


def threads():
    thread = threading.Thread(target=work, args=(30,))
    thread.start()
    thread.join()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work, 31).result()


def main():
    spawns(10)
    nested()
    failing()
    killed()
    Pool(2).map(work, [1, 2, 3])
    threads()


main()

# tree
# main {} ~9 -> null
#   spawns {"n": 10} ~1 -> [10, 11]
#     work {"n": 10} ~1 -> 10
#       leaf {"n": 10} -> 10
#     work {"n": 11} ~1 -> 11
#       leaf {"n": 11} -> 11
#   nested {} ~1 -> [20, 21]
#     spawns {"n": 20} ~1 -> [20, 21]
#       work {"n": 20} ~1 -> 20
#         leaf {"n": 20} -> 20
#       work {"n": 21} ~1 -> 21
#         leaf {"n": 21} -> 21
#   failing {} ~1 -> "3"
#     fails {"n": 3} !! ValueError
#       leaf {"n": 3} -> 3
#   killed {} ~1 -> "killed"
#     waits {"event": {"@": "gevent._gevent_cevent.Event", "@id": "~"}} ! greenlet.GreenletExit
#       leaf {"n": "left"} -> "left"
#     leaf {"n": "killed"} -> "killed"
#   work {"n": 1} ~1 -> 1
#     leaf {"n": 1} -> 1
#   work {"n": 2} ~1 -> 2
#     leaf {"n": 2} -> 2
#   work {"n": 3} -> 3
#     leaf {"n": 3} -> 3
#   threads {} ~4 -> 31
#     work {"n": 30} ~1 -> 30
#       leaf {"n": 30} -> 30
#     work {"n": 31} ~1 -> 31
#       leaf {"n": 31} -> 31
