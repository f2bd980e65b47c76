"""Two threads read a stock before either writes it: one of the two sales is lost."""

import threading


class Stock:
    def __init__(self, count):
        self.count = count


def read(stock):
    return stock.count


def write(stock, count):
    stock.count = count


def sell(stock, both_have_read):
    count = read(stock)
    both_have_read.wait()
    write(stock, count - 1)


def check(stock):
    if stock.count != 38:
        raise RuntimeError(f"stock is {stock.count}")


def main():
    stock = Stock(40)
    both_have_read = threading.Barrier(2)
    threads = [threading.Thread(target=sell, args=(stock, both_have_read), name=f"till-{n}") for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(stock)


main()
