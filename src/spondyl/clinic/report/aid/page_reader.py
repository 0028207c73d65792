"""Read a finished page back: its elements, their text, their children; enough to check it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "input", "br", "link", "img", "circle"})


@dataclass(slots=True, eq=False)
class Element:
    """One element: tag, attributes, and what it holds."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: "list[Element]" = field(default_factory=list["Element"])
    texts: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """All text inside, in order of the page, with single blanks."""
        return " ".join("".join(self.texts).split())

    @property
    def classes(self) -> list[str]:
        """Its CSS classes."""
        return self.attributes.get("class", "").split()

    @property
    def inner_tags(self) -> tuple[str, ...]:
        """Tags of its children."""
        return tuple(child.tag for child in self.children)


class Page(HTMLParser):
    """A page as a tree. Void elements and SVG circles hold nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.by_id: dict[str, Element] = {}
        self.twice: list[str] = []
        self._open: list[Element] = []

    @classmethod
    def read(cls, html: str) -> "Page":
        """Parse a whole page."""
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        parent = self._open[-1] if self._open else None
        element = Element(tag=tag, attributes={name: value or "" for name, value in attrs}, parent=parent)
        if parent:
            parent.children.append(element)
        self.elements.append(element)
        name = element.attributes.get("id")
        if name:
            if name in self.by_id:
                self.twice.append(name)
            self.by_id[name] = element
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element that holds nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element of that tag."""
        while self._open:
            if self._open.pop().tag == tag:
                return

    def handle_data(self, data: str) -> None:
        """Give the text to every open element."""
        for element in self._open:
            element.texts.append(data)

    def text_of(self, name: str) -> str:
        """Text of the element with that id; '' when there is none."""
        return self.by_id[name].text if name in self.by_id else ""

    def section_text(self, name: str) -> str:
        """Text below a heading: that of its section; of any other element its own."""
        element = self.by_id.get(name)
        if element is None:
            return ""
        if element.tag == "h2" and element.parent is not None:
            return element.parent.text.removeprefix(element.text).strip()
        return element.text

    def values(self, attribute: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [one.attributes[attribute] for one in self.elements if attribute in one.attributes]

    def inside(self, name: str) -> list[Element]:
        """Every element within the one with that id."""
        found: list[Element] = []
        queue = list(self.by_id[name].children) if name in self.by_id else []
        while queue:
            element = queue.pop(0)
            found.append(element)
            queue = [*element.children, *queue]
        return found

    def parts(self, name: str) -> list[Element]:
        """The marked parts of an option, in order."""
        return [element for element in self.inside(name) if "data-part" in element.attributes]

    def part(self, name: str, kind: str) -> Element | None:
        """One marked part of an option."""
        return next((one for one in self.parts(name) if one.attributes["data-part"] == kind), None)

    def links_of_criterion(self, code: str) -> list[str]:
        """Where the page's own list of criteria leads for one of them."""
        items = [one for one in self.elements if one.attributes.get("data-criterion") == code]
        return [
            child.attributes["href"].removeprefix("#")
            for item in items
            for child in item.children
            if child.tag == "a" and "href" in child.attributes
        ]
