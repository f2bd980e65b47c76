"""A time without zone is compared with one in UTC."""

from datetime import datetime, timedelta, timezone


def parse_local(text):
    return datetime.fromisoformat(text)


def parse_utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def is_late(due, now):
    return now > due + timedelta(hours=1)


def main():
    is_late(parse_utc("2024-03-01T10:00:00"), parse_utc("2024-03-01T12:00:00"))
    is_late(parse_local("2024-03-02T10:00:00"), parse_utc("2024-03-02T12:00:00"))


main()
