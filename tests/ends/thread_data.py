"""Locks, conditions, local data and timers of threads; exceptions' hooks."""
import queue, sched, threading, _thread

log = []
data = threading.local()


class Slow(threading.local):
    def __init__(self, n=1):
        log.append(("made", n))
        self.n = n


def own(n):
    data.n = n
    return slow.n + n


def raises():
    raise OSError("in a thread")


def counts(q):
    while (item := q.get()) is not None:
        log.append(item)
        q.task_done()


slow = Slow(5)
threads = [threading.Thread(target=own, args=[n], name=f"t{n}") for n in range(3)]
for each in threads:
    each.start()
    each.join()
print(log, hasattr(data, "n"), own(9))
hooked = []
threading.excepthook = lambda args: hooked.append((args.exc_type.__name__, str(args.exc_value), args.thread.name))
thread = threading.Thread(target=raises, name="raiser")
thread.start()
thread.join()
print(hooked)
done = _thread.allocate_lock()
done.acquire()
_thread.start_new_thread(lambda: (own(1), done.release()), ())
done.acquire()
q = queue.Queue()
consumer = threading.Thread(target=counts, args=[q])
consumer.start()
for n in "xyz":
    q.put(n)
q.join()
q.put(None)
consumer.join()
print(log[-3:])
lock = threading.RLock()
barrier = threading.Barrier(2)


def meets():
    with lock:
        pass
    return barrier.wait() >= 0


thread = threading.Thread(target=meets)
thread.start()
print(meets(), [each.name for each in threading.enumerate() if each is not thread], threading.get_ident() == threading.main_thread().ident)
thread.join()
timer = sched.scheduler()
timer.enter(0.001, 1, log.append, ("late",))
timer.run()
print(log[-1], sorted(vars(data)))
