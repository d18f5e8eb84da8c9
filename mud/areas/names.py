"""The vocabulary of area files.

Lists with bit numbers are in the order of CircleMUD's and tbaMUD's bits, so that a flag is imported by its number. Our
own names are at their ends.
"""

from __future__ import annotations

SECTORS = (
    "inside", "city", "field", "forest", "hills", "mountain", "water_swim", "water_noswim", "flying", "underwater",
)  # fmt: skip

CIRCLE_ROOM_FLAGS = (
    "dark", "death", "nomob", "indoors", "peaceful", "soundproof", "notrack", "nomagic", "tunnel", "private", "godroom",
    "house", "house_crash", "atrium", "olc", "mark", "worldmap",
)  # fmt: skip
ROOM_FLAGS = (*CIRCLE_ROOM_FLAGS, "start", "safe", "arena", "healing")

CIRCLE_MOB_FLAGS = (
    "special", "sentinel", "scavenger", "npc", "aware", "aggressive", "stay_zone", "wimpy", "aggressive_evil",
    "aggressive_good", "aggressive_neutral", "memory", "helper", "nocharm", "nosummon", "nosleep", "nobash", "noblind",
    "nokill", "notdeadyet",
)  # fmt: skip
MOB_FLAGS = CIRCLE_MOB_FLAGS

#: tbaMUD leaves bit 0 free; CircleMUD 3.0 begins with blind at 0.
TBA_AFFECTS = (
    "bit0", "blind", "invisible", "detect_alignment", "detect_invisible", "detect_magic", "sense_life", "waterwalk",
    "sanctuary", "group", "curse", "infravision", "poison", "protect_evil", "protect_good", "sleep", "notrack",
    "flying", "scuba", "sneak", "hide", "free", "charm",
)  # fmt: skip
AFFECTS = TBA_AFFECTS[1:]

#: Kinds of items, and the names of their values in area files.
ITEM_VALUES: dict[str, tuple[str, ...]] = {
    "undefined": ("value0", "value1", "value2", "value3"),
    "light": ("value0", "value1", "hours", "value3"),
    "scroll": ("level", "spell1", "spell2", "spell3"),
    "wand": ("level", "charges", "charges_left", "spell"),
    "staff": ("level", "charges", "charges_left", "spell"),
    "weapon": ("value0", "dice_number", "dice_size", "attack"),
    "furniture": ("seats", "value1", "value2", "value3"),
    "free": ("value0", "value1", "value2", "value3"),
    "treasure": ("value0", "value1", "value2", "value3"),
    "armour": ("armour", "value1", "value2", "value3"),
    "potion": ("level", "spell1", "spell2", "spell3"),
    "worn": ("value0", "value1", "value2", "value3"),
    "other": ("value0", "value1", "value2", "value3"),
    "trash": ("value0", "value1", "value2", "value3"),
    "trap": ("value0", "value1", "value2", "value3"),
    "container": ("capacity", "flags", "key", "corpse"),
    "note": ("language", "value1", "value2", "value3"),
    "drink_container": ("capacity", "drinks", "liquid", "poisoned"),
    "key": ("type", "value1", "value2", "value3"),
    "food": ("hours", "value1", "value2", "poisoned"),
    "money": ("amount", "value1", "value2", "value3"),
    "pen": ("value0", "value1", "value2", "value3"),
    "boat": ("value0", "value1", "value2", "value3"),
    "fountain": ("capacity", "drinks", "liquid", "poisoned"),
    "board": ("value0", "value1", "value2", "value3"),
}
ITEM_KINDS = tuple(ITEM_VALUES)
CIRCLE_ITEM_KINDS = ITEM_KINDS[:24]

CONTAINER_FLAGS = ("closeable", "pickproof", "closed", "locked")

CIRCLE_ITEM_FLAGS = (
    "glow", "hum", "norent", "nodonate", "noinvisible", "invisible", "magic", "nodrop", "bless", "anti_good",
    "anti_evil", "anti_neutral", "anti_mage", "anti_cleric", "anti_thief", "anti_warrior", "nosell", "quest",
)  # fmt: skip
ITEM_FLAGS = CIRCLE_ITEM_FLAGS

WEAR_PLACES = (
    "take", "finger", "neck", "body", "head", "legs", "feet", "hands", "arms", "shield", "about", "waist", "wrist",
    "wield", "hold",
)  # fmt: skip

POSITIONS = (
    "dead", "mortally_wounded", "incapacitated", "stunned", "sleeping", "resting", "sitting", "fighting", "standing",
)  # fmt: skip
SEXES = ("neutral", "male", "female")

APPLIES = (
    "none", "strength", "dexterity", "intelligence", "wisdom", "constitution", "charisma", "class", "level", "age",
    "weight", "height", "mana", "hit_points", "movement", "gold", "experience", "armour", "hitroll", "damroll",
    "saving_paralysis", "saving_rod", "saving_petrify", "saving_breath", "saving_spell",
)  # fmt: skip

SHOP_FLAGS = ("fights", "uses_bank")
SHOP_REFUSALS = ("good", "evil", "neutral", "mage", "cleric", "thief", "warrior")
ZONE_FLAGS = ("closed", "noimmort", "quest", "grid", "nobuild", "noastral", "worldmap")
