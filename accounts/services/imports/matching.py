"""Which column of a file holds what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from accounts.services.imports import cells
from accounts.services.imports.columns import Column, Need
from accounts.services.imports.errors import ImportRefused, RowError
from accounts.services.imports.reading import open_sheet


@dataclass(frozen=True, slots=True)
class Match:
    """Columns found at their places in a row, values for the whole file, and headers that nothing takes."""

    places: list[tuple[int, Column]]
    constants: dict[str, str]
    ignored: list[str]
    #: Every column that has values, from the file first, then those given for the whole file.
    filled: list[Column]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.filled]


def match(
    header: Sequence[str], columns: Sequence[Column], renamed: Mapping[str, str], constants: Mapping[str, str]
) -> Match:
    """Find each column by the map given, by its field name, or by its header in either language.

    `renamed` maps headers of the file to field names (an empty name leaves the header out); `constants` gives a value
    to every row in which the column is absent or empty. Raises ImportRefused with what does not fit.
    """
    known = {column.name: column for column in columns}
    errors = _wrong_options(header, known, renamed, constants)
    asked = {cells.plain(name): field for name, field in renamed.items()}
    taken: dict[str, str] = {}
    places, ignored = [], []
    for place, name in enumerate(header):
        column = _column_of(name, columns, known, asked)
        if column is None:
            ignored.extend([name] if name else [])
        elif column.name in taken:
            values = {"first": taken[column.name], "second": name}
            errors.append(RowError("column_twice", column=column.name, values=values))
        else:
            taken[column.name] = name
            places.append((place, column))
    given = taken.keys() | constants.keys()
    errors.extend(
        RowError("missing_column", column=column.name)
        for column in columns
        if column.need == Need.ALWAYS and column.name not in given
    )
    if errors:
        raise ImportRefused(errors, ignored)
    filled = [column for _place, column in places]
    filled += [known[name] for name in constants if name not in taken]
    return Match(places, _read_constants(known, constants), ignored, filled)


def _column_of(
    name: str, columns: Sequence[Column], known: Mapping[str, Column], asked: Mapping[str, str]
) -> Column | None:
    bare = cells.plain(name)
    if bare in asked:
        return known.get(asked[bare])
    taken = set(asked.values())
    return next((column for column in columns if bare and bare in column.names and column.name not in taken), None)


def _wrong_options(
    header: Sequence[str], known: Mapping[str, Column], renamed: Mapping[str, str], constants: Mapping[str, str]
) -> list[RowError]:
    present = {cells.plain(name) for name in header}
    unknown = [field for field in (*renamed.values(), *constants) if field and field not in known]
    return [
        RowError("unknown_header", values={"header": name, "headers": ", ".join(filter(None, header))})
        for name in renamed
        if cells.plain(name) not in present
    ] + [RowError("unknown_field", values={"name": field, "known": ", ".join(known)}) for field in unknown]


def _read_constants(known: Mapping[str, Column], constants: Mapping[str, str]) -> dict[str, str]:
    read, errors = {}, []
    for name, value in constants.items():
        try:
            read[name] = known[name].reader(value.strip())
        except cells.CellError as error:
            errors.append(RowError(error.code, column=name, value=value, values=error.values))
    if errors:
        raise ImportRefused(errors)
    return read


def headers_of(
    content: bytes, name: str, columns: Sequence[Column], renamed: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The headers of a file, each with the name of the column that takes it, or an empty one. Raises ImportRefused."""
    header = open_sheet(BytesIO(content), name).header
    known = {column.name: column for column in columns}
    asked = {cells.plain(each): field for each, field in renamed.items()}
    found = [(each, _column_of(each, columns, known, asked)) for each in header if each]
    return [(each, column.name if column else "") for each, column in found]
