"""What Python warns of at the end, where it is told to."""
import gc

gc.set_threshold(0)  # when it runs by itself depends on all that was ever made, and its lists on that
import asyncio, os, socket, subprocess, tempfile

import helper


def leak():
    return open("leak.txt", "w")


kept = leak()
leak()
server = socket.socket()
loop = asyncio.new_event_loop()
folder = tempfile.TemporaryDirectory(dir=".", prefix="folder")
folder.name = "folder"
directory = os.scandir(".")
next(directory)
helper.kept = leak()
