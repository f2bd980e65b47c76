"""Threads at the end: those that are waited for, and those that are cut off in traced code."""
import sys, threading, time
from concurrent.futures import ThreadPoolExecutor

started = threading.Event()
turns = [threading.Event() for _ in range(4)]


def work(n):
    return n + 1


def busy():
    n = 0
    while True:
        n = work(n)


def slow(turn, name):
    turns[turn].wait()
    print(name, "is finished", sys.is_finalizing())
    turns[turn + 1].set()


def first():
    threading.Thread(target=slow, args=[1, "a thread of a thread"]).start()
    started.set()
    time.sleep(0.1)
    turns[0].set()


class Resource:
    def __del__(self):
        print("resource", work(1), threading.current_thread().name)


local = threading.local()
local.kept = Resource()
for _ in range(2):
    threading.Thread(target=busy, daemon=True).start()
threading.Thread(target=first).start()
pool = ThreadPoolExecutor(1)
pool.submit(slow, 0, "a job")
timer = threading.Timer(0.1, slow, [2, "a timer"])
timer.start()
started.wait()
out = open("out.txt", "w")
out.write("kept")
