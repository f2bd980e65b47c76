"""A run as a page that a browser shows: what ran when, on which thread and task, and where the time went."""

from breadcrumb.picture.page import page

__all__ = ["page"]
