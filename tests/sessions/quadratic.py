"""Each insertion looks through all that is there already: the work grows with the square of the words."""


def is_same(one, other):
    return one.lower() == other.lower()


def insert(known, word):
    for each in known:
        if is_same(each, word):
            return False
    known.append(word)
    return True


def index(words):
    known = []
    return sum(insert(known, word) for word in words)


index([f"word-{number}" for number in range(60)])
