"""Files of every kind that are never closed."""
import csv, gzip, io, mmap, shelve, sqlite3, tempfile, zipfile

text = open("text.txt", "w")
binary = open("binary.dat", "wb")
update = open("update.dat", "w+b")
rows = csv.writer(open("rows.csv", "w"))
archive = zipfile.ZipFile("archive.zip", "w")
packed = gzip.GzipFile("packed.gz", "wb", mtime=0)
lines = io.TextIOWrapper(gzip.GzipFile("lines.gz", "wb", mtime=0))
table = shelve.open("table", writeback=True)
temporary = tempfile.NamedTemporaryFile("w", dir=".", prefix="temporary")
folder = tempfile.TemporaryDirectory(dir=".")
database = sqlite3.connect("base.sqlite")
database.execute("CREATE TABLE t(x)")
database.commit()
with open("mapped.dat", "wb") as file:
    file.write(bytes(4096))
mapped = mmap.mmap(open("mapped.dat", "r+b").fileno(), 0)


def row(n):
    text.write(f"{n}\n")
    binary.write(bytes([n]))
    update.write(bytes([n]))
    rows.writerow([n, n * n])
    archive.writestr(zipfile.ZipInfo(f"{n}.txt"), str(n))
    packed.write(b"%d\n" % n)
    lines.write(f"{n}\n")
    table[str(n)] = [n]
    temporary.write("x")
    database.execute("INSERT INTO t VALUES (?)", (n,))
    mapped[n] = n


for n in range(100):
    row(n)
