"""One of the callers passes width and height the wrong way round."""


def area_of(width, height):
    if width > 300:
        raise ValueError(f"too wide: {width}")
    return width * height


def poster(size):
    return area_of(size["width"], size["height"])


def banner(size):
    return area_of(size["height"], size["width"])


def main():
    poster({"width": 210, "height": 297})
    banner({"width": 120, "height": 480})


main()
