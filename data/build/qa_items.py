"""Make lesson 11's training questions by rule: ``python data/build/qa_items.py`` writes data/qa/train.jsonl.gz.

A third comes from English sentences of manuals (data/corpus/enja and data/rag/handbook.jsonl.gz, pages of the training
split alone), the rest from paragraphs of small invented events. Some questions have no answer in their text. Neither
texts nor question forms are shared with the written items of dev.toml and test.toml: a question whose skeleton (its
function words in order, all other words masked) is that of a written question is left out. The same files give the
same bytes; takes a few seconds, no model, no network.
"""

import argparse
import collections
import gzip
import hashlib
import io
import json
import random
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "data" / "qa" / "train.jsonl.gz"
OURS = "CC-BY-4.0"
SEED = 11
STORIES = 1500  # invented paragraphs
PER_STORY = 4
PER_RULE = 250  # questions of one rule on manuals
UNANSWERED = 0.18  # share of questions whose text does not say
LONGEST = 90  # words of a text from a manual

# ---------------------------------------------------------------- skeletons

FUNCTION_WORDS = set(
    """a an the this that these those who whom whose which what when where why how many much long often old far
    is are was were be been being do does did has have had can could will would may might must shall should not no
    of in on at to from for with by about into onto over under after before during until since between among through
    behind beside near off out up down along across against than as like if because so and or but there here it its
    he she they them his her their him one ones own same only also first last next other another any some all each
    every s t""".split()
)


def skeleton(question: str) -> str:
    """Return a question's function words in order, every run of other words as one mark."""
    words = re.findall(r"[^\W_]+", question.lower())
    masked = [word if word in FUNCTION_WORDS else "_" for word in words]
    return " ".join(word for at, word in enumerate(masked) if word != "_" or at == 0 or masked[at - 1] != "_")


def written(folder: Path = OUT.parent) -> list[str]:
    """Return the questions that people wrote, dev and test: only to keep training questions away from them."""
    texts = [
        tomllib.loads((folder / f"{split}.toml").read_text(encoding="utf-8")) for split in ("dev", "test")
    ]
    return [one["question"] for text in texts for context in text["context"] for one in context["question"]]


# ---------------------------------------------------------------- invented events

WOMEN = """Astrid Beatriz Chiamaka Dilnoza Esme Fatou Gudrun Hyacinth Ilona Jocasta Katarina Lavinia Marisol Nobuhle
    Oksana Philippa Quenby Rosamund Svetlana Tindra Ulrika Valentina Winifred Xiomara Ylva Zofia Carmen Delphine
    Eudora Francesca""".split()
MEN = """Aurelio Bogdan Casimir Dagfinn Emeka Fabrice Gunther Hamza Ignacio Jethro Kofi Leander Matteo Nikolai Oswald
    Pascal Quentin Rasmus Stellan Tobias Umberto Vikram Wendell Xavier Yannick Zoltan Cedric Dragan Everett
    Florian""".split()
SURNAMES = """Abernathy Bastide Czerny Dragomir Eskola Fontaine Grigson Haverkamp Ivarsson Jankovic Kowal Lindqvist
    Mbeki Novotny Okonkwo Pemberton Quiroga Rasmussen Sorensen Takeda Underhill Villanueva Wachowski Yamazaki
    Zettler""".split()
JOBS = """carpenter surgeon florist plumber librarian astronomer butcher electrician geologist violinist tailor
    beekeeper ferryman judge sculptor gardener photographer locksmith translator mechanic baker potter nurse farmer
    watchmaker firefighter cartographer chemist diver referee""".split()
TOWNS = """Averstad Brindlow Corvessa Dunmarrow Eskerby Falmira Grenholt Hartsvik Isenbruck Jalvera Kestwick Lomvale
    Morvenna Nettuna Orlandsund Pinefold Quelmar Roxholt Silverbeck Tarnoway Ulverlea Vandrish Westermoor Yarrowfield
    Zandhaven""".split()
PLACES = """behind the railway depot;in the town library;on the roof of the hospital;next to the fountain;under the
    stone arch;in the cellar of the court house;at the edge of the forest;beside the tennis club;in the harbour
    shed;on the second floor of the mill;at the crossroads;inside the greenhouse;near the water tower;in the
    school kitchen;on the island;at the bus depot;in a tent by the lake;in front of the cathedral;in the attic of
    the vicarage;along the canal;at the northern gate;in the laboratory;beneath the grandstand;in the abandoned
    cinema;on the quay;at the customs house;in the orchard;outside the bakery;in the basement of the museum;above
    the chemist's shop"""
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
ORDINALS = "third fifth sixth seventh eighth tenth eleventh twelfth fourteenth sixteenth nineteenth twentieth".split()
HOURS = """five o'clock;half past two;a quarter to nine;noon;midnight;ten minutes past four;seven in the evening;a
    quarter past six;three in the morning;half past ten"""
NUMBERS = """two three four five six seven eight nine ten eleven twelve thirteen fifteen sixteen eighteen twenty
    twenty-four thirty thirty-five fifty sixty""".split()
REASONS = """the old one had been stolen;heavy rain had been forecast;the owner was moving abroad;a cousin had asked for
    help;nobody else had the tools;the insurance would not pay;a television crew was expected;the floor had begun to
    sag;it had become too heavy to move;the previous attempt had ended in a quarrel;the council offered a grant;the
    neighbours had complained about the noise;a visitor had tripped over it;the price of copper had doubled;the lease
    was running out;the lights had gone out again;somebody had lost the key;the doctor had recommended fresh air;the
    road was closed to lorries;the batteries were flat;a wedding was planned for the weekend;the paint had not dried in
    time;all the helpers had fallen ill;the wind kept blowing the door open;a mouse had chewed through the cable;the
    manager wanted to save money;the inspectors were due;the students had nowhere to sit;the well had run dry;the ship
    had arrived two days early"""
# base, past, participle | base, past in other words | singular things
ACTIONS = """repair repaired repaired|mend mended|clock,pump,gate,radio,stove,weathervane
    paint painted painted|put paint on,put paint on|fence,signpost,shutter,caravan,bench,barge
    buy bought bought|purchase purchased|telescope,accordion,wheelbarrow,tapestry,motorbike,kayak
    sell sold sold|part with,parted with|harp,saddle,typewriter,chandelier,sewing machine,wardrobe
    find found found|discover discovered|coin,fossil,notebook,lantern,compass,medal
    hide hid hidden|conceal concealed|suitcase,diary,crown,violin case,money box,bottle
    build built built|construct constructed|oven,raft,chicken coop,staircase,footbridge,kiln
    photograph photographed photographed|take a picture of,took a picture of|owl,windmill,waterfall,monument,glider,fox
    borrow borrowed borrowed|take on loan,took on loan|ladder,trailer,microscope,drum,chainsaw,trumpet
    carry carried carried|transport transported|mirror,anvil,statue,mattress,aquarium,beehive
    clean cleaned cleaned|scrub scrubbed|chimney,gutter,cauldron,carpet,organ pipe,anchor
    measure measured measured|take the size of,took the size of|tunnel,oak,glacier,tower,pond,courtyard
    weigh weighed weighed|put on the scales,put on the scales|pumpkin,parcel,calf,meteorite,cannon,turtle
    break broke broken|damage damaged|vase,window,paddle,cartwheel,barometer,lens
    plant planted planted|put into the ground,put into the ground|cherry tree,hedge,rosebush,willow,vine,walnut
    lose lost lost|mislay mislaid|passport,glove,earring,whistle,map,umbrella
    draw drew drawn|sketch sketched|horse,castle,bridge,shipwreck,portrait,lighthouse
    burn burned burned|set fire to,set fire to|contract,scarecrow,rowing boat,ledger,hut,costume
    deliver delivered delivered|hand over,handed over|package,cake,engine,wreath,keg,ballot box
    cook cooked cooked|prepare prepared|goose,stew,salmon,risotto,pie,lobster
    catch caught caught|get hold of,got hold of|pike,parrot,thief,goat,snake,ferret
    rescue rescued rescued|save saved|kitten,climber,foal,sailor,puppy,swan
    test tested tested|try out,tried out|parachute,alarm,submarine,drone,vaccine,brake
    inspect inspected inspected|examine examined|boiler,vineyard,aeroplane,dam,lift,quarry"""
FILLERS = """Nothing of the kind had been seen for a generation.;The local paper gave it two lines.;Some people laughed, others
    shook their heads.;It is still talked about in the cafés.;There was hardly a cloud in the sky.;A small crowd
    looked on in silence.;The whole affair was soon forgotten.;No photographs of it are known.;The smell of varnish
    hung in the air.;Most of the residents slept through it.;Dogs barked from one end of the street to the other.;The
    accounts of the witnesses differ in detail.;A thin mist lay over the fields.;Traffic came to a standstill for a
    while.;Not everybody was pleased.;That was unusual for such a quiet place."""


def parts(text: str) -> list[str]:
    """Return the pieces between semicolons on one line each."""
    return [" ".join(piece.split()) for piece in text.split(";")]


def actions() -> list[dict]:
    """Return the verbs with their forms, their other words and their things."""
    found = []
    for line in ACTIONS.split("\n"):
        forms, other, things = line.strip().split("|")
        base, past, participle = forms.split()
        base2, past2 = other.split(",") if "," in other else other.split()
        found.append(
            {
                "base": base,
                "past": past,
                "participle": participle,
                "base2": base2,
                "past2": past2,
                "things": things.split(","),
            }
        )
    return found


ALL_ACTIONS = actions()


def with_article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def plural(noun: str) -> str:
    """Return the plural of one of the nouns above."""
    if noun == "goose":
        return "geese"
    if re.search("(?:sh|ch|s|x)$", noun):
        return noun + "es"
    if noun in ("calf", "thief"):
        return {"calf": "calves", "thief": "thieves"}[noun]
    return noun[:-1] + "ies" if re.search("[^aeiou]y$", noun) else noun + "s"


def moment(rng: random.Random) -> tuple[str, str]:
    """Return a time with its preposition, and the time alone."""
    kind = rng.randrange(6)
    if kind == 0:
        time = rng.choice(DAYS)
        return f"on {time}", time
    if kind == 1:
        time = rng.choice(MONTHS)
        return f"in {time}", time
    if kind == 2:
        time = str(rng.randrange(1802, 2020))
        return f"in {time}", time
    if kind == 3:
        time = rng.choice(parts(HOURS))
        return f"at {time}", time
    if kind == 4:
        time = f"the {rng.choice(ORDINALS)} of {rng.choice(MONTHS)}"
        return f"on {time}", time
    time = f"the {rng.choice(('spring', 'summer', 'autumn', 'winter'))} of {rng.randrange(1802, 2020)}"
    return f"in {time}", time


class Story:
    """A paragraph that grows sentence by sentence, with the questions that it answers and those that it does not."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.sentences: list[str] = []
        self.asked: list[tuple[str, str, str | None]] = []  # kind, question, answer
        self.people = [(name, "she") for name in rng.sample(WOMEN, 4)]
        self.people += [(name, "he") for name in rng.sample(MEN, 4)]
        rng.shuffle(self.people)
        self.places = rng.sample(parts(PLACES), 8)
        self.reasons = rng.sample(parts(REASONS), 5)
        self.verbs = rng.sample(ALL_ACTIONS, 6)
        self.jobs = rng.sample(JOBS, 6)
        self.towns = rng.sample(TOWNS, 6)

    def ask(self, kind: str, answer: str | None, *forms: str) -> None:
        """Add a question in one of the forms; None when the text does not say."""
        question = self.rng.choice(forms)
        self.asked.append((kind, question[0].upper() + question[1:], answer))

    def say(self, sentence: str) -> None:
        """Add a sentence."""
        self.sentences.append(sentence[0].upper() + sentence[1:])

    def person(self) -> tuple[str, str]:
        """Return a new person, half of them with a surname, and the pronoun."""
        name, pronoun = self.people.pop()
        return (f"{name} {self.rng.choice(SURNAMES)}" if self.rng.random() < 0.4 else name), pronoun

    def event(self) -> None:
        """Somebody did something to a thing or to several, somewhere, at some time, for a reason: some of it said."""
        rng, verb = self.rng, self.verbs.pop()
        (who, pronoun), noun = self.person(), rng.choice(verb["things"])
        place, (time, bare) = self.places.pop(), moment(rng)
        number = rng.choice(NUMBERS) if rng.random() < 0.5 else None
        thing = f"{number} {plural(noun)}" if number else with_article(noun)
        known = f"the {plural(noun)}" if number else f"the {noun}"
        were = "were" if number else "was"
        said = {name: rng.random() < share for name, share in (("where", 0.7), ("when", 0.7), ("why", 0.45))}
        reason = self.reasons.pop()
        job = self.jobs.pop() if rng.random() < 0.4 else None
        tail = f" {place}" * said["where"]
        short = who.split()[-1] if " " in who and rng.random() < 0.5 else who
        subject = f"{who}, a {job}," if job else who
        subject = subject.replace(", a a", ", an a").replace(", a e", ", an e")
        because = rng.choice((f", because {reason}", f", for {reason}", f", as {reason}")) * said["why"]
        style = rng.randrange(5)
        if style == 0 and said["when"]:
            self.say(f"{time}, {subject} {verb['past']} {thing}{tail}{because}.")
        elif style == 1 and said["why"]:
            self.say(f"since {reason}, {subject} {verb['past']} {thing}{tail}{f' {time}' * said['when']}.")
        elif style == 2 and not job:
            self.say(
                f"{thing} {were} {verb['participle']}{tail} by {who}{f' {time}' * said['when']}{because}."
            )
        elif style == 3 and said["when"]:
            self.say(f"it was {time} that {subject} {verb['past']} {thing}{tail}{because}.")
        else:
            self.say(f"{subject} {verb['past']} {thing}{tail}{f' {time}' * said['when']}{because}.")
        if rng.random() < 0.35:  # somebody else with the same thing, at another place and time
            other, (later, _) = self.person()[0], moment(rng)
            self.say(
                rng.choice(
                    (
                        f"{other} had wanted to do it {self.places.pop()} {later}, but nothing came of that.",
                        f"{later}, {other} claimed the credit, though nobody believed it.",
                        f"{other} watched from a window and wrote a letter about it {later}.",
                    )
                )
            )
        if job and rng.random() < 0.5:
            short = f"the {job}"
        place_words = re.sub(r"^(?:in|on|at) ", "", place)
        where, when = (place if said["where"] else None), (bare if said["when"] else None)
        about = rng.choice((f" {place}" * said["where"], f" {time}" * said["when"], ""))
        self.ask("who", who, f"who {verb['past']} {known}{about}?", f"which person {verb['past2']} {known}?",
                 f"by whom {were} {known} {verb['participle']}?", f"who was it that {verb['past2']} {thing}?",
                 f"what is the person called who {verb['past2']} {known}?")  # fmt: skip
        self.ask("what", thing, f"what did {short} {verb['base2']}{about}?", f"what was {verb['participle']} by {short}?",
                 f"what was it that {short} {verb['past2']}?", f"what thing did {short} {verb['base']}?")  # fmt: skip
        self.ask("when", when, f"when did {short} {verb['base2']} {known}?", f"when {were} {known} {verb['participle']}?",
                 f"at what time or on what date did {short} {verb['base']} {known}?",
                 f"when was it that {short} {verb['past2']} {known}?")  # fmt: skip
        self.ask("where", where, f"where did {short} {verb['base2']} {known}?", f"where {were} {known} {verb['participle']}?",
                 f"in what place did {short} {verb['base']} {known}?", f"where was {short} when {pronoun} {verb['past2']} {known}?")  # fmt: skip
        if where and place_words != place and rng.random() < 0.3:
            self.asked[-1] = (*self.asked[-1][:2], place_words)
        if number:
            self.ask("how many", number, f"how many {plural(noun)} did {short} {verb['base2']}?",
                     f"how many {plural(noun)} were {verb['participle']}?",
                     f"what was the number of {plural(noun)} that {short} {verb['past2']}?")  # fmt: skip
        self.ask("why", reason if said["why"] else None, f"why did {short} {verb['base2']} {known}?",
                 f"why {were} {known} {verb['participle']}?", f"for what reason did {short} {verb['base']} {known}?",
                 f"what made {short} {verb['base2']} {known}?")  # fmt: skip
        if job:
            self.ask("what", job, f"what does {who} do for a living?", f"what is the profession of {who}?",
                     f"as what does {who} earn {'her' if pronoun == 'she' else 'his'} money?")  # fmt: skip

    def visit(self) -> None:
        """Opening hours, a closed day, people counted, somebody in charge."""
        rng = self.rng
        kind = rng.choice(
            (
                "aquarium",
                "swimming pool",
                "toy museum",
                "planetarium",
                "ice rink",
                "fish market",
                "castle garden",
            )
        )
        town, who = self.towns.pop(), self.person()[0]
        hours = rng.sample([h for h in parts(HOURS) if h != "midnight"], 2)
        day, count, reason = rng.choice(DAYS), str(rng.randrange(40, 9000)), self.reasons.pop()
        self.say(f"the {kind} in {town} opens at {hours[0]} and closes at {hours[1]}.")
        self.say(
            rng.choice(
                (
                    f"On {day}s it stays shut, because {reason}.",
                    f"It is closed on {day}s, as {reason}.",
                    f"Since {reason}, nobody is let in on {day}s.",
                )
            )
        )
        self.say(
            rng.choice(
                (
                    f"Last year {count} visitors came, and {who}, who runs the place, counted every one.",
                    f"{who} is in charge of it and hopes for more than the {count} visitors of last year.",
                )
            )
        )
        self.ask("when", hours[0], f"when does the {kind} open?", f"from what time can one visit the {kind}?")
        self.ask("when", hours[1], f"when does the {kind} close?", f"until what time is the {kind} open?")
        self.ask("when", f"{day}s", f"on which day of the week is the {kind} not open?",
                 f"when is nobody admitted to the {kind}?")  # fmt: skip
        self.ask("why", reason, f"why is the {kind} closed on one day of the week?",
                 f"for what reason does the {kind} not open every day?")  # fmt: skip
        self.ask(
            "how many",
            count,
            f"how many visitors did the {kind} have?",
            f"how many people went to the {kind} last year?",
        )
        self.ask("who", who, f"who is responsible for the {kind}?", f"who is the head of the {kind}?")
        self.ask("where", town, f"where is the {kind}?", f"in what town can one find the {kind}?")
        self.ask(
            "how many",
            None,
            f"how many people work at the {kind}?",
            f"how many euros does a ticket for the {kind} cost?",
        )

    def journey(self) -> None:
        """A vehicle with its start, its end, its hours and its reason to be late."""
        rng = self.rng
        vehicle = rng.choice(
            ("ferry", "airship", "mail coach", "circus train", "coal barge", "school bus", "convoy")
        )
        start, end, stop = (self.towns.pop() for _ in range(3))
        (leave, bare), hours = moment(rng), rng.choice(NUMBERS[1:12])
        reason, who = self.reasons.pop(), self.person()[0]
        self.say(f"the {vehicle} left {start} {leave} and reached {end} {hours} hours later.")
        self.say(
            rng.choice(
                (
                    f"It had to wait in {stop}, because {reason}.",
                    f"There was a long halt at {stop}, for {reason}.",
                )
            )
        )
        self.say(
            rng.choice(
                (
                    f"{who} sat at the controls.",
                    f"At the controls was {who}.",
                    f"{who} was the only passenger.",
                )
            )
        )
        alone = self.sentences[-1].endswith("passenger.")
        self.ask(
            "where",
            start,
            f"where did the {vehicle} come from?",
            f"where did the journey of the {vehicle} begin?",
        )
        self.ask(
            "where", end, f"where did the {vehicle} go to?", f"what was the destination of the {vehicle}?"
        )
        self.ask("where", stop, f"where was the {vehicle} held up?", f"where did the {vehicle} lose time?")
        self.ask(
            "when", bare, f"when did the {vehicle} depart?", f"when did the {vehicle} set out on its way?"
        )
        self.ask(
            "how many",
            hours,
            f"how many hours was the {vehicle} on its way?",
            f"how many hours did the {vehicle} travel?",
        )
        self.ask(
            "why",
            reason,
            f"why was the {vehicle} delayed?",
            f"why did the {vehicle} have to stop on its way?",
        )
        self.ask(
            "who",
            None if alone else who,
            f"who drove the {vehicle}?",
            f"who was the driver of the {vehicle}?",
        )
        self.ask("who", who if alone else None, f"who travelled with the {vehicle} as a passenger?")

    def record(self) -> None:
        """A thing with its maker, its year, its weight and where it is kept."""
        rng = self.rng
        thing = rng.choice(
            ("bell", "globe", "throne", "printing press", "loom", "sundial", "model ship", "barrel organ")
        )
        maker, owner = self.person()[0], self.person()[0]
        year, weight = str(rng.randrange(1650, 1990)), str(rng.randrange(11, 900))
        metal, other = rng.sample(
            ("walnut", "brass", "ivory", "marble", "silver", "bamboo", "copper", "granite", "glass"), 2
        )
        place = self.places.pop()
        self.say(
            f"the {thing} was made of {metal} in {year} by {maker}, although {other} had been ordered."
            if rng.random() < 0.5
            else f"in {year} {maker} made the {thing} out of {metal} rather than {other}."
        )
        self.say(f"it weighs {weight} kilograms and now stands {place}.")
        self.say(
            rng.choice(
                (
                    f"{owner} bought it at an auction.",
                    f"It belongs to {owner}, who dusts it every week.",
                )
            )
        )
        self.ask("who", maker, f"who made the {thing}?", f"whose work is the {thing}?")
        self.ask("who", owner, f"who owns the {thing} now?", f"to whom does the {thing} belong?")
        self.ask(
            "when", year, f"when was the {thing} made?", f"in which year did {maker} finish the {thing}?"
        )
        self.ask(
            "what", metal, f"what is the {thing} made of?", f"what material did {maker} use for the {thing}?"
        )
        self.ask(
            "how many",
            weight,
            f"how many kilograms does the {thing} weigh?",
            f"how heavy is the {thing} in kilograms?",
        )
        self.ask("where", place, f"where is the {thing} kept?", f"where does the {thing} stand now?")
        self.ask(
            "why", None, f"why did {maker} not use {other} for the {thing}?", f"why was the {thing} made?"
        )

    def finish(self, number: int) -> list[dict]:
        """Return the story's questions as rows."""
        context = " ".join(self.sentences)
        usable = [
            (kind, question, answer)
            for kind, question, answer in self.asked
            if answer is None or len(places_of(answer, context)) == 1
        ]
        self.rng.shuffle(usable)
        with_answer = [one for one in usable if one[2] is not None]
        without = [one for one in usable if one[2] is None]
        chosen = [
            without.pop() if without and self.rng.random() < UNANSWERED else with_answer.pop()
            for _ in range(min(PER_STORY, len(with_answer)))
        ]
        group = f"story-{number:04}"
        return [row(group, "story", OURS, context, *one) for one in chosen]


def places_of(answer: str, context: str) -> list[int]:
    """Return where an answer stands as whole words."""
    return [found.start() for found in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", context)]


def row(
    group: str, source: str, license: str, context: str, kind: str, question: str, answer: str | None
) -> dict:
    """Return a training question in the form of the file; ``start`` is a character of the context."""
    start = places_of(answer, context)[0] if answer is not None else None
    return {
        "group": group,
        "source": source,
        "license": license,
        "context": context,
        "kind": kind,
        "question": question,
        "answer": answer,
        "start": start,
    }


def stories(rng: random.Random) -> list[dict]:
    """Return the questions of the invented paragraphs."""
    found = []
    for number in range(1, STORIES + 1):
        story = Story(rng)
        scenes = [
            story.event,
            story.event,
            rng.choice((story.event, story.visit, story.journey, story.record)),
        ]
        rng.shuffle(scenes)
        for scene in scenes:
            scene()
            if rng.random() < 0.35:
                story.say(rng.choice(parts(FILLERS)))
        found += story.finish(number)
    return found


# ---------------------------------------------------------------- sentences of the manuals

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
COUNTED = r"two|three|four|five|six|seven|eight|nine|ten|twelve|\d{1,4}"
SPOT = r"(?:in|on|at|from|under) the [A-Za-z ]{3,30}?(?:tab|menu|dialog|toolbar|folder|directory|window|list|box|bar)"
# kind, the sentence, the question, the group that is the answer
RULES = (
    ("why", r"^(?P<a>(?!.* if )[A-Z].{15,120}?),? because (?P<b>[^.;:]{10,90})\.$", "What is the reason that {a}?"),
    ("why", r"^(?P<a>[A-Z][^.,;:]{3,60}?) (?:is|are) used to (?P<b>[a-z][^.;:]{8,80})\.$", "For what purpose does one use {a}?"),
    ("how many", rf"^(?P<a>[A-Z][^.;:]{{0,80}}?)(?P<b>\b(?:{COUNTED})\b)(?P<c> [a-z]+s\b[^.;:]{{0,80}})\.$", "{a}how many{c}?"),
    ("what", r"^(?P<b>(?:The|This) [A-Za-z ]{3,35}?) (?:lets|allows|enables) you to (?P<a>[a-z][^.;:]{8,80})\.$", "With the help of what can one {a}?"),
    ("what", r"^(?P<a>(?!If|There|It |This|That|Th?ese|What|Here|When)(?:The |A |An )?[A-Z]?[\w ]{2,40}?) (?:is|are) (?P<b>(?:a|an) [^.,;:]{8,70})[.,]", "{a} is what sort of thing?"),
    ("what", r"^To (?P<a>[a-z][^,.;:]{8,70}), (?P<b>(?:choose|press|click|select|use|open|enter|drag) [^,.;:]{3,50})[.,]", "In order to {a}, one has to do what?"),
    ("what", r"^(?P<a>[A-Z][^.;:]{10,90}? (?:called|named|known as) )(?P<b>\"?[A-Za-z][\w-]+(?: [A-Z][\w-]+)*\"?)(?P<c>[^.;:]{0,60})\.$", "{a}what{c}?"),
    ("what", r"^You can (?P<a>[a-z][^,.;:]{8,70}?) (?:by|with|using) (?P<b>(?:the|a|an|using|clicking|pressing|choosing) [^,.;:]{4,50})\.$", "One can {a} by means of what?"),
    ("where", rf"^(?P<a>[A-Z][^.;:]{{8,80}}? )(?P<b>{SPOT})(?P<c>[^.;:]{{0,60}})\.$", "{a}where{c}?"),
    ("when", r"^(?P<b>(?:When|If|Before|After|Until|While) you [^,.;:]{8,70}), (?P<a>[^.;:]{10,90})\.$", "Under what circumstance is this true: {a}?"),
    ("when", r"^(?P<a>[A-Z][^.;:]{12,90}?),? (?P<b>(?:when|before|after|until|while) [^.,;:]{10,70})\.$", "{a} at what moment?"),
    ("who", r"^(?P<b>(?:The |Another |An? )?(?:[A-Z][a-z]+ ){0,3}(?:team|project|administrator|developers?|maintainers?|users?|author|community)) (?P<a>(?!is |are |was |were |of |in |and |or |that |who )[a-z]+ [^.;:]{10,90})\.$", "Who or which group {a}?"),
)  # fmt: skip


def manual_pages() -> list[dict]:
    """Return the pages of the training split: id, licence, sentences."""
    pages: dict[str, dict] = {}
    with gzip.open(ROOT / "data/corpus/enja/train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for one in map(json.loads, lines):
            page = one["id"].split("#")[0]
            pages.setdefault(page, {"id": page, "license": one["license"], "sentences": []})
            pages[page]["sentences"] += SENTENCE.split(one["en"])
    # The handbook's other text, by its pages' own split; a page that is there already stands there as it is.
    folder = "debian-handbook/usr/share/doc/debian-handbook/html/ja-JP/"
    with gzip.open(ROOT / "data/rag/handbook.jsonl.gz", "rt", encoding="utf-8") as lines:
        for one in map(json.loads, lines):
            page = folder + one["file"].removesuffix(".html")
            if split_of(page) == "train":
                texts = [text for section in one["sections"] for text in section["paragraphs"]]
                sentences = [part for text in texts for part in SENTENCE.split(text)]
                pages[page] = {"id": page, "license": one["license"], "sentences": sentences}
    return list(pages.values())


def split_of(document: str) -> str:
    """Return a page's split; segments.py draws the same from the same id."""
    draw = int(hashlib.sha256(document.encode()).hexdigest(), 16) % 100
    return "test" if draw < 6 else "dev" if draw < 11 else "train"


def lowered(text: str) -> str:
    """Return a sentence's beginning for the middle of another: its first word small unless it is a name or a sign."""
    first = text.split(" ")[0]
    usual = re.fullmatch(r"[A-Z][a-z]*", first) and first.lower() in FUNCTION_WORDS | {"you", "your", "these"}
    return text[0].lower() + text[1:] if usual else text


def around(sentences: list[str], place: int, rng: random.Random) -> str:
    """Return a sentence with what stands before and after it, up to 90 words."""
    first = last = place
    while True:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(sentences)]
        if not sides:
            break
        side = rng.choice(sides)
        if len(" ".join(sentences[min(first, side) : max(last, side) + 1]).split()) > LONGEST:
            break
        first, last = min(first, side), max(last, side)
    return " ".join(sentences[first : last + 1])


def manuals(rng: random.Random) -> list[dict]:
    """Return questions on sentences of the manuals; the sentences around stand beside."""
    found: dict[int, list[dict]] = collections.defaultdict(list)
    for page in manual_pages():
        sentences = [one.strip() for one in page["sentences"] if len(one.split()) >= 4]
        for place, sentence in enumerate(sentences):
            if not 7 <= len(sentence.split()) <= 35:
                continue
            for number, (kind, pattern, form) in enumerate(RULES):
                match = re.search(pattern, sentence)
                if not match:
                    continue
                named = match.groupdict(default="")
                answer = named.pop("b")
                kept = form.startswith("{")
                named = {
                    key: text if kept else lowered(text) for key, text in named.items() if text is not None
                }
                question = " ".join(form.format(**named).split())
                question = question[0].upper() + question[1:]
                context = around(sentences, place, rng)
                if rng.random() < UNANSWERED:  # another part of the page, where it does not stand
                    elsewhere = [
                        k
                        for k in range(len(sentences))
                        if abs(k - place) > 8 and len(sentences[k].split()) >= 7
                    ]
                    context = around(sentences, rng.choice(elsewhere), rng) if elsewhere else ""
                    answer = None if sentence not in context else answer
                if not 20 <= len(context.split()) <= LONGEST + 35:
                    continue
                if answer is not None and len(places_of(answer, context)) != 1:
                    continue
                found[number].append(
                    row(page["id"], "manual", page["license"], context, kind, question, answer)
                )
                break
    chosen = []
    for number in sorted(found):
        rows = sorted(found[number], key=lambda one: order(one["context"] + one["question"]))
        chosen += rows[:PER_RULE]
    return chosen


def order(text: str) -> bytes:
    """Return what rows are sorted by before the first ones are taken: like a draw, the same everywhere."""
    return hashlib.sha256(text.encode()).digest()


# ---------------------------------------------------------------- running


def questions() -> tuple[list[dict], collections.Counter]:
    """Return the training questions, and what was left out by reason."""
    rng = random.Random(SEED)
    forbidden = {skeleton(one) for one in written()}
    kept, seen, left_out = [], set(), collections.Counter()
    for one in stories(rng) + manuals(rng):
        if skeleton(one["question"]) in forbidden:
            left_out["skeleton of a written question"] += 1
        elif (one["question"], one["context"]) in seen:
            left_out["twice"] += 1
        else:
            seen.add((one["question"], one["context"]))
            kept.append({"id": f"train-{len(kept) + 1:04}", **one})
    return kept, left_out


def packed(rows: list[dict]) -> bytes:
    """Return the file's bytes, without the time of writing."""
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as archive:
        archive.write(text.encode())
    return buffer.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args()
    rows, left_out = questions()
    chosen.out.write_bytes(packed(rows))
    for name in ("source", "kind"):
        print(name, dict(collections.Counter(one[name] for one in rows)))
    print("without an answer", sum(one["answer"] is None for one in rows), "of", len(rows))
    print("left out", dict(left_out))
    return 0


if __name__ == "__main__":
    sys.exit(main())
