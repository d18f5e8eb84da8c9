"""Settings: what the operator writes, over it the environment, checked against what the module declares."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest

from mud.api import Meta, Settings, Struct
from mud.core.errors import Invalid
from mud.framework.settings import read, schema


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """A place."""

    room: str
    seats: int = 2


class Shop(Settings):
    """The shop's settings."""

    opens: Annotated[int, Meta(ge=0, le=23)] = 8
    name: Annotated[str, Meta(min_length=1, max_length=12)] = "shop"
    rate: float = 1.5
    closed: bool = False
    wares: list[str] = []
    prices: dict[str, int] = {}
    place: Place = Place("hall")
    mood: Literal["calm", "wild"] = "calm"
    keeper: str | None = None


class Strict(Settings):
    """One that has no default."""

    key: str
    size: int = 1


def shop(environment: dict[str, str] | None = None, /, **given: Any) -> Shop:
    found = read("shop", Shop, given, environment or {})
    assert isinstance(found, Shop)
    return found


def test_what_nobody_says_has_its_default() -> None:  # S2.4
    assert shop() == Shop()
    assert shop().wares is not shop().wares  # not one list for all


def test_what_is_given_is_taken_and_the_rest_is_left() -> None:  # S2.4, S4.2
    found = shop(opens=9, wares=["rope"], prices={"rope": 3}, place={"room": "yard"}, mood="wild", keeper="Ada")
    assert found == Shop(opens=9, wares=["rope"], prices={"rope": 3}, place=Place("yard", 2), mood="wild", keeper="Ada")


def test_what_is_given_is_left_as_it_was() -> None:  # S2.4
    given: dict[str, Any] = {"opens": 9}
    read("shop", Shop, given, {"MUD_SHOP_NAME": "inn"})
    assert given == {"opens": 9}


@pytest.mark.parametrize("opens", [0, 23])
def test_bounds_are_within_bounds(opens: int) -> None:  # S2.4
    assert shop(opens=opens).opens == opens


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"opens": -1}, "opens is a whole number from 0 to 23, and not -1"),
        ({"opens": 24}, "opens is a whole number from 0 to 23, and not 24"),
        ({"name": ""}, "name: Expected text of length >= 1"),
        ({"name": "x" * 13}, "name: Expected text of length <= 12"),
        ({"mood": "mild"}, "mood is one of .*, and not 'mild'"),
        ({"opens": "eight"}, "opens is a whole number from 0 to 23, and not 'eight'"),
        ({"opens": 8.5}, "opens is a whole number from 0 to 23, and not 8.5"),
        ({"closed": "perhaps"}, "closed: Expected true or false, got text"),
        ({"wares": "rope"}, "wares: Expected a list, got text"),
        ({"wares": [1]}, r"wares\[0\]: Expected text, got a whole number"),
        ({"prices": {"rope": []}}, r"prices\[...\]: Expected a whole number, got a list"),
        ({"place": {"room": "yard", "seats": "two"}}, "place.seats is a whole number, and not 'two'"),
        ({"place": {}}, "place: .*missing required field room"),
        ({"place": {"room": "yard", "seat": 2}}, "place: .*contains unknown field seat"),
    ],
)
def test_what_is_out_of_bounds_or_of_a_wrong_type_is_refused_and_named(
    given: dict[str, Any], says: str
) -> None:  # S2.4, S4.2
    with pytest.raises(Invalid, match=rf"^\[settings\.shop\]: .*{says}$") as caught:
        shop(**given)
    assert caught.value.details == {"module": "shop"} and caught.value.code == "invalid"


def test_what_has_no_default_has_to_be_given() -> None:  # S2.4
    with pytest.raises(Invalid, match=r"^\[settings\.lock\]: [Oo]bject missing required field key$"):
        read("lock", Strict, {"size": 3}, {})
    assert read("lock", Strict, {"key": "x"}, {}) == Strict(key="x")
    assert read("lock", Strict, {}, {"MUD_LOCK_KEY": "y"}) == Strict(key="y")


def test_the_environment_stands_over_the_file() -> None:  # S4.2
    found = shop({"MUD_SHOP_OPENS": "10", "MUD_SHOP_RATE": "2.25"}, opens=9, rate=1.0, name="inn")
    assert (found.opens, found.rate, found.name) == (10, 2.25, "inn")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_yes_and_no_are_written_as_usual_in_the_environment(text: str, value: bool) -> None:  # S4.2
    assert shop({"MUD_SHOP_CLOSED": text}, closed=not value).closed is value


def test_lists_and_tables_are_written_as_json_in_the_environment() -> None:  # S4.2
    found = shop(
        {
            "MUD_SHOP_WARES": '["rope", "lamp"]',
            "MUD_SHOP_PRICES": '{"rope": 3}',
            "MUD_SHOP_PLACE": '{"room": "yard", "seats": 5}',
        },
        wares=["nail"],
    )
    assert found == Shop(wares=["rope", "lamp"], prices={"rope": 3}, place=Place("yard", 5))


def test_what_is_broken_json_is_named() -> None:  # S4.2
    with pytest.raises(Invalid, match=r"^the environment's MUD_SHOP_WARES is no JSON: "):
        shop({"MUD_SHOP_WARES": '["rope"'})


@pytest.mark.parametrize("text", ["[shop]", "{shop}", '["shop"]'])
def test_a_text_that_begins_with_a_bracket_is_a_text_where_one_is_wanted(text: str) -> None:  # S4.2
    assert shop({"MUD_SHOP_NAME": text}).name == text
    assert shop({"MUD_SHOP_KEEPER": text}).keeper == text
    with pytest.raises(Invalid, match="name: Expected text of length <= 12"):
        shop({"MUD_SHOP_NAME": text * 12})


def test_the_environment_keeps_to_the_bounds_too() -> None:  # S4.2
    with pytest.raises(Invalid, match=r"\[settings\.shop\]: opens is a whole number from 0 to 23, and not"):
        shop({"MUD_SHOP_OPENS": "99"})


@pytest.mark.parametrize(
    ("environment", "given", "says"),
    [
        ({}, {"opnes": 9}, r"^\[settings\.shop\] opnes is no setting; did you mean opens\?$"),
        ({"MUD_SHOP_OPNES": "9"}, {}, r"^the environment's MUD_SHOP_OPNES is no setting; did you mean opens\?$"),
        ({}, {"zzz": 9}, r"^\[settings\.shop\] zzz is no setting; known are opens, name, rate, closed, wares, "),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    environment: dict[str, str], given: dict[str, Any], says: str
) -> None:  # S4.2
    with pytest.raises(Invalid, match=says):
        shop(environment, **given)


def test_a_module_without_settings_says_that_it_has_none() -> None:  # S4.2
    with pytest.raises(Invalid, match=r"^\[settings\.bare\] x is no setting; this module has no settings$"):
        read("bare", Settings, {"x": 1}, {})


def test_what_the_environment_says_to_others_is_no_concern() -> None:  # S4.2
    others = {"MUD_SHOPS_OPENS": "1", "MUD_LOCK_KEY": "x", "SHOP_OPENS": "2", "XMUD_SHOP_OPENS": "3", "PATH": "/bin"}
    assert shop(others) == Shop()


def test_a_name_of_several_words_is_found_in_the_environment() -> None:  # S4.2
    assert read("corner_shop", Shop, {}, {"MUD_CORNER_SHOP_OPENS": "7"}) == Shop(opens=7)


def test_the_json_schema_says_types_bounds_defaults_and_what_is_required() -> None:  # S2.4
    found = schema(Shop)
    shop_, place = found["$defs"]["Shop"], found["$defs"]["Place"]
    assert found["$ref"] == "#/$defs/Shop"
    assert shop_["properties"]["opens"] == {"type": "integer", "minimum": 0, "maximum": 23, "default": 8}
    assert shop_["properties"]["name"] == {"type": "string", "minLength": 1, "maxLength": 12, "default": "shop"}
    assert shop_["properties"]["wares"] == {"type": "array", "items": {"type": "string"}, "default": []}
    assert shop_["properties"]["mood"]["enum"] == ["calm", "wild"]
    assert shop_["properties"]["place"]["$ref"] == "#/$defs/Place"
    assert shop_["required"] == [] and shop_["additionalProperties"] is False
    assert place["required"] == ["room"]
    assert schema(Strict)["$defs"]["Strict"]["required"] == ["key"]
    assert shop_["description"] == "The shop's settings."
