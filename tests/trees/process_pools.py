"""Pools of processes: workers may be terminated once they have answered, yet none of their calls is lost."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def work(x):
    inner(x)
    return x


def inner(x):
    return None


def by_pool():
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.map(work, [1, 2], chunksize=1)


def by_executor():
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        return pool.submit(work, 3).result()


def main():
    by_pool()
    by_executor()


if __name__ == "__main__":
    main()

# tree
# main {} -> null
#   by_pool {} -> [1, 2]
#     work {"x": 1} -> 1
#       inner {"x": 1} -> null
#     work {"x": 2} -> 2
#       inner {"x": 2} -> null
#   by_executor {} -> 3
#     work {"x": 3} -> 3
#       inner {"x": 3} -> null
