"""Tables for any terminal: columns as wide as the letters that it has, and nothing lost where it is narrow."""

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from spondyl.clinic.cli.plain_letters import in_letters_of

NAME_COLUMNS = 16
"""The first column keeps so many, or its longest word's if fewer; a longer word is folded."""


def print_table(table: Table, console: Console) -> None:
    """Print it, laid out with the letters that the terminal has; a word too long for its column goes on below."""
    _take_letters_of(console.encoding, table)
    for column in table.columns:
        column.overflow = "fold"
    console.print(table)


def _take_letters_of(encoding: str, table: Table) -> None:
    """Before columns get their width: "deg" is two wider than "°"."""
    for column in table.columns:
        column.header = _in_letters(column.header, encoding)
        column._cells = [_in_letters(cell, encoding) for cell in column._cells]  # pyright: ignore[reportPrivateUsage]


def _in_letters(cell: RenderableType, encoding: str) -> RenderableType:
    if isinstance(cell, str):
        return in_letters_of(encoding, cell)
    if not isinstance(cell, Text):
        return cell
    told = in_letters_of(encoding, cell.plain)
    return cell if told == cell.plain else Text(told, style=cell.style)


def print_whole(table: Table, console: Console) -> None:
    """Print it, names in the first column; where its words need more than the terminal has, lines run on. Cells break
    between words, never within a number."""
    _take_letters_of(console.encoding, table)
    columns = table.columns
    least = [
        max((cell_len(word) for cell in _cells(one) for word in _words(one, cell)), default=0)
        for one in columns
    ]
    least[0] = min(least[0], NAME_COLUMNS)
    widths = [max(cell_len(cell) for cell in _cells(one)) for one in columns]
    # Beside the cells: a space on both sides of each, one between two, and the edges.
    room = console.width - 3 * len(columns) - 1
    while sum(widths) > room and widths != least:
        widest = max((i for i in range(len(widths)) if widths[i] > least[i]), key=lambda i: widths[i])
        widths[widest] -= 1
    for column, width in zip(columns, widths, strict=True):
        column.min_width = column.max_width = width
        column.overflow = "fold"
    console.print(table, crop=False)


def _cells(column: Column) -> list[str]:
    return [cell.plain if isinstance(cell, Text) else str(cell) for cell in (column.header, *column.cells)]


def _words(column: Column, cell: str) -> list[str]:
    return [cell] if column.no_wrap else cell.split()
