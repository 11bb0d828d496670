"""Money and numbers as people of each place write them; the expected forms are CLDR's."""

import pytest

from mailwright.compose.money import digits, money, number

N, T = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        (12.5, "GBP", "en-GB", "£12.50"),
        (1234.5, "USD", "en-US", "$1,234.50"),
        (1234.5, "USD", "en", "$1,234.50"),
        (12.5, "EUR", "en-IE", "€12.50"),
        (12.5, "EUR", "de-DE", f"12,50{N}€"),
        (1234567.891, "EUR", "de", f"1.234.567,89{N}€"),
        (12.5, "EUR", "fr-FR", f"12,50{N}€"),
        (12345.5, "EUR", "fr", f"12{T}345,50{N}€"),
        (12.5, "EUR", "nl-NL", f"€{N}12,50"),
        (12.5, "EUR", "es-ES", f"12,50{N}€"),
        (12.5, "EUR", "it", f"12,50{N}€"),
        (12.5, "PLN", "pl-PL", f"12,50{N}zł"),
        (12345.5, "SEK", "sv_SE", f"12{N}345,50{N}kr"),
        (12.5, "DKK", "da-DK", f"12,50{N}kr."),
        (12.5, "CZK", "cs", f"12,50{N}Kč"),
        (12.5, "BRL", "pt-BR", f"R${N}12,50"),
        (12.5, "CHF", "de-CH", f"CHF{N}12.50"),
        (12.5, "CHF", "en", f"CHF{N}12.50"),
        (1234.0, "JPY", "en", "¥1,234"),
        (12.5, "CAD", "en-CA", "$12.50"),
        (12.5, "CAD", "en-US", "CA$12.50"),
        (12.5, "KWD", "en", f"KWD{N}12.500"),
        (-5.0, "GBP", "en-GB", "-£5.00"),
        (-0.001, "GBP", "en-GB", "£0.00"),
        (0, "GBP", "en-GB", "£0.00"),
        (12.5, "XXX", "tlh", f"12.50{N}XXX"),
    ],
)
def test_money_is_written_as_at_home(amount: float, currency: str, locale: str, written: str) -> None:
    assert money(amount, currency, locale) == written


def test_numbers_follow_the_locale() -> None:
    assert number(1234.5, "en", 1) == "1,234.5"
    assert number(1234.5, "de", 1) == "1.234,5"
    assert number(1234567, "fr") == f"1{T}234{T}567"
    assert number(-0.4, "en") == "0"


def test_digits_follow_the_currency() -> None:
    assert [digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
