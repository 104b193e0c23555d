"""The bare endpoint's templates."""

from jinja2 import DictLoader

FORM = """<!doctype html><title>Meld avvik</title><h1>Meld avvik</h1><form method="post">
<input type="hidden" name="csrf_token" value="{{ token }}"><input name="title"><textarea name="body"></textarea>
<input name="email"><select name="unit">{% for each in units %}<option value="{{ each.id }}">{{ each.name }}
{% endfor %}</select><select name="area">{% for each in areas %}<option value="{{ each.id }}">{{ each.name }}
{% endfor %}</select><button>Send</button></form>"""
LIST = """<!doctype html><title>Saker</title><table>{% for row in rows %}<tr>
<td><a href="/case/{{ row.id }}">{{ row.ref }}</a><td>{{ row.title }}<td>{{ row.state }}<td>{{ row.unit }}
<td>{{ row.area }}<td>{{ row.severity }}<td>{{ row.handler }}<td>{{ row.created_at }}<td>{{ row.due_at }}
{% endfor %}</table>"""
CASE = """<!doctype html><title>{{ case.ref }}</title><h1>{{ case.ref }} {{ case.title }}</h1><dl>
{% for name, value in case._mapping.items() %}<dt>{{ name }}<dd>{{ value }}{% endfor %}</dl>
<form method="post" action="/case/{{ case.id }}/do"><input type="hidden" name="csrf_token" value="{{ token }}">
{% for move in moves %}<button name="move" value="{{ move }}">{{ move }}</button>{% endfor %}</form><ol>
{% for each in events %}<li>{{ each.at }} {{ each.actor }} {{ each.from_state }} {{ each.to_state }} {{ each.note }}
{% endfor %}</ol>"""
LOGIN = """<!doctype html><title>Logg inn</title><form method="post"><input type="hidden" name="csrf_token"
 value="{{ token }}"><input name="username"><input name="password" type="password"><button>Logg inn</button></form>"""
loader = DictLoader({"form.html": FORM, "list.html": LIST, "case.html": CASE, "login.html": LOGIN})
