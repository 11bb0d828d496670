"""What is known of the person: columns from traits and context."""

from bisect import bisect_right

from mailwright.expression.tree import Scalar
from mailwright.fold.traits import consent, trait
from mailwright.model.columns import AGE_BANDS
from mailwright.model.profile import Profile
from mailwright.model.times import DAY, parse_iso

AGES = (18, 25, 35, 45, 55, 65)

PERSON = ("has_email", "marketing_consent", "country", "language", "timezone", "device", "city", "gender", "plan",
          "income_band", "age", "age_band")  # fmt: skip


def person(row: dict[str, Scalar], profile: Profile, now: int) -> None:
    """Fill in the columns about address, place, device and traits."""
    traits, context = profile.traits, profile.context
    email = trait(traits, "email")
    row["has_email"] = isinstance(email, str) and "@" in email
    row["marketing_consent"] = consent(trait(traits, "marketing_consent"))
    row["country"] = _text(trait(context, "country")) or _text(trait(traits, "address.country"))
    locale = _text(trait(context, "locale")) or _text(trait(traits, "locale"))
    row["language"] = locale.replace("_", "-").split("-")[0].lower() if locale else None
    row["timezone"] = _text(trait(context, "timezone")) or _text(trait(traits, "timezone"))
    row["device"] = _text(trait(context, "device"))
    row["city"] = _text(trait(traits, "address.city")) or _text(trait(context, "city"))
    row["gender"] = _text(trait(traits, "gender"))
    row["plan"] = _text(trait(traits, "plan"))
    row["income_band"] = _text(trait(traits, "income_band"))
    age = _age(trait(traits, "age"), trait(traits, "birthday"), now)
    row["age"] = age
    row["age_band"] = AGE_BANDS[bisect_right(AGES, age)] if age is not None and age >= 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _age(age: object, birthday: object, now: int) -> int | float | None:
    """The trait, or what the birthday says."""
    if isinstance(age, str) and age.isdecimal() and len(age) <= 3:
        return int(age)
    if isinstance(age, int | float) and not isinstance(age, bool):
        return age
    if isinstance(birthday, str):
        try:
            years = (now - parse_iso(birthday)) / (365.2425 * DAY)
        except ValueError:
            return None
        return int(years) if 0 <= years <= 150 else None
    return None
