"""Pages of lists that grow: by key, so that the thousandth page costs as much as the first."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

SIZE = 50


@dataclass(frozen=True)
class Page:
    """What one page shows; `newer` and `older` are the addresses of its neighbours, or ""."""

    items: list
    newer: str = ""
    older: str = ""

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)


def page_of(queryset, params, *, by, size=SIZE):
    """The page of `queryset`, ordered by the field `by` ("-" for descending) and the key, that `params` ask for.

    `params` is `request.GET`: the neighbours' addresses keep what else is in it. An address nobody could have got
    from here shows the first page. One query.
    """
    name, descending = by.removeprefix("-"), by.startswith("-")
    field = queryset.model._meta.get_field(name)
    backwards = "before" in params
    mark = read_mark(params.get("before" if backwards else "after", ""), field, queryset.model._meta.pk)
    backwards = backwards and mark is not None
    rising = descending == backwards
    if mark:
        queryset = queryset.filter(beyond(name, mark, rising=rising))
    order = [name, "pk"] if rising else [f"-{name}", "-pk"]
    found = list(queryset.order_by(*order)[: size + 1])
    more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    page = Page(items)
    if items and (more if backwards else mark is not None):
        page = replace(page, newer=address(params, "before", items[0], name))
    if items and (backwards or more):
        page = replace(page, older=address(params, "after", items[-1], name))
    return page


def read_mark(text, field, pk):
    """The field's value and the key that an address names, or None."""
    key, _dot, value = text.partition(".")
    try:
        mark = field.to_python(value), pk.to_python(key)
    except ValidationError:
        return None
    naive = isinstance(mark[0], datetime) and timezone.is_naive(mark[0])
    return None if naive or not value or "\0" in value else mark


def beyond(name, mark, *, rising):
    """Rows after the mark. The first, wider condition is the one an index can serve."""
    value, key = mark
    than = "gt" if rising else "lt"
    return Q(**{f"{name}__{than}e": value}) & (Q(**{f"{name}__{than}": value}) | Q(**{name: value, f"pk__{than}": key}))


def address(params, direction, item, name):
    params = params.copy()
    for mark in ("before", "after"):
        params.pop(mark, None)
    value = getattr(item, name)
    params[direction] = f"{item.pk}.{value.isoformat() if hasattr(value, 'isoformat') else value}"
    return f"?{params.urlencode()}"
