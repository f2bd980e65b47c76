"""Look-alikes that went when they were first tried, and neighbours of new rules."""
# ruff: noqa: E501 - tables of texts

from collections.abc import Iterator

from made_up import ALNUM, HEX, Made, Maker

NAMED = (
    ("pin_number", "13"), ("parole", "free"), ("token_bucket", "full"), ("boundary", "--------WebKitFormBoundary7MA4YWxkTrZu0gWx"),
    ("secret_arn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db"),
)  # fmt: skip
TEXTS = (
    "usage: tool [-h] [--password PASSWORD] [--db-password DB_PASSWORD] [--token TOKEN]",
    "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gWx", "your password is incorrect", "the password is required",
    "the password for ada expired", "SELECT password::text FROM users", "#define PASSWORD_LENGTH 12", "env PATH /usr/bin",
    "password::", "the key is 7 characters", "code.s.compile_everything_in_this_folder24(x)", "1/2 of 3/4", "re_compile_all_of_the_patterns_here",
    "test_the_password_hasher", "api-2026-11-29", "**Note:** tokens are counted",
)  # fmt: skip
ARGUMENTS = (
    ("cp", "-p", "Report2024.txt", "b"), ("mkdir", "-p", "build/out1"), ("ssh", "-p", "2222", "host"), ("pytest", "-p", "no:cacheprovider"),
    ("docker", "run", "-p", "127.0.0.1:80:80", "nginx"), ("htpasswd", "-b", "users"),
)  # fmt: skip


def lookalikes(make: Maker) -> Iterator[Made]:
    """Each kind once."""
    for name, value in NAMED:
        yield Made(f"name {name}", value, name=name)
        yield Made(f"keyword {name}", f"f({name}={value!r})")
    for text in TEXTS:
        yield Made(f"text {text}", text)
    for words in ARGUMENTS:
        yield Made(f"argument {words[0]} {words[1]}", "\n".join(words), argv=words)
    yield Made("amz-id-2", f"x-amz-id-2: {make.base64(56)}")
    yield Made("refund", f"re_{make.of(ALNUM, 24)}")
    yield Made("host id", f"id_2: {make.of(ALNUM, 27)}")
    yield Made("test id", f"test_{make.of(HEX, 32)}")
