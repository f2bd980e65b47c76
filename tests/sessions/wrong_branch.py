"""A comparison of texts takes the wrong branch: "9" is not less than "10"."""


def is_newer(version, other):
    return version > other


def choose(versions):
    best = versions[0]
    for version in versions[1:]:
        if is_newer(version, best):
            best = version
    return best


def install(version):
    if version != "10.2":
        raise RuntimeError(f"cannot install {version}")


def main():
    install(choose(["9.8", "10.2"]))


main()
