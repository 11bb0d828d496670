"""Which columns tell who will do it: learned on an earlier sample, tried on a later one, and silence when none does.

A column matters by as much as the model's AUC on the later sample falls when the column's values are shuffled among the
customers. Columns that say nearly the same are shuffled together: alone, each would be made up for by the other.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from mailwright.model.columns import COLUMNS
from mailwright.science.association import Flags, Floats, auc, auc_error, cramers_v, spearman
from mailwright.science.encode import Code, code, matrix, says_nothing, twins
from mailwright.science.outcome import Sample, apart

REPEATS = 10
LEAST = 30  # of those who did it, and of those who did not, in each sample
ERRORS = 3.0  # standard errors the AUC has to be above that of a coin
MOST_ROWS = 50_000  # of each sample; the ids are in the order of their names, every so many of them is taken
Verdict = Literal["predicted", "nothing here predicts it", "too few"]


class Column(msgspec.Struct, frozen=True):
    """One column, or several that say nearly the same: the first is told, `twins` are the others."""

    name: str
    twins: list[str]
    kind: str  # number, text or boolean
    n: int  # customers of the later sample of whom it is known
    missing: float  # share of those of whom it is not
    association: float | None  # with the outcome; None where all customers are alike
    measure: str  # "rho" (Spearman) or "V" (Cramer)
    importance: float | None = None  # loss of AUC when shuffled, the mean over repeats; None without a model
    spread: float | None = None  # standard deviation over repeats
    matters: bool = False  # the loss is above two spreads and a thousandth


class Importance(msgspec.Struct, frozen=True):
    outcome: str
    verdict: Verdict
    why: str
    learned_at: int  # milliseconds UTC: the columns of the earlier sample
    tried_at: int  # of the later one
    until: int  # the end of the later outcome
    learned_from: int  # customers
    tried_on: int
    learned_rate: float  # share of them who did it
    rate: float
    auc: float | None
    error: float | None  # standard error of the AUC
    columns: list[Column]  # what matters most first; without a model, the closest association first
    left_out: list[str]  # columns in which all customers of the earlier sample are alike


def importance(train: Sample, test: Sample, repeats: int = REPEATS, seed: int = 1) -> Importance:
    """Leak when the samples overlap in time. The same samples give the same result."""
    apart(train, test)
    with threadpool_limits(1):  # threads that wait for each other take longer than one, on samples like these
        return _importance(train, test, repeats, seed)


def _importance(train: Sample, test: Sample, repeats: int, seed: int) -> Importance:
    train, test = _bounded(train), _bounded(test)
    learned, tried = np.array(train.did, dtype=np.bool_), np.array(test.did, dtype=np.bool_)
    codes = [code(name, given) for name, given in train.columns.items()]
    left_out: list[str] = []
    if codes and len(learned):
        numbers = matrix(codes, dict(train.columns))
        silent = {one.column for place, one in enumerate(codes) if says_nothing(numbers[:, place])}
        left_out = sorted(silent)
        codes = [one for one in codes if one.column not in silent]
    made = Importance(
        train.name, "too few", "", train.at, test.at, test.until, len(learned), len(tried),
        _share(learned), _share(tried), None, None, [], left_out,
    )  # fmt: skip
    few = min(int(part) for flags in (learned, tried) for part in (flags.sum(), (~flags).sum()))
    scarce = f"at least {LEAST} customers have to do it and {LEAST} not, in each sample; here it is {few}"
    if not codes or not len(learned) or not len(tried):
        return msgspec.structs.replace(made, why=scarce if few < LEAST else "no column tells one customer from another")
    x, later = matrix(codes, dict(train.columns)), matrix(codes, dict(test.columns))
    groups = twins(codes, x)
    told = [_described(codes, group, later, tried) for group in groups]
    if few < LEAST:
        return msgspec.structs.replace(made, why=scarce, columns=_by_association(told))
    model = _model(codes).fit(x, learned)
    area = auc(tried, model.predict_proba(later)[:, 1])
    error = auc_error(area, int(tried.sum()), int((~tried).sum()))
    made = msgspec.structs.replace(made, auc=area, error=error)
    if area - ERRORS * error <= 0.5:
        chance = 0.5 + ERRORS * error
        why = f"AUC {area:.3f} on the later customers, where a coin has 0.5 and chance alone reaches {chance:.3f}"
        return msgspec.structs.replace(made, verdict="nothing here predicts it", why=why, columns=_by_association(told))
    lost = _shuffled(model, groups, later, tried, area, repeats, seed)
    ranked = [_weighed(column, lost[place]) for place, column in enumerate(told)]
    ranked.sort(key=lambda column: (-(column.importance or 0), column.name))
    why = f"AUC {area:.3f} on the later customers, where a coin has 0.5"
    return msgspec.structs.replace(made, verdict="predicted", why=why, columns=ranked)


def _bounded(sample: Sample) -> Sample:
    every = -(-len(sample.did) // MOST_ROWS)
    if every <= 1:
        return sample
    thinned = {name: values[::every] for name, values in sample.columns.items()}
    return sample._replace(columns=thinned, did=sample.did[::every])


def _share(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else 0.0


def _model(codes: list[Code]) -> HistGradientBoostingClassifier:
    """Small trees, many of them, unknown values and text as they are: nothing to scale and little to go wrong."""
    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=[one.text for one in codes],
        random_state=1,
    )


def _described(codes: list[Code], group: list[int], numbers: Floats, did: Flags) -> Column:
    first = codes[group[0]]
    values = numbers[:, group[0]]
    known = ~np.isnan(values)
    n = int(known.sum())
    measured = (cramers_v if first.text else spearman)(values[known], did[known]) if n > 1 else None
    names = [codes[place].column for place in group[1:]]
    missing = 1 - n / len(values) if len(values) else 0.0
    return Column(first.column, names, COLUMNS[first.column].kind, n, missing, measured, "V" if first.text else "rho")


def _shuffled(
    model: HistGradientBoostingClassifier,
    groups: list[list[int]],
    numbers: Floats,
    did: Flags,
    area: float,
    repeats: int,
    seed: int,
) -> Floats:
    """The AUC lost, by group and repeat."""
    rng = np.random.default_rng(seed)
    orders: list[NDArray[np.int64]] = [rng.permutation(len(numbers)) for _ in range(repeats)]
    lost = np.empty((len(groups), repeats))
    for place, group in enumerate(groups):
        changed = np.tile(numbers, (repeats, 1))
        changed[:, group] = np.concatenate([numbers[order][:, group] for order in orders])
        scored = model.predict_proba(changed)[:, 1].reshape(repeats, len(numbers))
        lost[place] = [area - auc(did, scored[again]) for again in range(repeats)]
    return lost


def _weighed(column: Column, lost: Floats) -> Column:
    mean, spread = float(lost.mean()), float(lost.std(ddof=1)) if len(lost) > 1 else 0.0
    matters = mean > max(0.001, 2 * spread)
    return msgspec.structs.replace(column, importance=mean, spread=spread, matters=matters)


def _by_association(columns: list[Column]) -> list[Column]:
    return sorted(columns, key=lambda column: (-abs(column.association or 0), column.name))
