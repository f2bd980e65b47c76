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


def submit(x):
    return POOL.submit(work, x).result()


def by_executor(method):
    global POOL
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as POOL:
        return submit(3) + submit(4)


def main():
    by_pool()
    by_executor("fork")
    by_executor("spawn")


if __name__ == "__main__":
    main()

# tree
# main {} -> null
#   by_pool {} -> [1, 2]
#     work {"x": 1} -> 1
#       inner {"x": 1} -> null
#     work {"x": 2} -> 2
#       inner {"x": 2} -> null
#   by_executor {"method": "fork"} -> 7
#     submit {"x": 3} -> 3
#       work {"x": 3} -> 3
#         inner {"x": 3} -> null
#     submit {"x": 4} -> 4
#       work {"x": 4} -> 4
#         inner {"x": 4} -> null
#   by_executor {"method": "spawn"} -> 7
#     submit {"x": 3} -> 3
#       __mp_main__.work {"x": 3} -> 3
#         __mp_main__.inner {"x": 3} -> null
#     submit {"x": 4} -> 4
#       __mp_main__.work {"x": 4} -> 4
#         __mp_main__.inner {"x": 4} -> null
