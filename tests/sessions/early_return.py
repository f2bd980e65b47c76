"""A `return` one level too deep: only the first of the files is checked."""


def is_valid(file):
    return not file.endswith(".tmp")


def all_valid(files):
    for file in files:
        if is_valid(file):
            return True
    return False


def publish(files):
    if all_valid(files):
        for file in files:
            upload(file)


def upload(file):
    if file.endswith(".tmp"):
        raise RuntimeError(f"refused {file}")


def main():
    publish(["index.html", "draft-77.tmp"])


main()
