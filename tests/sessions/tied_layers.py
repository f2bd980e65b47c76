"""Workers start with settings of layers: defaults, site, host, tenant; one of them sends mails."""

import os
import random


DEFAULTS = {
    "mail": {"host": "localhost", "port": 25, "tls": False},
    "batch": 50,
    "retries": 3,
    "sender": "noreply@example.org",
    "region": "eu",
}
SITE = {"mail": {"host": "smtp.site.example", "tls": True}, "region": "eu-1"}
HOSTS = {
    "web-1": {"batch": 20},
    "web-2": {"batch": 30, "mail": {"port": 2525}},
    "job-1": {"retries": 9, "mail": {"host": "relay.job.example"}},
}
TENANTS = {
    "ada": {"sender": "ada@ada.example", "mail": {"port": 587}},
    "bob": {"sender": "bob@bob.example", "region": "us-2"},
    "cyd": {"mail": {"host": "mx.cyd.example", "tls": False}},
}


class Layer:
    def __init__(self, name, rank, values):
        self.name = name
        self.rank = rank
        self.values = values

    def get(self, path):
        found = self.values
        for part in path.split("."):
            if not isinstance(found, dict) or part not in found:
                return None
            found = found[part]
        return found


def rank_of(name):
    return {"defaults": 0, "site": 1, "host": 2}.get(name.split("=")[0], 2)


def collect(host, tenant):
    """Give the layers, the weakest first.

    Those of one rank stand as they come.
    """
    found = [Layer("defaults", rank_of("defaults"), DEFAULTS), Layer("site", rank_of("site"), SITE)]
    special = {f"host={host}": HOSTS.get(host, {}), f"tenant={tenant}": TENANTS.get(tenant, {})}
    for name in sorted(special, reverse=True):
        found.append(Layer(name, rank_of(name), special[name]))
    return sorted(found, key=lambda layer: layer.rank)


class Settings:
    def __init__(self, layers):
        self.layers = layers
        self.asked = {}

    def value(self, path):
        if path not in self.asked:
            self.asked[path] = self.look(path)
        return self.asked[path]

    def look(self, path):
        for layer in reversed(self.layers):
            found = layer.get(path)
            if found is not None:
                return found
        return None


class Mailer:
    def __init__(self, settings):
        self.host = settings.value("mail.host")
        self.port = settings.value("mail.port")
        self.tls = settings.value("mail.tls")
        self.sender = settings.value("sender")

    def envelope(self, to, subject):
        return {"from": self.sender, "to": to, "subject": subject, "via": f"{self.host}:{self.port}"}

    def send(self, to, subject):
        envelope = self.envelope(to, subject)
        return Relay.accept(self.host, self.port, envelope)


class Relay:
    OPEN = {
        ("smtp.site.example", 25),
        ("smtp.site.example", 587),
        ("mx.cyd.example", 25),
        ("mx.cyd.example", 2525),
        ("relay.job.example", 25),
        ("relay.job.example", 587),
        ("smtp.site.example", 2525),
    }
    OWN = {"cyd": "mx.cyd.example", "ada": 587}

    @classmethod
    def accept(cls, host, port, envelope):
        if (host, port) not in cls.OPEN:
            raise ConnectionError(f"nobody at {host}:{port}")
        return f"250 {envelope['to']}"


class Job:
    def __init__(self, number, tenant, host):
        self.number = number
        self.tenant = tenant
        self.host = host

    def run(self):
        settings = Settings(collect(self.host, self.tenant))
        mailer = Mailer(settings)
        batch = settings.value("batch")
        accepted = [
            mailer.send(f"user{n}@{self.tenant}.example", f"job {self.number}") for n in range(min(batch, 3))
        ]
        return {"job": self.number, "tenant": self.tenant, "via": mailer.host, "accepted": len(accepted)}


def deliveries(results):
    for result in results:
        if result["tenant"] == "cyd" and result["via"] != "mx.cyd.example":
            raise RuntimeError(f"mail of cyd went through {result['via']}")


def main():
    rng = random.Random(1)
    results = []
    for number in range(1, 31):
        job = Job(number, rng.choice(sorted(TENANTS)), rng.choice(sorted(HOSTS)))
        results.append(job.run())
    deliveries(results)
    print(len(results), os.getpid())


main()
