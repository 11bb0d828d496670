"""Adds a picture to a report that is already written: clusters are looked for after the replay they are found in."""

import json
import re

from local.charts.mark import Picture
from local.report.page import embedded

_OVERVIEW = re.compile(r'(<script type="application/json" id="overview">)(.*?)(</script>)', re.DOTALL)


def amended(page: str, picture: Picture) -> str | None:
    """The page with this picture behind the others, in place of one of the same name; None when it is no report that
    shows pictures.
    """
    found = _OVERVIEW.search(page)
    try:
        told = json.loads(found[2]) if found else {}
    except ValueError:
        return None
    if found is None or not told.get("pictures"):
        return None
    told["pictures"] = [one for one in told["pictures"] if one["name"] != picture.name] + [picture._asdict()]
    return f"{page[: found.start()]}{found[1]}{embedded(told)}{found[3]}{page[found.end() :]}"
