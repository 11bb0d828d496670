"""Money and numbers the way a shop's customers write them, by the shop's currency and locale."""

from functools import lru_cache
from typing import NamedTuple

NBSP = "\u00a0"
NARROW = "\u202f"


class Style(NamedTuple):
    """How a language writes numbers, and where it puts the currency: `{s}` the symbol, `{n}` the number."""

    decimal: str
    group: str
    pattern: str


_POINT = Style(".", ",", "{s}{n}")
_COMMA_AFTER = Style(",", ".", "{n}" + NBSP + "{s}")
_SPACE_AFTER = Style(",", NBSP, "{n}" + NBSP + "{s}")
_COMMA_BEFORE = Style(",", ".", "{s}" + NBSP + "{n}")

# Language, or language-REGION where a region writes differently.
STYLES: dict[str, Style] = {
    "en": _POINT,
    "ja": _POINT,
    "ko": _POINT,
    "zh": _POINT,
    "he": Style(".", ",", "{n}" + NBSP + "{s}"),
    "de": _COMMA_AFTER,
    "de-AT": Style(",", NBSP, "{s}" + NBSP + "{n}"),
    "de-CH": Style(".", "’", "{s}" + NBSP + "{n}"),
    "da": _COMMA_AFTER,
    "el": _COMMA_AFTER,
    "es": _COMMA_AFTER,
    "es-MX": _POINT,
    "hr": _COMMA_AFTER,
    "id": Style(",", ".", "{s}" + NBSP + "{n}"),
    "it": _COMMA_AFTER,
    "ro": _COMMA_AFTER,
    "sl": _COMMA_AFTER,
    "nl": _COMMA_BEFORE,
    "tr": Style(",", ".", "{s}{n}"),
    "pt": _SPACE_AFTER,
    "pt-BR": _COMMA_BEFORE,
    "fr": Style(",", NARROW, "{n}" + NBSP + "{s}"),
    "bg": _SPACE_AFTER,
    "cs": _SPACE_AFTER,
    "fi": _SPACE_AFTER,
    "hu": _SPACE_AFTER,
    "nb": _SPACE_AFTER,
    "no": _SPACE_AFTER,
    "pl": _SPACE_AFTER,
    "sk": _SPACE_AFTER,
    "sv": _SPACE_AFTER,
    "uk": _SPACE_AFTER,
}
_ELSEWHERE = Style(".", ",", "{n}" + NBSP + "{s}")  # a language not listed: no guess at its symbol's place

SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "CZK": "Kč",
    "DKK": "kr.",
    "EUR": "€",
    "GBP": "£",
    "HUF": "Ft",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NOK": "kr",
    "NZD": "NZ$",
    "PLN": "zł",
    "SEK": "kr",
    "TRY": "₺",
    "UAH": "₴",
    "USD": "$",
    "ZAR": "R",
}
# At home a dollar is a dollar, and a krone is written short only where it is the currency.
_AT_HOME = {"AU": ("AUD", "$"), "CA": ("CAD", "$"), "NZ": ("NZD", "$"), "MX": ("MXN", "$"), "CN": ("CNY", "¥")}
_NO_CENTS = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THREE_DIGITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def digits(currency: str) -> int:
    """How many decimal places the currency has: 2, and for some 0 or 3."""
    if currency in _NO_CENTS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


@lru_cache(maxsize=4096)  # prices repeat: in HTML and text, in the next customer's email
def money(amount: float, currency: str, locale: str) -> str:
    """12.5 with GBP and en-GB is `£12.50`; with EUR and de-DE it is `12,50 €`."""
    style, region = _style(locale), _region(locale)
    home = _AT_HOME.get(region, ("", ""))
    symbol = home[1] if home[0] == currency else SYMBOLS.get(currency, currency)
    places = digits(currency)
    number = _spell(abs(amount), places, style)
    pattern = style.pattern
    if pattern == "{s}{n}" and symbol.isalpha() and len(symbol) > 1:
        pattern = "{s}" + NBSP + "{n}"  # CHF 12.50, not CHF12.50
    written = pattern.format(s=symbol, n=number)
    return f"-{written}" if round(amount, places) < 0 else written


def number(value: float, locale: str, places: int = 0) -> str:
    """1234.5 with de and one place is `1.234,5`."""
    written = _spell(abs(value), places, _style(locale))
    return f"-{written}" if round(value, places) < 0 else written


def _spell(value: float, places: int, style: Style) -> str:
    plain = f"{value:,.{places}f}"
    return plain.translate({ord(","): style.group, ord("."): style.decimal})


def _region(locale: str) -> str:
    parts = locale.replace("_", "-").split("-")
    return parts[-1].upper() if len(parts) > 1 else ""


@lru_cache(maxsize=64)
def _style(locale: str) -> Style:
    language = locale.replace("_", "-").split("-")[0].lower()
    return STYLES.get(f"{language}-{_region(locale)}") or STYLES.get(language, _ELSEWHERE)
