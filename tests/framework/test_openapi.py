"""The description of modules' endpoints: every method, what it takes and what it answers (S4.6)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from mud.api import Context, Endpoint, Module, State
from mud.framework.openapi import describe
from mud.testing import Kit


class Bid(Struct):
    """What somebody bids."""

    lot: int
    gold: int = 1


class Lot(Struct):
    """A lot."""

    number: int


def answer(ctx: Context[State], bid: Bid) -> Lot:
    """Bid on a lot.

    More of it.
    """
    return Lot(bid.lot)


VERBS = ("GET", "POST", "PUT", "DELETE")


def module(verb: Any) -> Module[State]:
    given = None if verb in ("GET", "DELETE") else Bid
    endpoint = Endpoint[State](path="/lots/{lot}", handler=answer, verb=verb, request=given, reply=Lot)
    return Module(name="sales", version="1.0.0", endpoints=[endpoint])


@pytest.mark.parametrize("verb", VERBS)
def test_each_method_is_described_with_its_body_and_its_answer(verb: str) -> None:  # S4.6
    found = describe([module(verb)], "1.2.3")
    assert found["openapi"] == "3.1.0" and found["info"]["version"] == "1.2.3"
    (operation,) = found["paths"]["/api/v1/sales/lots/{lot}"].items()
    assert operation[0] == verb.lower()
    described = operation[1]
    assert described["summary"] == "Bid on a lot." and described["tags"] == ["sales"]
    assert described["responses"]["200"]["content"] == content("Lot")
    if verb in ("GET", "DELETE"):
        assert "requestBody" not in described
    else:
        assert described["requestBody"] == {"required": True, "content": content("Bid")}
        bid = found["components"]["schemas"]["Bid"]
        assert bid["required"] == ["lot"] and bid["properties"]["gold"] == {"type": "integer", "default": 1}


def content(kind: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind}"}}}


def test_methods_of_one_path_stand_beside_each_other_each_with_its_own_body() -> None:  # S4.6
    several = [module(verb).endpoints[0] for verb in VERBS]
    found = describe([Module(name="sales", version="1.0.0", endpoints=several)], "1")
    operations = found["paths"]["/api/v1/sales/lots/{lot}"]
    assert list(operations) == ["get", "post", "put", "delete"]
    assert ["requestBody" in operations[verb] for verb in operations] == [False, True, True, False]
    assert len({operation["operationId"] for operation in operations.values()}) == 4


@pytest.mark.parametrize("verb", VERBS)
def test_each_method_is_answered_by_its_own_handler(verb: str) -> None:  # S4.6
    kit = Kit(module(verb))
    assert kit.request(verb, "/lots/{lot}", Bid(7)) == Lot(7)
    for other in set(VERBS) - {verb}:
        with pytest.raises(LookupError, match=f"sales has no endpoint {other}"):
            kit.request(other, "/lots/{lot}", Bid(7))
