"""Where items are worn: the places that an item may name, and the body slots that each place stands for."""

from __future__ import annotations

#: Slot: its name in the equipment list. In the order of that list.
SLOTS: dict[str, str] = {
    "light": "as a light",
    "finger_right": "on the right finger",
    "finger_left": "on the left finger",
    "neck_1": "around the neck",
    "neck_2": "around the neck",
    "body": "on the body",
    "head": "on the head",
    "legs": "on the legs",
    "feet": "on the feet",
    "hands": "on the hands",
    "arms": "on the arms",
    "shield": "as a shield",
    "about": "about the body",
    "waist": "about the waist",
    "wrist_right": "around the right wrist",
    "wrist_left": "around the left wrist",
    "wield": "wielded",
    "hold": "held",
}

#: A place where an item can be worn (`wear` in its definition): its slots; the first free one is used.
PLACES: dict[str, tuple[str, ...]] = {
    "finger": ("finger_right", "finger_left"),
    "neck": ("neck_1", "neck_2"),
    "body": ("body",),
    "head": ("head",),
    "legs": ("legs",),
    "feet": ("feet",),
    "hands": ("hands",),
    "arms": ("arms",),
    "shield": ("shield",),
    "about": ("about",),
    "waist": ("waist",),
    "wrist": ("wrist_right", "wrist_left"),
    "wield": ("wield",),
    "hold": ("hold",),
}


def slots_for(kind: str, wear: tuple[str, ...]) -> tuple[str, ...]:
    """The slots that an item of `kind` with these places fits. Lights have a slot that they need not name."""
    lit = ("light",) if kind == "light" else ()
    return lit + tuple(slot for place in wear for slot in PLACES.get(place, ()))
