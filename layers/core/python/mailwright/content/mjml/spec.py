"""MJML as its documentation gives it: which element may stand where, with which attributes.

mrml, which compiles it, lets every tag and attribute pass without a word, so a typo would only show in the inbox.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PADDING = "padding padding-top padding-right padding-bottom padding-left"
_BORDER = "border border-top border-right border-bottom border-left border-radius"
_FONT = "font-family font-size font-style font-weight line-height letter-spacing text-decoration text-transform color"
_LINK = "href rel target title name"
_BACKGROUND = (
    "background-color background-url background-repeat background-size background-position "
    "background-position-x background-position-y"
)
_SECTION = f"{_BACKGROUND} {_BORDER} {_PADDING} direction full-width text-align text-padding gap"
_COLUMN = (
    f"background-color inner-background-color inner-border inner-border-top inner-border-right inner-border-bottom "
    f"inner-border-left inner-border-radius {_BORDER} {_PADDING} width vertical-align direction"
)
_IMAGE = (
    f"align alt {_BORDER} container-background-color fluid-on-mobile height max-height {_LINK} {_PADDING} sizes src "
    "srcset usemap width"
)
_ICON = "icon-align icon-position icon-height icon-width icon-wrapped-url icon-wrapped-alt icon-unwrapped-url"

# Attributes of each element; css-class and mj-class go on every one that stands in the body.
ATTRIBUTES: dict[str, frozenset[str]] = {
    "mjml": _words("lang dir owa"),
    "mj-head": _words(""),
    "mj-body": _words("width background-color css-class"),
    "mj-attributes": _words(""),
    "mj-breakpoint": _words("width"),
    "mj-font": _words("name href"),
    "mj-preview": _words(""),
    "mj-title": _words(""),
    "mj-style": _words("inline"),
    "mj-raw": _words("position"),
    "mj-wrapper": _words(_SECTION),
    "mj-section": _words(_SECTION),
    "mj-group": _words("width vertical-align background-color direction"),
    "mj-column": _words(_COLUMN),
    "mj-hero": _words(
        f"{_BACKGROUND} background-height background-width {_PADDING} inner-background-color inner-padding "
        "inner-padding-top inner-padding-right inner-padding-bottom inner-padding-left height mode vertical-align "
        "width border-radius align container-background-color"
    ),
    "mj-text": _words(f"{_FONT} {_PADDING} align height container-background-color"),
    "mj-button": _words(
        f"{_FONT} {_LINK} {_PADDING} {_BORDER} align background-color container-background-color height inner-padding "
        "text-align vertical-align width"
    ),
    "mj-image": _words(_IMAGE),
    "mj-divider": _words(f"{_PADDING} align border-color border-style border-width container-background-color width"),
    "mj-spacer": _words(f"{_PADDING} container-background-color height width vertical-align {_BORDER}"),
    "mj-table": _words(
        f"{_FONT} {_PADDING} align border cellpadding cellspacing container-background-color role table-layout "
        "vertical-align width"
    ),
    "mj-social": _words(
        f"{_FONT} {_PADDING} align border-radius container-background-color icon-height icon-padding icon-size "
        "inner-padding mode table-layout text-padding vertical-align"
    ),
    "mj-social-element": _words(
        f"{_FONT} {_LINK} {_PADDING} align alt background-color border-radius icon-height icon-padding icon-position "
        "icon-size name src srcset sizes text-padding vertical-align"
    ),
    "mj-navbar": _words(
        f"{_PADDING} align base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size "
        "ico-line-height ico-open ico-padding ico-padding-bottom ico-padding-left ico-padding-right ico-padding-top "
        "ico-text-decoration ico-text-transform"
    ),
    "mj-navbar-link": _words(f"{_FONT} {_LINK} {_PADDING}"),
    "mj-accordion": _words(f"{_PADDING} border container-background-color font-family {_ICON} icon-unwrapped-alt"),
    "mj-accordion-element": _words(f"background-color border font-family {_ICON} icon-unwrapped-alt"),
    "mj-accordion-title": _words(f"{_FONT} {_PADDING} background-color"),
    "mj-accordion-text": _words(f"{_FONT} {_PADDING} background-color"),
}

_CONTENT = "mj-text mj-button mj-image mj-divider mj-spacer mj-table mj-social mj-navbar mj-accordion mj-raw"

# What may stand in what. An element that is not a key here holds text and HTML.
CHILDREN: dict[str, frozenset[str]] = {
    "": _words("mjml"),
    "mjml": _words("mj-head mj-body"),
    "mj-head": _words("mj-attributes mj-breakpoint mj-font mj-preview mj-raw mj-style mj-title"),
    "mj-attributes": _words("mj-all mj-class") | frozenset(ATTRIBUTES) - _words("mjml mj-head mj-attributes"),
    "mj-body": _words("mj-wrapper mj-section mj-hero mj-raw"),
    "mj-wrapper": _words("mj-section mj-hero mj-raw"),
    "mj-section": _words("mj-column mj-group mj-raw"),
    "mj-group": _words("mj-column mj-raw"),
    "mj-column": _words(_CONTENT),
    "mj-hero": _words(_CONTENT),
    "mj-social": _words("mj-social-element"),
    "mj-navbar": _words("mj-navbar-link"),
    "mj-accordion": _words("mj-accordion-element"),
    "mj-accordion-element": _words("mj-accordion-title mj-accordion-text"),
    "mj-image": _words(""),
    "mj-divider": _words(""),
    "mj-spacer": _words(""),
    "mj-breakpoint": _words(""),
    "mj-font": _words(""),
}

# Where {% if %} and {% for %} may stand around elements: what they enclose is laid out the same with or without.
STATEMENTS = _words("mj-body mj-wrapper mj-column mj-hero")

LINKS = _words("href src background-url")  # attributes that hold an address
PERSONAL = LINKS | _words("alt title lang")  # attributes that may hold {{ }}
EVERYWHERE = _words("css-class mj-class")
EVERY_ATTRIBUTE = frozenset().union(*ATTRIBUTES.values())

NEEDED: dict[str, tuple[str, ...]] = {"mj-image": ("src", "alt"), "mj-button": ("href",)}
FORBIDDEN = _words("script iframe object embed form input button textarea select link base svg math video audio style")
