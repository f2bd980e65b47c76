"""The ways to end."""
import atexit, os, signal, sys


class Resource:
    def __del__(self):
        print("resource gone")


def fail(kept):
    out.write("end\n")
    raise ValueError("uncaught")


def end(how):
    kept = Resource()
    if how == "exit":
        sys.exit("a message")
    if how == "raise":
        fail(kept)
    if how == "vanish":
        os._exit(3)
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "kill":
        os.kill(os.getpid(), signal.SIGTERM)
    if how == "hook":
        sys.excepthook = lambda *error: print("hooked", error[0])
        fail(kept)


atexit.register(print, "exit handler")
out = open("out.txt", "w")
out.write("begin\n")
kept = Resource()
end(sys.argv[1])
