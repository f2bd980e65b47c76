"""Classes that the standard library remembers: what holds its modules holds the program's too."""
import gc

gc.set_threshold(0)  # when it runs by itself depends on all that was ever made, and its lists on that
import json, sys, typing, warnings

if sys.argv[1:] == ["logged"]:
    import logging

    logging.basicConfig(handlers=[logging.FileHandler("run.log")])
if sys.argv[1:] == ["data"]:
    import dataclasses
if sys.argv[1:] == ["pools"]:
    import concurrent.futures.thread
if sys.argv[1:] == ["drawn"]:
    import random, threading
import gzip, io


class Row:
    def __del__(self):
        print("row gone", json is not None, gzip.__name__)


class Out(io.StringIO):
    def close(self):
        print("closing", self.getvalue(), gzip.open is not None)
        super().close()


class Account:
    def __init__(self, pin):
        self.pin = self.session = pin

    def token(self, session):
        sig = session
        raise ValueError(sig, self)


class Encoder(json.JSONEncoder):
    def default(self, value):
        return show(value)


def show(*args):
    return args


try:
    Account("1234").token("56")
except ValueError:
    pass
Maybe = typing.Optional[Row]
Many = typing.List[Row]
warnings.showwarning = show
json.JSONEncoder.default = Encoder.default
packed = gzip.GzipFile("packed.gz", "wb", mtime=0)
packed.write(b"abc")
row = Row()
out = Out()
out.write("abc")
