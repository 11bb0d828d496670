"""Random conditions on random rows: both engines say the same."""

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.wiring import all_functions
from local.world import names
from local.world.clock import Clock
from local.world.world import engine

# One type an attribute: moto falls over an order between types and takes 0 for false; test_engine_contract has those.
SCALARS = {
    "a": st.integers(-3, 3).map(lambda n: {"N": str(n)}),
    "b": st.sampled_from(["", "x", "xy", "yx", "Ä"]).map(lambda text: {"S": text}),
    "c": st.sampled_from([b"x", b"xy", b"\xff"]).map(lambda raw: {"B": raw}),
}
rows = st.fixed_dictionaries({}, optional=SCALARS)


@st.composite
def conditions(draw, depth=2):
    """(text, values)"""
    values = {}

    def given_value(of):
        name = f":v{len(values)}"
        values[name] = draw(SCALARS[of])
        return name

    def term(left):
        kind = draw(
            st.sampled_from(["compare", "exists", "not exists", "between", "in", "begins"] + ["nest"] * (left > 0))
        )
        name = draw(st.sampled_from(sorted(SCALARS)))
        match kind:
            case "compare":
                return f"{name} {draw(st.sampled_from(['=', '<>', '<', '<=', '>', '>=']))} {given_value(name)}"
            case "exists":
                return f"attribute_exists({name})"
            case "not exists":
                return f"attribute_not_exists({name})"
            case "between":
                # DynamoDB refuses bounds in the wrong order.
                low, high = f":v{len(values)}", f":v{len(values) + 1}"
                values[low], values[high] = {"N": "-1"}, {"N": str(draw(st.integers(-1, 2)))}
                return f"a BETWEEN {low} AND {high}"
            case "in":
                return f"{name} IN ({given_value(name)}, {given_value(name)})"
            case "begins":
                values[prefix := f":v{len(values)}"] = {"S": draw(st.sampled_from(["x", "xy"]))}
                return f"begins_with(b, {prefix})"
            case _:
                glue = draw(st.sampled_from([" AND ", " OR "]))
                inside = f"({term(left - 1)}{glue}{term(left - 1)})"
                return f"NOT {inside}" if draw(st.booleans()) else inside

    return term(depth), values


@pytest.fixture(scope="module")
def engines():
    found = [engine(name, Clock(0)) for name in ("memory", "moto")]
    for one in found:
        one.build(all_functions())
    yield found
    for one in found:
        one.close()


@settings(max_examples=150, deadline=None)
@given(row=rows, condition=conditions())
def test_both_engines_judge_a_condition_alike(engines, row, condition):
    text, values = condition
    said = []
    for one in engines:
        dynamodb = one.client("dynamodb")
        item = {"customer_id": {"S": "ada"}, "row": {"S": "profile"}, **row}
        dynamodb.put_item(TableName=names.TABLE, Item=item)
        extra = {"ExpressionAttributeValues": values} if values else {}
        try:
            dynamodb.put_item(TableName=names.TABLE, Item=item, ConditionExpression=text, **extra)
            said.append("holds")
        except ClientError as error:
            said.append(error.response["Error"]["Code"])
    assert said[0] == said[1]
