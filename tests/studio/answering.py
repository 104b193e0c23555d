"""What a form on a page would send, as a browser without scripts sends it."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, mark):
        super().__init__()
        self.mark, self.inside, self.found = mark, False, False
        self.answers, self.select, self.area, self.option = {}, None, None, None

    def add(self, name, value):
        self.answers.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.inside = not self.found
            self.answers = {} if self.inside else self.answers
        if not self.inside or (tag in ("input", "select", "textarea") and "name" not in said):
            return
        if tag == "input":
            self._input(said)
        elif tag == "select":
            self.select, self.option = said["name"], None
        elif tag == "option":
            self._option(said)
        elif tag == "textarea":
            self.area = [said["name"], ""]

    def _input(self, said):
        self.found = self.found or said["name"] == self.mark
        if said.get("type") not in ("checkbox", "radio") or "checked" in said:
            self.add(said["name"], said.get("value") or "")

    def _option(self, said):
        if self.option is None or "selected" in said:
            self.option = said.get("value", "")

    def handle_data(self, data):
        if self.area:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            self.add(self.select, self.option or "")
            self.select = None
        elif tag == "textarea" and self.area:
            self.add(self.area[0], self.area[1].removeprefix("\n"))
            self.area = None


def answers(page, mark="seen"):
    """The answers on the page's form that has a field of this name: name -> one text, or a list of them."""
    form = _Form(mark)
    form.feed(page.get_data(as_text=True))
    assert form.found, "there is no such form on the page"
    return {name: values[0] if len(values) == 1 else values for name, values in form.answers.items()}
