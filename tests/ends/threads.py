"""Threads at the end: those that are waited for, and those that are cut off in traced code."""
import sys, threading, time
from concurrent.futures import ThreadPoolExecutor


def work(n):
    return n + 1


def busy():
    n = 0
    while True:
        n = work(n)


def slow(name):
    time.sleep(0.2)
    print(name, "is finished", sys.is_finalizing())


def first():
    time.sleep(0.05)
    threading.Thread(target=slow, args=["a thread of a thread"]).start()
    print("first is finished")


class Resource:
    def __del__(self):
        print("resource", work(1), threading.current_thread().name)


local = threading.local()
local.kept = Resource()
for _ in range(2):
    threading.Thread(target=busy, daemon=True).start()
threading.Thread(target=first).start()
pool = ThreadPoolExecutor(1)
pool.submit(slow, "a job")
timer = threading.Timer(0.6, slow, ["a timer"])
timer.start()
out = open("out.txt", "w")
out.write("kept")
