"""The defaults are laid over the user's settings, and not under them."""


def defaults():
    return {"timeout": 30, "host": "localhost"}


def user_settings():
    return {"host": "db.internal"}


def merge(layers):
    merged = {}
    for layer in layers:
        merged.update(layer)
    return merged


def connect(settings):
    if settings["host"] == "localhost":
        raise ConnectionError(f"refused by {settings['host']}")


def main():
    connect(merge([user_settings(), defaults()]))


main()
