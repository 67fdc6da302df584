"""Make lesson 09's items that no person wrote: ``python data/build/alignment_items.py`` writes data/alignment/*.gz.

cards_train.jsonl.gz   training cards by rule; their kinds, names, dates and prices are not those of cards.toml
instructions.jsonl.gz  checkable instructions for all splits; no topic, wording or parameter is in two of them
words.txt.gz           English words that may begin a sentence without being a name: words that SmolLM2's vocabulary met
                       more often small than capitalised, and the small words of the course's English manuals

The same model and the same packages give the same bytes. Needs the model (role chat) for words.txt.gz alone.
"""

import argparse
import gzip
import json
import random
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "data" / "alignment"
PAIRS_A_KIND = 5  # pairs of texts, eight cards each
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
FIRST = (
    "Agnes Boris Celia Dorian Elsa Felix Greta Hugo Irene Jasper Katrin Leo Maud Nils Olga Pavel Rita Simon Tilda "
    "Ulrich Vera Walter Yvonne Zoltan Anton Berta Conrad Daphne Edgar Flora Gerald Helga Ivan Judith Karl Lydia"
).split()
LAST = (
    "Abbot Becker Carver Dorsey Ellis Fenwick Grant Holt Ibsen Jarvis Keller Lambert Mercer Norton Osborn Pruitt "
    "Quentin Ramsey Sutton Thorne Upton Vickers Walden Yates Zimmer Arden Barlow Corwin Drake Emmett"
).split()
PLACES = (
    "Alderby Bramford Coldwell Denholm Eastmere Fairley Glenrock Hatherton Inverby Kirkby Kelstead Longmoor "
    "Merrow Northwick Oakham Penrose Redcliff Selworth Thornbury Uffley"
).split()
CURRENCIES = ("euros", "pounds", "dollars")

# A kind: opening sentences, and facts as (type, sentence, sentence that touches on it without giving it, question,
# what the question asks as a clause). ``{v}`` is the value.
KINDS = {
    "train": (
        ["The train to {place} is blue and has a restaurant.", "A slow train runs along the coast to {place}."],
        [
            ("time", "The train leaves at {v}.", "The train leaves early in the day.", "When does the train leave?", "when the train leaves"),
            ("price", "A ticket costs {v}.", "Tickets are sold by the driver.", "How much is a ticket?", "how much a ticket is"),
            ("number", "The ride takes {v} minutes.", "The ride is short and full of views.", "How many minutes does the ride take?", "how many minutes the ride takes"),
            ("name", "The driver is {v}.", "The driver has worked here for 15 years.", "Who drives the train?", "who drives the train"),
            ("number", "The train has {v} coaches.", "There is space for 3 bikes in the coaches.", "How many coaches does the train have?", "how many coaches the train has"),
            ("day", "The train does not run on {v}.", "The train does not run every day.", "On which day is there no train?", "on which day there is no train"),
        ],
    ),
    "concert": (
        ["The choir of {place} gives a concert in the old church.", "A jazz band plays in the town hall of {place}."],
        [
            ("date", "The concert is on {v}.", "The concert is planned for this year.", "What is the date of the concert?", "what the date of the concert is"),
            ("time", "The music begins at {v}.", "The music begins 10 minutes after the doors open.", "At what time does the music begin?", "at what time the music begins"),
            ("price", "A seat costs {v}.", "Seats can be booked by mail.", "How much does a seat cost?", "how much a seat costs"),
            ("name", "The singer is {v}.", "The singer comes from Norway.", "Who sings?", "who sings"),
            ("number", "The hall has {v} seats.", "Seats are soft and red.", "How many seats does the hall have?", "how many seats the hall has"),
            ("name", "The songs were written by {v}.", "The songs were written 80 years ago.", "Who wrote the songs?", "who wrote the songs"),
        ],
    ),
    "bakery": (
        ["The bakery in {place} smells of fresh bread.", "There is a small bakery near the church of {place}."],
        [
            ("time", "It opens at {v}.", "It opens before sunrise.", "At what time does the bakery open?", "at what time the bakery opens"),
            ("price", "A loaf of bread costs {v}.", "Bread is cheaper in the evening.", "How much is a loaf of bread?", "how much a loaf of bread is"),
            ("name", "The baker is {v}.", "The baker gets up in the night.", "What is the name of the baker?", "what the name of the baker is"),
            ("day", "It is closed on {v}.", "It is closed once a week, when 2 men clean it.", "On which day does the bakery stay closed?", "on which day the bakery stays closed"),
            ("number", "It sells {v} kinds of cake.", "It sells cake with 5 sorts of fruit.", "How many kinds of cake are sold?", "how many kinds of cake are sold"),
            ("price", "A cup of coffee costs {v}.", "Coffee is made by hand in 4 minutes.", "What is the price of a cup of coffee?", "what the price of a cup of coffee is"),
        ],
    ),
    "hotel": (
        ["The hotel in {place} has a view of the sea.", "Guests love the quiet hotel at {place}."],
        [
            ("price", "A room costs {v} a night.", "A room is cheaper in winter.", "How much is a room?", "how much a room is"),
            ("number", "The hotel has {v} rooms.", "All rooms have a bath and 2 beds.", "How many rooms does the hotel have?", "how many rooms the hotel has"),
            ("name", "The manager is {v}.", "The manager speaks 3 languages.", "What is the manager called?", "what the manager is called"),
            ("time", "Dinner begins at {v}.", "Dinner is served in the garden.", "At what time does dinner begin?", "at what time dinner begins"),
            ("number", "The beach is {v} metres away.", "The beach is close.", "How far is the beach?", "how far the beach is"),
            ("number", "The code for the door is {v}.", "A code opens the door at night.", "What is the code for the door?", "what the code for the door is"),
        ],
    ),
    "library": (
        ["The library of {place} was painted green.", "Children like the library in {place}."],
        [
            ("number", "You can borrow {v} books at once.", "You can borrow books and films.", "How many books can you borrow at once?", "how many books you can borrow at once"),
            ("price", "A card for adults costs {v}.", "A card is free for children under 12.", "How much is a card for adults?", "how much a card for adults is"),
            ("name", "The librarian is {v}.", "The librarian knows all 50 shelves.", "Who is the librarian?", "who the librarian is"),
            ("day", "A story is read aloud on {v}.", "A story is read aloud each week.", "On which day is a story read aloud?", "on which day a story is read aloud"),
            ("date", "The library is shut on {v}.", "The library is shut on some holidays.", "On what date is the library shut?", "on what date the library is shut"),
            ("price", "The fine for a late book is {v}.", "There is a fine for a late book.", "How much is the fine for a late book?", "how much the fine for a late book is"),
        ],
    ),
    "swimming pool": (
        ["The pool in {place} has warm water.", "Families meet at the swimming pool of {place}."],
        [
            ("price", "Entry costs {v}.", "Entry is paid at one of 3 machines.", "How much is entry?", "how much entry is"),
            ("number", "The pool is {v} metres long.", "The pool is long and deep.", "How long is the pool?", "how long the pool is"),
            ("name", "The swimming teacher is {v}.", "The swimming teacher comes from Spain.", "Who teaches swimming?", "who teaches swimming"),
            ("time", "The pool closes at {v}.", "The pool closes when it gets dark.", "At what time does the pool close?", "at what time the pool closes"),
            ("number", "The water has {v} degrees.", "The water is heated by the sun.", "How warm is the water?", "how warm the water is"),
            ("date", "The season ends on {v}.", "The season ends when nights get cold.", "On what date does the season end?", "on what date the season ends"),
        ],
    ),
    "cinema": (
        ["The cinema in {place} shows an old film tonight.", "A small cinema has opened in {place}."],
        [
            ("time", "The film starts at {v}.", "The film starts after the news.", "At what time does the film start?", "at what time the film starts"),
            ("number", "The film is {v} minutes long.", "The film is long.", "How many minutes long is the film?", "how many minutes long the film is"),
            ("name", "The main part is played by {v}.", "The main part is played by an actor from Kenya.", "Who plays the main part?", "who plays the main part"),
            ("price", "Popcorn costs {v}.", "Popcorn is sold in bags of 100 grams.", "How much is the popcorn?", "how much the popcorn is"),
            ("number", "The film was made in {v}.", "The film was made in black and white.", "In what year was the film made?", "in what year the film was made"),
            ("name", "The film was made by {v}.", "The film won a prize.", "Who made the film?", "who made the film"),
        ],
    ),
    "restaurant": (
        ["In {place} there is a restaurant with a garden.", "The restaurant at the lake of {place} is full every night."],
        [
            ("price", "The soup costs {v}.", "The soup changes every 2 days.", "How much is the soup?", "how much the soup is"),
            ("name", "The cook is {v}.", "The cook grows 9 herbs.", "What is the name of the cook?", "what the name of the cook is"),
            ("number", "There are {v} tables.", "All tables have flowers.", "How many tables are there?", "how many tables there are"),
            ("day", "Fish is served on {v}.", "Fish is served once a week.", "On which day is fish served?", "on which day fish is served"),
            ("time", "The kitchen closes at {v}.", "The kitchen closes before the bar.", "At what time does the kitchen close?", "at what time the kitchen closes"),
            ("number", "To book, call {v}.", "You can book by phone.", "What number do you call to book?", "what number you call to book"),
        ],
    ),
    "running club": (
        ["The running club of {place} looks for new members.", "Every week a club meets in {place} to run."],
        [
            ("number", "The club has {v} members.", "Members come from all over town.", "How many members does the club have?", "how many members the club has"),
            ("day", "It meets on {v}.", "It meets in any weather.", "On which day does the club meet?", "on which day the club meets"),
            ("price", "Members pay {v} a month.", "Members pay a small sum at the first of 4 meetings.", "How much do members pay?", "how much members pay"),
            ("name", "The trainer is {v}.", "The trainer was once a champion in Peru.", "Who is the trainer?", "who the trainer is"),
            ("number", "The usual path is {v} kilometres long.", "The usual path goes through the woods.", "How many kilometres long is the path?", "how many kilometres long the path is"),
            ("date", "The next race is on {v}.", "The next race is a big event.", "On what date is the next race?", "on what date the next race is"),
        ],
    ),
    "recipe": (
        ["This cake from {place} is easy to bake.", "People in {place} eat this pie at weddings."],
        [
            ("number", "Take {v} grams of flour.", "Take flour and a little salt.", "How many grams of flour do you take?", "how many grams of flour you take"),
            ("number", "Bake it for {v} minutes.", "Bake it until it is brown.", "For how many minutes do you bake it?", "for how many minutes you bake it"),
            ("name", "The recipe comes from {v}.", "The recipe is 90 years old.", "From whom is the recipe?", "from whom the recipe is"),
            ("number", "It is enough for {v} people.", "It is enough for a big family.", "For how many people is it enough?", "for how many people it is enough"),
            ("number", "Heat the oven to {v} degrees.", "Heat the oven first.", "To how many degrees do you heat the oven?", "to how many degrees you heat the oven"),
            ("price", "All you need costs {v}.", "All you need is cheap and comes from 2 shops.", "How much does all you need cost?", "how much all you need costs"),
        ],
    ),
    "zoo": (
        ["The zoo of {place} has a new house for birds.", "A walk through the zoo in {place} is fun for all."],
        [
            ("name", "The keeper of the bears is {v}.", "The keeper of the bears has 3 helpers.", "Who keeps the bears?", "who keeps the bears"),
            ("time", "The seals are fed at {v}.", "The seals are fed 2 times a day.", "At what time are the seals fed?", "at what time the seals are fed"),
            ("price", "A day at the zoo costs {v}.", "A day at the zoo is cheaper for groups.", "How much does a day at the zoo cost?", "how much a day at the zoo costs"),
            ("number", "There are {v} monkeys.", "The monkeys live on an island.", "How many monkeys are there?", "how many monkeys there are"),
            ("date", "The young lion was born on {v}.", "The young lion sleeps a lot.", "On what date was the young lion born?", "on what date the young lion was born"),
            ("number", "The oldest turtle is {v} years old.", "The oldest turtle moves slowly.", "How old is the oldest turtle?", "how old the oldest turtle is"),
        ],
    ),
    "market": (
        ["Farmers sell fruit at the market of {place}.", "The market in {place} is loud and full of colours."],
        [
            ("day", "The market is on {v}.", "The market is held every week.", "On which day is the market?", "on which day the market is"),
            ("price", "A kilo of apples costs {v}.", "Apples come from 6 farms in the hills.", "How much is a kilo of apples?", "how much a kilo of apples is"),
            ("number", "There are {v} stalls.", "The stalls stand in a circle.", "How many stalls are there?", "how many stalls there are"),
            ("name", "The flowers are sold by {v}.", "The flowers come from Holland.", "Who sells the flowers?", "who sells the flowers"),
            ("time", "It ends at {v}.", "It ends when all is sold.", "At what time does the market end?", "at what time the market ends"),
            ("number", "Stall {v} sells cheese.", "Cheese is sold there too.", "Which stall sells cheese?", "which stall sells cheese"),
        ],
    ),
}  # fmt: skip
DECLINED = ("The card does not say {}.", "The text does not tell us {}.", "It is not stated {}.")


def written() -> list[dict]:
    """Return the pairs of texts that were written by hand."""
    return tomllib.loads((OUT / "cards.toml").read_text(encoding="utf-8"))["pair"]


def taken() -> set[str]:
    """Return the dates and the numbers of the hand-written cards: no training card gets one as a date or price."""
    text = " ".join(f"{pair['a']} {pair['b']}" for pair in written())
    dates = re.findall(rf"\d{{1,2}} (?:{'|'.join(MONTHS)})", text)
    return {*dates, *(f"{float(n.replace(',', '')):.2f}" for n in re.findall(r"\d[\d,]*(?:\.\d+)?", text))}


def value(kind: str, sentence: str, rng: random.Random, used: set[str]) -> tuple[str, list[str]]:
    """Return a value of a type, new to all cards where it is a name, date or price, and what states it."""
    for _ in range(1000):
        if kind == "name":
            text = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
            states = [text]
        elif kind == "price":
            amount = rng.choice([rng.randrange(11, 400) / 10, rng.randrange(6, 180)])
            text = f"{amount:.2f}" if amount % 1 else f"{amount:.0f}"
            states, key = [text], f"{amount:.2f}"
            text = f"{text} {rng.choice(CURRENCIES)}"
            if key in used:
                continue
            return text, states
        elif kind == "date":
            day, month = rng.randrange(1, 29), rng.choice(MONTHS)
            text, states = f"{day} {month}", [f"{day} {month}", f"{month} {day}"]
        elif kind == "time":
            hour, minute = rng.randrange(1, 12), rng.choice([0, 5, 10, 15, 20, 30, 40, 45, 50])
            half = "am" if re.search("opens|leaves", sentence) else "pm"
            text = f"{hour}:{minute:02d} {half}" if minute else f"{hour} {half}"
            return text, [f"{hour}:{minute:02d}"]
        elif kind == "day":
            text = rng.choice(DAYS)
            return text + ("s" if rng.random() < 0.5 else ""), [text]
        else:
            text = number(sentence, rng)
            return text, [text, text.replace(" ", "")] if " " in text else [text]
        if text not in used:
            used.add(text)
            return text, states
    raise RuntimeError(f"no {kind} is left")


def number(sentence: str, rng: random.Random) -> str:
    """Return a number that fits its sentence."""
    for word, (low, high, step) in {
        "call": (5550200, 5550999, 1),
        "code": (1000, 9999, 1),
        "made in": (1921, 2009, 1),
        "grams": (120, 600, 10),
        "oven": (160, 230, 5),
        "metres": (20, 900, 5),
        "coaches": (4, 15, 1),
        "degrees": (18, 31, 1),
        "people": (4, 14, 1),
        "borrow": (4, 20, 1),
    }.items():
        if word in sentence:
            text = str(rng.randrange(low, high, step))
            return f"{text[:3]} {text[3:]}" if word == "call" else text
    return str(rng.randrange(6, 120))


def training_cards() -> list[dict]:
    """Return the cards: pairs of texts a and b with four questions, of which each text answers two."""
    rng, used, found = random.Random(9), taken(), []
    for kind, (openings, facts) in KINDS.items():
        for number_of_pair in range(PAIRS_A_KIND):
            chosen = rng.sample(facts, 4)
            name = f"train-{kind.replace(' ', '-')}-{number_of_pair + 1}"
            for letter in "ab":
                held = range(2) if letter == "a" else range(2, 4)
                parts, values, told = [], {}, {}
                for at, (type_, sentence, touched, _, clause) in enumerate(chosen):
                    if at in held:
                        text, values[at] = value(type_, sentence, rng, used)
                        told[at] = sentence.format(v=text)
                    else:
                        told[at] = rng.choice(DECLINED).format(clause)
                    parts.append(told[at] if at in held else touched)
                rng.shuffle(parts)
                opening = openings["ab".index(letter) if number_of_pair % 2 else "ba".index(letter)]
                text = " ".join([opening.format(place=rng.choice(PLACES)), *parts])
                for at, (type_, _, _, question, _) in enumerate(chosen):
                    found.append(
                        {
                            "id": f"{name}-{letter}-{at + 1}",
                            "split": "train",
                            "kind": kind,
                            "group": name,
                            "text": text,
                            "question": question,
                            "type": type_,
                            "held": at in held,
                            "answers": values.get(at, []),
                            "demonstration": told[at],
                        }
                    )
    return found


# ---------------------------------------------------------------- instructions

# topic, in Japanese, a word that a text about it would hold
TOPICS = {
    "train": """rain 雨 water | bread パン flour | winter 冬 snow | the moon 月 night | a garden 庭 flowers | a bicycle 自転車 wheels |
        tea お茶 cup | a river 川 fish | the kitchen 台所 food | a birthday 誕生日 cake | sleep 眠り bed | a forest 森 trees |
        money お金 bank | a library 図書館 books | dogs 犬 bark | music 音楽 song | a mountain 山 high | soap 石けん hands |
        a clock 時計 hours | rice 米 eat | a bridge 橋 river | shoes 靴 feet | the wind 風 blow | an island 島 sea |
        a doctor 医者 hospital | the alphabet アルファベット letters | a letter 手紙 paper | salt 塩 taste | a train 電車 station |
        glass ガラス window | the desert 砂漠 sand | a market 市場 fruit | football サッカー ball | honey はちみつ bees |
        a camera カメラ picture | a lamp ランプ light | snow 雪 cold | a school 学校 teacher | a map 地図 roads | cheese チーズ milk |
        a farm 農場 animals | the dentist 歯医者 teeth | wool 羊毛 sheep | a storm 嵐 thunder""",
    "dev": """an umbrella 傘 rain | the sun 太陽 hot | coffee コーヒー beans | a horse 馬 ride | a museum 博物館 art | a blanket 毛布 warm |
        breakfast 朝食 egg | a castle 城 king""",
    "test": """a cat 猫 mouse | the ocean 海 waves | chocolate チョコレート sweet | a holiday 休暇 beach | an elephant 象 trunk |
        the internet インターネット computer | spring 春 grow | a piano ピアノ keys | a bakery パン屋 oven | an airport 空港 plane |
        friends 友だち happy | a candle ろうそく fire | gold 金 ring | a lake 湖 boat | the post office 郵便局 stamps |
        potatoes じゃがいも soup | a mirror 鏡 face | a spoon スプーン stir | a kite 凧 sky | chess チェス queen |
        ice 氷 melt | a village 村 houses""",
}
TASKS = {
    "train": ("Tell me about {topic}.", "Write something about {topic}.", "Describe {topic}."),
    "dev": ("Say something about {topic}.",),
    "test": ("What can you say about {topic}?", "Explain {topic} to a child."),
}
JAPANESE_TASKS = {
    "train": ("{ja}について書いてください。", "{ja}を説明してください。"),
    "dev": ("{ja}の話をしてください。",),
    "test": ("{ja}とは何かを教えてください。",),
}
FIGURES = "zero one two three four five six seven eight".split()
# For each check: the wordings of training, of dev and of test, and the parameters of each.
ASKED = {
    "list": (
        ("Answer with a list of {n} bullet points and nothing else.", "Give only a list with exactly {n} items, one on each line, each with a dash or a number before it."),
        ("Write {n} bullet points, no other text.",),
        ("Your whole answer must be a bullet list of {n} points.", "Use {n} lines that begin with a dash or a number, and write no more than that."),
        [{"n": 3}, {"n": 5}], [{"n": 2}], [{"n": 4}, {"n": 6}],
    ),
    "items": (
        ("Answer with {n} words, with commas between them.", "Give only {n} words on one line, separated by commas."),
        ("Name {n} words that fit, in one line with commas.",),
        ("Reply with just {n} words that belong to it, divided by commas.", "The answer is one line: {n} fitting words and commas between them."),
        [{"n": 4}, {"n": 6}], [{"n": 3}], [{"n": 5}, {"n": 7}],
    ),
    "one_sentence": (
        ("Answer in one sentence.", "Use exactly one sentence."),
        ("One sentence only, please.",),
        ("Your answer must be a single sentence.", "Do not write more than one sentence."),
        [{}], [{}], [{}],
    ),
    "sentences": (
        ("Answer in exactly {n} sentences.", "Use {n} sentences, not more and not fewer."),
        ("Write exactly {n} sentences.",),
        ("Your answer must have {n} sentences.", "It should be {n} sentences long, no longer and no shorter."),
        [{"n": 2}, {"n": 5}], [{"n": 4}], [{"n": 3}],
    ),
    "keys": (
        ("Answer only with the lines {keys}.", "Fill in this form and write nothing else: {keys}."),
        ("Write only these lines, each with your text: {keys}.",),
        ("Your answer must consist of these lines alone: {keys}.", "Complete the lines {keys}, and add nothing."),
        [{"keys": ["what", "where"]}, {"keys": ["use", "price"]}, {"keys": ["colour", "size", "place"]}],
        [{"keys": ["name", "reason"]}],
        [{"keys": ["title", "summary"]}, {"keys": ["good", "bad"]}, {"keys": ["season", "smell", "sound"]}],
    ),
    "capitals": (
        ("Write in capital letters only.", "USE CAPITAL LETTERS FOR THE WHOLE ANSWER."),
        ("Only capital letters, please.",),
        ("Every letter of your answer must be a capital.", "Answer in upper case."),
        [{}], [{}], [{}],
    ),
    "small": (
        ("Write in small letters only, without any capital.", "use lower case for the whole answer."),
        ("Only small letters, please.",),
        ("No letter of your answer may be a capital.", "Answer in lower case."),
        [{}], [{}], [{}],
    ),
    "short": (
        ("Use at most {n} words.", "Answer in {n} words or fewer."),
        ("Not more than {n} words.",),
        ("Your answer may have up to {n} words.", "Keep it to {n} words at the most."),
        [{"n": 8}, {"n": 12}, {"n": 20}], [{"n": 10}], [{"n": 6}, {"n": 15}, {"n": 18}],
    ),
    "japanese": (
        ("Answer in Japanese.", "Write your answer in Japanese."),
        ("In Japanese, please.",),
        ("Your answer must be in Japanese.", "Use Japanese, not English."),
        [{}], [{}], [{}],
    ),
    "english": (
        ("答えは英語で書いてください。", "英語だけで答えてください。"),
        ("英語でお願いします。",),
        ("英語で答えること。", "答えに日本語を使わず、英語を使ってください。"),
        [{}], [{}], [{}],
    ),
    "includes": (
        ('Use the word "{word}".', 'Your answer must contain the word "{word}".'),
        ('Let the word "{word}" occur.',),
        ('The word "{word}" has to appear in it.', 'Do not forget to use the word "{word}".'),
        [], [], [],
    ),
    "excludes": (
        ('Do not use the word "{word}".', 'Your answer must not contain the word "{word}".'),
        ('Avoid the word "{word}".',),
        ('The word "{word}" is forbidden.', 'Leave out the word "{word}".'),
        [], [], [],
    ),
    "begins": (
        ('Begin with the word "{word}".', 'The first word must be "{word}".'),
        ('Start with the word "{word}".',),
        ('Your answer has to open with the word "{word}".', 'Make "{word}" the first word.'),
        [{"word": "Today"}, {"word": "Everyone"}, {"word": "Once"}], [{"word": "Maybe"}], [{"word": "Sometimes"}, {"word": "Perhaps"}, {"word": "Listen"}],
    ),
    "ends": (
        ('End with the word "{word}".', 'The last word must be "{word}".'),
        ('Finish with the word "{word}".',),
        ('Your answer has to close with the word "{word}".', 'Make "{word}" the last word.'),
        [{"word": "friend"}, {"word": "always"}, {"word": "enough"}], [{"word": "again"}], [{"word": "today"}, {"word": "tomorrow"}, {"word": "world"}],
    ),
}  # fmt: skip
DOUBLE = (("one_sentence", "includes"), ("list", "small"), ("short", "excludes"))
PER_TOPIC = 6

# Words that mostly begin sentences, so that they are met more often with a capital.
OPENERS = (
    "besides consequently fortunately firstly furthermore hopefully interestingly lastly meanwhile moreover "
    "nevertheless nonetheless secondly thirdly unfortunately welcome"
).split()


def topics(split: str) -> list[tuple[str, str, str]]:
    """Return ``(topic, in Japanese, word)`` of a split."""
    found = []
    for one in TOPICS[split].split("|"):
        *topic, ja, word = one.split()
        found.append((" ".join(topic), ja, word))
    return found


def constraint(check: str, split: str, word: str, turn: int) -> tuple[str, dict]:
    """Return what is asked in words and the parameters of the check."""
    at = ("train", "dev", "test").index(split)
    wordings, choices = ASKED[check][at], ASKED[check][3 + at]
    given = dict(choices[turn % len(choices)]) if choices else {"word": word}
    shown = dict(given)
    if "n" in shown and check not in ("short",) and turn % 2:
        shown["n"] = FIGURES[shown["n"]]
    if "keys" in shown:
        shown["keys"] = ", ".join(f'"{key}: ..."' for key in shown["keys"])
    return wordings[turn // max(1, len(choices)) % len(wordings)].format(**shown), given


def all_instructions() -> list[dict]:
    """Return six requests for each topic; over the topics each kind of request comes equally often."""
    kinds = [(check,) for check in ASKED] + list(DOUBLE)
    found = []
    for split in TOPICS:
        turns = dict.fromkeys(ASKED, 0)
        for number, (topic, ja, word) in enumerate(topics(split)):
            for step in range(PER_TOPIC):
                kind = kinds[(number * PER_TOPIC + step) % len(kinds)]
                checks, texts = [], []
                for check in kind:
                    text, given = constraint(check, split, word, turns[check])
                    turns[check] += 1
                    texts.append(text)
                    checks.append([check, given])
                if kind == ("english",):
                    tasks = JAPANESE_TASKS[split]
                    prompt = "".join([tasks[number % len(tasks)].format(ja=ja), *texts])
                else:
                    tasks = TASKS[split]
                    prompt = " ".join([tasks[(number + step) % len(tasks)].format(topic=topic), *texts])
                found.append(
                    {
                        "id": f"{split}-{number + 1:02d}-{step + 1}",
                        "split": split,
                        "topic": topic,
                        "prompt": prompt,
                        "checks": checks,
                    }
                )
    return found


# ---------------------------------------------------------------- words


def common_words() -> list[str]:
    """Return words that stand for no name when they begin a sentence.

    Byte-pair merges are learnt in the order of frequency, so a word whose small form has the lower number in SmolLM2's
    vocabulary was met more often small than capitalised: "mark" is in, "john" is not.
    """
    from tokenizers import Tokenizer

    sys.path.insert(0, str(ROOT))
    from llmlab import models

    vocabulary = Tokenizer.from_file(str(models.fetch("chat") / "tokenizer.json")).get_vocab()
    rare = len(vocabulary)
    found = {
        word[1:]
        for word, number in vocabulary.items()
        if re.fullmatch("Ġ[a-z]{2,}", word) and number < vocabulary.get(f"Ġ{word[1:].capitalize()}", rare)
    }
    seen: dict[str, int] = {}
    with gzip.open(ROOT / "data" / "corpus" / "enja" / "train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            for word in re.findall(r"(?<![\w'])[a-z]{2,}(?![\w'])", json.loads(line)["en"]):
                seen[word] = seen.get(word, 0) + 1
    return sorted(found | {word for word, count in seen.items() if count > 1} | set(OPENERS))


# ---------------------------------------------------------------- files


def write(name: str, lines: list[str]) -> None:
    """Write a compressed file; the same lines give the same bytes."""
    body = "".join(line + "\n" for line in lines).encode()
    (OUT / name).write_bytes(gzip.compress(body, mtime=0))
    print(f"{name}: {len(lines)} lines, {(OUT / name).stat().st_size} bytes")


def main() -> None:
    """Write the three files, or those that are named."""
    makers = {
        "cards_train.jsonl.gz": lambda: [json.dumps(row, ensure_ascii=False) for row in training_cards()],
        "instructions.jsonl.gz": lambda: [json.dumps(row, ensure_ascii=False) for row in all_instructions()],
        "words.txt.gz": common_words,
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(makers), help=", ".join(makers))
    for name in parser.parse_args().names:
        write(name, makers[name]())


if __name__ == "__main__":
    main()
