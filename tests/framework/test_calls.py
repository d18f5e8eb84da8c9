"""A module's API: methods called by name, versions negotiated, replies held to what they declare, capabilities."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mud.api import Answered, Command, Context, Method, Module, On, Rejected, Request, State, Struct, Work
from mud.core.errors import Conflict, EverwakeError, FrameworkError, Invalid, ModuleFault, NotFound
from mud.framework.contract import check
from mud.framework.report import interface_of
from mud.framework.workers.registry import WorkerRegistry
from mud.testing import Kit


class Price(Request, tag="shop.price"):
    item: str
    count: int = 1


class Slow(Request, tag="shop.slow"):
    item: str


class Tag(Struct, frozen=True):
    item: str
    gold: int


class Shop(State):
    asked: list[str] = []
    heard: list[str] = []


def price(ctx: Context[Shop], request: Price) -> Any:
    """What something costs."""
    ctx.state.asked.append(request.item)
    match request.item:
        case "nothing":
            raise Rejected("We do not sell that.")
        case "fire":
            raise RuntimeError("it burns")
        case "wrong":
            return Tag("wrong", "dear")  # type: ignore[arg-type]
        case "object":
            return object()
    return Tag(request.item, 5 * request.count)


async def slow(work: Work, request: Slow) -> Any:
    """The same, after some thought."""
    await asyncio.sleep(0)
    return {"wrong": "dear", "sword": 7}.get(request.item)


def shop(version: str = "1.2", **more: Any) -> Module[Shop]:
    methods = [Method(Price, price, reply=Tag), Method(Slow, slow, reply=int)]
    return Module(
        name="shop", version="1.0.0", state=Shop, methods=methods, api_version=version, provides=("trade",), **more
    )


class Asked(Request, tag="shop.price"):
    item: str


def buyer(needs: str) -> Module[Shop]:
    """Asks the shop in every way there is."""

    def ask(ctx: Context[Shop], args: str) -> None:
        how, _, item = args.partition(" ")
        if how == "call":
            ctx.state.heard.append(str(ctx.call(Asked(item))))
        elif how == "name":
            ctx.state.heard.append(str(ctx.call_method("shop.price", {"item": item, "count": 3})))
        else:
            ctx.ask(Slow(item), "about")

    def answered(ctx: Context[Shop], answer: Answered) -> None:
        ctx.state.heard.append(str(answer.value or answer.error))

    commands = [Command("ask", ask)]
    return Module(
        name="buyer", version="1.0.0", state=Shop, requires=(needs,), commands=commands, on=[On(Answered, answered)]
    )


def heard(kit: Kit) -> Any:
    """What the buyer heard."""
    state: Any = kit.instance("buyer").state
    return state.heard


def called(kit: Kit, method: str, data: Any = None, needs: str = "") -> Any:
    return asyncio.run(kit.manager.calls.call(method, data, needs))


def test_a_method_is_called_by_its_name_with_plain_data() -> None:  # S2.5
    kit = Kit(shop())
    assert called(kit, "shop.price", {"item": "sword"}) == {"item": "sword", "gold": 5}
    assert called(kit, "trade.price", {"item": "sword", "count": 2}) == {"item": "sword", "gold": 10}
    assert called(kit, "shop.slow", {"item": "sword"}) == 7
    assert kit.state.asked == ["sword", "sword"]


@pytest.mark.parametrize(
    ("method", "data", "error", "says"),
    [
        ("shop.prize", {}, NotFound, "shop has no method 'shop.prize'; it has shop.price, shop.slow"),
        ("shpo.price", {}, NotFound, "no module provides 'shpo'; did you mean shop"),
        ("shop.price", {"itm": "x"}, Invalid, "shop.price has no field 'itm'; its fields are item, count"),
        ("shop.price", {"item": 5}, Invalid, "Expected `str`, got `int` - at `$.item`"),
        ("shop.price", {}, Invalid, "missing required field `item`"),
        ("shop.price", ["sword"], Invalid, "shop.price takes an object with its fields, not list"),
        ("shop.price", {"item": "nothing"}, Rejected, "We do not sell that."),
        ("shop.price", {"item": "fire"}, ModuleFault, "RuntimeError: it burns"),
        ("shop.price", {"item": "wrong"}, ModuleFault, "shop.price declares Tag as its reply, and gave Tag"),
        ("shop.price", {"item": "object"}, ModuleFault, "declares Tag as its reply, and gave <object"),
        ("shop.slow", {"item": "wrong"}, Invalid, "shop.slow declares int as its reply, and gave 'dear'"),
        ("shop.slow", {"item": "none"}, Invalid, "shop.slow declares int as its reply, and gave None"),
    ],
)
def test_a_call_that_goes_wrong_says_how_and_leaves_nothing(
    method: str, data: Any, error: type[EverwakeError], says: str
) -> None:  # S2.5, S4.8
    kit = Kit(shop())
    with pytest.raises(error) as caught:
        called(kit, method, data)
    assert says in str(caught.value)
    assert kit.state.asked == []
    own_fault = error is ModuleFault or "declares int" in says
    assert kit.instance().figures.errors == own_fault


@pytest.mark.parametrize(
    ("needs", "fits"), [("", True), ("1.0", True), ("1.2", True), ("1.3", False), ("2.0", False), ("0.9", False)]
)
def test_a_caller_names_the_version_that_it_needs(needs: str, fits: bool) -> None:  # S2.5
    kit = Kit(shop("1.2"))
    if fits:
        assert called(kit, "shop.price", {"item": "sword"}, needs)["gold"] == 5
        return
    with pytest.raises(Conflict, match=f"^shop {needs} is needed, and shop has version 1.2 of it$"):
        called(kit, "shop.price", {"item": "sword"}, needs)
    assert kit.state.asked == []


@pytest.mark.parametrize("how", ["call", "name", "ask"])
def test_modules_call_each_other_in_the_version_that_they_require(how: str) -> None:  # S2.5
    kit = Kit(shop("1.2"), buyer("shop>=1.1"))
    kit.player("Ada").do(f"ask {how} sword")
    expected = {"call": "Tag(item='sword', gold=5)", "name": "{'item': 'sword', 'gold': 15}", "ask": "7"}
    assert heard(kit) == [expected[how]]
    other = Kit(shop("1.2"), buyer("shop>=2.0?"))  # it can do without, and has to
    text = other.player("Ada").do(f"ask {how} sword")
    refused = "shop 2.0 is needed, and shop has version 1.2 of it"
    assert heard(other) == ([refused] if how == "ask" else [])
    if how != "ask":
        assert "Nothing was changed" in text
        assert refused in other.instance("buyer").figures.last_error


def test_a_module_whose_requirement_is_of_another_version_is_not_started() -> None:  # S2.5, S4.3
    with pytest.raises(FrameworkError, match=r"buyer requires shop 1\.3, and shop 1\.0\.0 has version 1\.2 of its API"):
        Kit(shop("1.2"), buyer("shop>=1.3"))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"api_version": "1"}, "api_version '1': write MAJOR.MINOR, as 1.0"),
        ({"provides": ("Trade",)}, "provides 'Trade': a service is named in small letters"),
        ({"provides": ("world",)}, "provides 'world'"),
        ({"requires": ("shop>1",)}, "requires 'shop>1': write NAME, NAME>=MAJOR.MINOR"),
        ({"requires": ("shop>=1.0.0",)}, "requires 'shop>=1.0.0'"),
        ({"methods": [Method(Price, price, reply=object)]}, "its reply has no JSON Schema"),
    ],
)
def test_an_api_that_can_not_be_used_breaks_the_contract(more: dict[str, Any], says: str) -> None:  # S2.7
    fields: dict[str, Any] = {"name": "shop", "version": "1.0.0", **more}
    report = check(Module(**fields))
    assert says in report.reasons()


def test_an_interface_has_schemas_of_requests_and_replies() -> None:  # S2.5
    found = interface_of(shop())
    assert found["api_version"] == "1.2" and found["provides"] == ["shop", "trade"]
    told = found["methods"]["shop.price"]
    assert told["help"] == "What something costs." and not told["asynchronous"]
    assert set(told["request"]["$defs"]["Price"]["properties"]) == {"request", "item", "count"}
    assert told["reply"]["$defs"]["Tag"]["properties"]["gold"] == {"type": "integer"}
    assert found["methods"]["shop.slow"]["asynchronous"]


def test_who_gives_a_capability_is_looked_up_among_modules_and_processes(tmp_path: Path) -> None:  # S2.5, S2.6, S3.1
    kit = Kit(shop())
    workers = WorkerRegistry(kit.manager, tmp_path / "w", tmp_path / "r", tmp_path / "l", lambda: 0.0, print)
    path = tmp_path / "bridge.toml"
    path.write_text('name = "bridge"\ncommand = ["true"]\nautostart = false\ncapabilities = ["trade", "chat"]\n')

    async def main() -> None:
        await workers.add(path)
        assert [w.id for w in workers.giving("trade")] == ["shop", "bridge"]
        assert [w.id for w in workers.giving("shop")] == ["shop"]
        assert [w.id for w in workers.giving("chat")] == ["bridge"]
        await kit.manager.manage("stop", "shop")
        assert [w.type for w in workers.giving("trade")] == ["module", "process"]
        with pytest.raises(NotFound, match="No worker gives 'trad'; did you mean trade"):
            workers.giving("trad")
        assert workers.get("shop").diagnostics().capabilities == ("shop", "trade")

    asyncio.run(main())
