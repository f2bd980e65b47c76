"""Forms for the office and for visitors; what hides a field of one hides it of both."""

from __future__ import annotations


class Field:
    def __init__(self, name: str) -> None:
        self.name = name
        self.hidden: set[str] = set()

    def write(self, row: dict[str, str]) -> dict[str, str]:
        return {key: value for key, value in row.items() if key not in self.hidden}


FIELDS = {name: Field(name) for name in ("customer", "delivery")}


class Form:
    def __init__(self, title: str, hide: str) -> None:
        self.title = title
        self.fields = dict(FIELDS)
        for each in filter(None, hide.split(",")):
            name, _, key = each.partition(".")
            self.fields[name].hidden.add(key)

    def fill(self, order: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        return {name: field.write(order[name]) for name, field in self.fields.items()}


def main() -> None:
    office = Form("office", "")
    visitor = Form("visitor", "customer.note,delivery.code")
    order = {"customer": {"city": "Riga", "note": "rings twice"}, "delivery": {"code": "7711", "day": "Tue"}}
    for form in (visitor, office):
        filled = form.fill(order)
        if form is office and "note" not in filled["customer"]:
            raise LookupError(f"the {form.title} does not see the note")


main()
