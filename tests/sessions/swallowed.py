"""A broad `except` hides that the settings could not be read; a default goes on in their place."""

import json


def read_settings(text):
    try:
        return json.loads(text)
    except Exception:
        return {}


def port_of(settings):
    return settings.get("port", 8080)


def connect(port):
    if port != 5433:
        raise ConnectionError(f"nobody listens on {port}")


def main():
    connect(port_of(read_settings('{"port": 5433,}')))


main()
