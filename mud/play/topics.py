"""Help on topics other than commands: the words that newcomers type after `help`, and a page for each."""

from __future__ import annotations

START = """The first steps
  look            what is around you; look at what a text names, too
  north, n ...    go that way; exits lists the ways out, map draws them
  get, wear       pick up what lies there; wear all puts on what you carry
  score           how you are; inventory and equipment: what you have
  kill            fight something small; consider tells before how it would go
  list, buy       in a shop, where its keeper is
  say, newbie     talk to those around you; to everybody who is new
The beginning of a word is enough: i, l, eq. help WORD explains a command or a topic, such as combat; help alone \
lists all. If the world blinks, wait a moment: nobody is ever disconnected, and nothing that you typed is lost."""

COMBAT = """Fighting
  consider        how a fight would go
  kill            begin it; then it goes on by itself, a round every two seconds
  flee            run; wimpy 10 has you run by yourself below 10 hit points
  cast            spells go at your foe by themselves; spells lists them
  quaff           drink a potion
  rest, sleep     bodies mend faster so; stand before you go on
A foe that is dead teaches you experience, and leaves a corpse: get all from corpse. Wear what armour you have, and \
wield a weapon: it is most of what you hit for. help death tells of the other end."""

DEATH = """Dying
Who dies wakes where newcomers begin, with half of their strength. It costs a tenth of what your level takes, but \
never the level. All that you had, gold too, lies with your corpse where you fell, for an hour, and nobody but you \
can take it: go there, and get all from corpse. In an arena nothing is lost."""

LEVELS = """Levels and experience
What you kill teaches you experience, the more the stronger it is; those who go in a group share it. score tells how \
much the next level takes. A level brings hit points, mana and movement. There is nothing to train and no class to \
choose: what you can do depends on your level and on what you wear, wield and carry."""

FIGURES = """Your figures
  hit points      how much you can take; at 0 you die
  mana            what spells cost
  movement        what walking costs; it comes back fast
  armour          100 is bare skin, and less is better
Strength, dexterity, constitution, intelligence, wisdom, charisma: everybody has the same in all of them together. \
score shows all; affects tells what magic and what you wear makes of them. rest and sleep bring hit points and mana \
back."""

MONEY = """Gold
Gold comes from what you kill, from what you sell and from other players. In shops: list, buy, sell, value. drop 5 \
gold, give 5 gold to ada. There is no bank: what is in your purse stays yours while you are away."""

FOOD = """Food and drink
eat and drink give back some of your breath. You never starve, and you never thirst."""

LIGHT = """Light
In a dark room you see nothing without a light. hold a lantern to light it: it burns for so many hours of the world."""

BLINK = """The world blinks
Now and then the world is given new code while you play. You read "The world blinks, and goes on.", and that is all: \
you stay connected, in the same place, in the middle of your fight, your word or your letter; nothing is lost."""

CONNECTION = """When your connection is lost
You stay in the world for ten minutes, link-dead: log in again, and you are back where you were. In a fight you flee \
by yourself; set linkdead fight if you would rather stand. To leave for good: quit. All that you have stays yours."""

WALKING = """Going about
north, east, south, west, up, down and the like, or their first letters. exits lists the ways out, map draws what is \
near, look north looks ahead. Doors: open door; unlock door with its key in your hands. Walking costs movement; \
recall takes you back to where newcomers begin. Some ways are hidden: look at what a room's text names."""

TALKING = """Talking
say TEXT to those in the room, tell NAME TEXT to one person, reply to answer, shout to everybody. emote waves. \
Channels, such as newbie and chat, are listed by help talking, gestures by socials. mail goes to those who are away."""

PLAYERS = """Playing together, and against each other
follow NAME and group NAME: those of a group share the experience. give and trade hand things over, auction sells \
them. Players can't attack each other, but in an arena."""

QUESTS = """Things to find out
There is no list of quests. What there is to find out stands in texts: read what hangs on walls and posts (look \
notice), look at what a room's text names, and at what you find. One thing names the next."""

CARRYING = """What you carry
inventory lists it, equipment what you wear. How much you can carry depends on your strength; bags count with what is \
in them. A cursed thing stays with you: it can't be dropped, given, sold or destroyed, in a bag neither, and you keep \
it when you die. junk destroys what nobody wants. On deep water you need a boat among what you carry."""

MAGIC = """Magic
spells lists what there is, with its level and its mana. cast magic missile rat; cast 'cure light' ada. quaff a \
potion, recite a scroll, use a wand or a staff: these need no mana. affects shows what works on you."""

SCREEN = """Your screen
set colour off, 16 or 256; set width 80; set pager 20, or off; set charset ascii, if letters look wrong; set brief on; \
set prompt. Alone, set lists all with their values. A client that says that it is a screen reader gets maps in words \
and texts in one piece."""

WORDS_OF_YOURS = """Shorter commands
The beginning of a command is enough: inv, eq. 2.rat is the second rat, all.bread all your bread. alias k kill $1 \
makes a word of your own. !look looks around in the middle of a letter or any other question."""

STAFF = """Who looks after this world
wizlist names them, who staff those who are here. tell one of them what is wrong, or write a mail: mail NAME. ignore \
NAME keeps somebody from you. Your name stays as it is; password changes your password, description how you look, \
set pronouns what others call you by."""

#: The words by which each page is found.
WORDS = (
    (
        START,
        "start starting begin beginning beginner beginners newcomer newcomers new newbie newbies basics intro",
    ),
    (START, "tutorial introduction guide howto how play playing first gettingstarted getting-started welcome info"),
    (COMBAT, "combat fight fights battle attack attacking hit hits hitting weapon weapons damage round rounds"),
    (COMBAT, "backstab bash parry dodge"),
    (COMBAT, "monster monsters mob mobs mobile enemy enemies foe foes hunting killing"),
    (DEATH, "death die dying dead died corpse corpses respawn resurrect ghost"),
    (LEVELS, "level levels leveling levelling experience exp xp advance advancement train training practice practise"),
    (LEVELS, "class classes race races skill skills guild guilds thief stealth"),
    (QUESTS, "quest quests mission missions story lore mystery notice notices puzzle puzzles world area areas zone"),
    (
        CARRYING,
        "weight carry carrying encumbrance capacity load loot steal cursed curses boat boats swim swimming fly flying",
    ),
    (MAGIC, "heal potion potions scroll scrolls wand wands staves wizard mage teleport curse poison buff"),
    (SCREEN, "screen color colors colours ansi paging more scrolling screenreader blind accessibility utf8 unicode"),
    (SCREEN, "terminal client clients telnet font letters"),
    (WORDS_OF_YOURS, "abbreviation abbreviations shortcut shortcuts syntax aliases macro macros trigger triggers"),
    (STAFF, "admin admins administrator owner owners staff builder builders immortal immortals god gods"),
    (STAFF, "bug bugs report typo idea ideas complaint cheat harassment block name rename delete account suicide"),
    (STAFF, "gender sex pronoun him her they security"),
    (FIGURES, "stats stat statistics attribute attributes figures hp hitpoints hit-points health mana mv moves"),
    (FIGURES, "armor armour ac strength str dexterity dex constitution intelligence int wisdom wis charisma cha"),
    (FIGURES, "movement regen regeneration healing alignment"),
    (MONEY, "shop store stores selling buying gold money coin coins cash bank banks banking purse economy"),
    (FOOD, "food hunger hungry thirst thirsty eating drinking water"),
    (LIGHT, "light lights dark darkness lantern lamp torch"),
    (BLINK, "copyover copyovers blink blinks blinked reboot restart update updates version news changes lag server"),
    (CONNECTION, "timeout link link-dead connection disconnect disconnected reconnect logout logoff leave saving"),
    (WALKING, "walk walking go going travel direction directions exit door doors key keys navigate home mapping where"),
    (WALKING, "secret secrets hidden search"),
    (TALKING, "talk chatting speak speaking communication communicate channel channels ooc"),
    (PLAYERS, "players player pk pvp pkill party parties team multiplayer rules policy policies"),
)
TOPICS: dict[str, str] = {word: page for page, words in reversed(WORDS) for word in words.split()}


def page_of(word: str) -> str | None:
    """The page for a word; "getting started" counts as one word."""
    return TOPICS.get(word) or TOPICS.get(word.replace(" ", "")) or TOPICS.get(word.split(" ")[0])
