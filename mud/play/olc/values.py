"""The names of items' values and mobs' attributes, and what each is for."""

from __future__ import annotations

from mud.areas.names import CONTAINER_FLAGS, ITEM_VALUES
from mud.core.world.drinks import LIQUIDS
from mud.play.blows import ATTACKS
from mud.play.bodies import ATTRIBUTES as BODY

_ATTACKS = ", ".join(f"{number} {verb}" for number, (verb, _) in enumerate(ATTACKS))
_LIQUIDS = ", ".join(f"{number} {name}" for number, name in enumerate(LIQUIDS))
_SPELL = "a spell, by its name or its number"
_DRINKS = "how many drinks are in it"

#: Kind of item: those of its values that have an effect, and which.
USED: dict[str, dict[str, str]] = {
    "weapon": {
        "dice_number": "how many dice a blow throws: 2 of 2d6",
        "dice_size": "their sides: 6 of 2d6",
        "attack": f"how it strikes ({_ATTACKS})",
    },
    "armour": {"armour": "how much it protects"},
    "container": {
        "capacity": "the weight that fits in; without it, any",
        "flags": f"one or more of {' '.join(CONTAINER_FLAGS)}",
        "key": "the id of the item that opens it",
    },
    "potion": {"level": "how strong its magic is", "spell1": _SPELL, "spell2": _SPELL, "spell3": _SPELL},
    "scroll": {"level": "how strong its magic is", "spell1": _SPELL, "spell2": _SPELL, "spell3": _SPELL},
    "wand": {
        "level": "how strong its magic is",
        "charges": "how often it works when it is new",
        "charges_left": "how often it still works",
        "spell": _SPELL,
    },
    "drink_container": {
        "capacity": "how many drinks it holds",
        "drinks": _DRINKS,
        "liquid": f"what is in it, in words or by number ({_LIQUIDS})",
        "poisoned": "1 for poison in it",
    },
    "food": {"hours": "how long a meal it is", "poisoned": "1 for poison in it"},
    "light": {"hours": "how long it burns; -1 for ever"},
    "money": {"amount": "how many gold coins"},
}
USED["staff"] = USED["wand"]
USED["fountain"] = USED["drink_container"]

#: The attributes of a mob that have an effect.
ATTRIBUTES = dict.fromkeys(BODY, "11 where nothing is said") | {
    "bare_hand_attack": f"how it strikes without a weapon ({_ATTACKS})"
}


def of_kind(kind: str) -> dict[str, str]:
    """The values that a kind of item can have, and what each is for; "" for one without effect in this game."""
    return {name: USED.get(kind, {}).get(name, "") for name in ITEM_VALUES.get(kind, ())}
