"""A price service: catalogue, a cache by key, campaigns that change prices, carts that are priced."""

import random
from dataclasses import dataclass


@dataclass
class Article:
    sku: str
    cents: int
    group: str


class Catalogue:
    def __init__(self, articles):
        self.articles = {article.sku: article for article in articles}
        self.version = 1

    def article(self, sku):
        return self.articles[sku]

    def change(self, sku, cents):
        self.articles[sku].cents = cents
        self.version += 1


class Cache:
    def __init__(self, size):
        self.size = size
        self.entries = {}
        self.hits = 0

    def get(self, key):
        found = self.entries.get(key)
        if found is not None:
            self.hits += 1
        return found

    def put(self, key, value):
        if len(self.entries) >= self.size:
            del self.entries[next(iter(self.entries))]
        self.entries[key] = value

    def drop(self, key):
        self.entries.pop(key, None)


class Campaigns:
    def __init__(self):
        self.percent = {}

    def start(self, group, percent):
        self.percent[group] = percent

    def stop(self, group):
        self.percent.pop(group, None)

    def off(self, group):
        return self.percent.get(group, 0)


def cache_key(tenant, sku, currency="EUR"):
    return f"{tenant}:{sku}:{currency}".lower()


class Prices:
    RATES = {"EUR": 1.0, "USD": 1.1, "CHF": 0.95}

    def __init__(self, catalogue, campaigns):
        self.catalogue = catalogue
        self.campaigns = campaigns
        self.cache = Cache(40)

    def price(self, tenant, sku, currency):
        key = cache_key(tenant, sku, currency)
        known = self.cache.get(key)
        if known is None:
            known = self.compute(sku, currency)
            self.cache.put(key, known)
        return known

    def compute(self, sku, currency):
        article = self.catalogue.article(sku)
        cents = article.cents * (100 - self.campaigns.off(article.group)) / 100
        return round(cents * self.RATES[currency])

    def article_changed(self, tenants, sku):
        for tenant in tenants:
            self.cache.drop(cache_key(tenant, sku))


class Shop:
    TENANTS = ("alpha", "beta", "gamma")

    def __init__(self, prices):
        self.prices = prices
        self.orders = []

    def reprice(self, sku, cents):
        self.prices.catalogue.change(sku, cents)
        self.prices.article_changed(self.TENANTS, sku)

    def cart(self, number, tenant, currency, skus):
        lines = [(sku, self.prices.price(tenant, sku, currency)) for sku in skus]
        order = {
            "number": number,
            "tenant": tenant,
            "currency": currency,
            "lines": lines,
            "total": sum(cents for _, cents in lines),
        }
        self.orders.append(order)
        return order


def audit(shop, order):
    prices = shop.prices
    expected = sum(prices.compute(sku, order["currency"]) for sku, _ in order["lines"])
    if expected != order["total"]:
        raise AssertionError(f"order {order['number']}: {order['total']} instead of {expected}")


def main():
    rng = random.Random(3)
    groups = ("tea", "pot", "cup")
    articles = [Article(f"SKU-{n:02}", rng.randrange(200, 5000), rng.choice(groups)) for n in range(25)]
    catalogue = Catalogue(articles)
    shop = Shop(Prices(catalogue, Campaigns()))
    for step in range(160):
        if rng.random() < 0.06:
            shop.reprice(rng.choice(articles).sku, rng.randrange(200, 5000))
        currency = "EUR" if rng.random() < 0.8 else rng.choice(("USD", "CHF"))
        skus = [rng.choice(articles).sku for _ in range(rng.randrange(1, 4))]
        order = shop.cart(f"O-{1000 + step}", rng.choice(shop.TENANTS), currency, skus)
        audit(shop, order)
    print(len(shop.orders), "orders", shop.prices.cache.hits, "hits")


main()
