#!/usr/bin/env python3
"""Makes tables for linkage in the shapes of the sets that the field is measured on: nothing here is a real record.

    python3 benches/linkage_sets.py FOLDER [--sets geco,historical,voters,...] [--seed 1]

Each set is `NAME.csv` (duplicates within one table) or `NAME_left.csv` and `NAME_right.csv`; the column `entity` says
which rows belong together. Faults are those that the field reports: keyboard slips, sounds written otherwise, short
forms, swapped fields, values of another time (moved, married), words left out, and gaps.
"""
import argparse
import csv
import datetime
import os
import random

SYLLABLES = "an bar bel ber bra cal car cha cor dan del den dor el er fen fer gar gil gra ha har hen hol in jan jo ka kel ken la lan le lin lo lu mar mel mi mon na nel nor o pa per pol ra ren ri ro ros sa sel ser so sta ta ter tor va ven vi wal wen wil".split()
KEYS = {a: b for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, b in zip(row, row[1:] + row[-2])}
SOUNDS = [("ph", "f"), ("ck", "k"), ("ie", "y"), ("ll", "l"), ("nn", "n"), ("er", "ar"), ("c", "k"), ("s", "z"), ("ei", "ie"), ("v", "w"), ("nd", "n")]


class Maker:
    """Words, people and faults from one seed."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.given, self.family = self.words(400, 2, 3), self.words(2500, 2, 3)
        self.cities, self.streets = self.words(160, 2, 3), self.words(900, 2, 3)
        self.towns = self.cities[:12]
        self.mails = [w + t for w, t in zip(self.words(60, 1, 2), [".com", ".org", ".net"] * 20)]

    def words(self, n, low, high):
        found = set()
        while len(found) < n:
            found.add("".join(self.r.choice(SYLLABLES) for _ in range(self.r.randint(low, high))))
        return sorted(found, key=lambda w: self.r.random())

    def pick(self, words, flat=6):
        """Zipf: the first are common, the last rare."""
        if not hasattr(self, "_sums"):
            self._sums = {}
        sums = self._sums.setdefault((id(words), flat), list(self._running(len(words), flat)))
        return self.r.choices(words, cum_weights=sums)[0]

    @staticmethod
    def _running(n, flat):
        total = 0
        for i in range(n):
            total += 1 / (i + flat)
            yield total

    def chance(self, p):
        return self.r.random() < p

    def digits(self, n):
        return "".join(self.r.choice("0123456789") for _ in range(n))

    def day(self, low=1930, high=2005):
        return datetime.date(low, 1, 1) + datetime.timedelta(days=self.r.randrange((high - low) * 365))

    def slip(self, t):
        """One keyboard or hearing slip."""
        if len(t) < 2:
            return t
        kind, i = self.r.random(), self.r.randrange(len(t) - 1)
        if kind < 0.2:
            return t[:i] + t[i + 1] + t[i] + t[i + 2:]
        if kind < 0.4:
            return t[:i] + t[i + 1:]
        if kind < 0.55:
            return t[:i] + t[i] + t[i:]
        if kind < 0.75 and not t[i].isdigit():
            for a, b in self.r.sample(SOUNDS, len(SOUNDS)):
                if a in t:
                    return t.replace(a, b, 1)
        new = self.r.choice("0123456789") if t[i].isdigit() else KEYS.get(t[i], "e")
        return t[:i] + new + t[i + 1:]

    def slips(self, row, rate, most=3):
        """Slips in some cells of a row; none in what does not hold text."""
        for key in self.r.sample(list(row), min(most, len(row))):
            if row[key] and self.chance(rate):
                row[key] = self.slip(row[key])
        return row

    def gaps(self, row, shares):
        for key, share in shares.items():
            if self.chance(share):
                row[key] = ""
        return row


def copies(m):
    """How many rows an entity has: most one or two."""
    return m.r.choices([1, 2, 3, 4, 6], [5, 4, 2, 1, 0.4])[0]


def geco(m, n=12000):
    """Persons corrupted as the GeCo and FEBRL generators do."""
    for entity in range(n):
        base = {"given_name": m.pick(m.given), "surname": m.pick(m.family), "street_number": str(m.r.randrange(1, 300)),
                "address_1": m.pick(m.streets) + " " + m.r.choice(["street", "place", "road", "close"]),
                "address_2": m.pick(m.streets) if m.chance(0.5) else "", "suburb": m.pick(m.cities),
                "postcode": str(2000 + m.cities.index(m.pick(m.cities))), "state": m.r.choice(["nsw", "vic", "qld", "sa"]),
                "date_of_birth": m.day().strftime("%Y%m%d"), "soc_sec_id": m.digits(7)}
        for i in range(copies(m)):
            row = dict(base)
            if i:
                for _ in range(m.r.randint(1, 3)):
                    m.slips(row, 0.5, 4)
                if m.chance(0.06):
                    row["given_name"], row["surname"] = row["surname"], row["given_name"]
                if m.chance(0.05):
                    row["address_1"], row["address_2"] = row["address_2"], row["address_1"]
                m.gaps(row, {"given_name": 0.05, "surname": 0.02, "address_2": 0.3, "date_of_birth": 0.1, "street_number": 0.08, "soc_sec_id": 0.1, "postcode": 0.03})
            yield {"rec_id": f"rec-{entity}-{'dup-%d' % (i - 1) if i else 'org'}", **row, "entity": entity}


def email(m, n=4000):
    """A customer list with many gaps."""
    for entity in range(n):
        first, last = m.pick(m.given), m.pick(m.family)
        base = {"first_name": first.title(), "surname": last.title(), "dob": m.day(1940, 2015).isoformat(), "city": m.pick(m.cities, 3).title(),
                "email": f"{m.r.choice([first, first[0]])}.{last}{m.r.randrange(100)}@{m.pick(m.mails)}"}
        for i in range(copies(m)):
            row = dict(base)
            if i:
                for _ in range(m.r.randint(0, 3)):
                    m.slips(row, 0.5)
                if m.chance(0.08):
                    row["first_name"], row["surname"] = row["surname"], row["first_name"]
                if m.chance(0.06):
                    row["dob"] = (datetime.date.fromisoformat(base["dob"]) + datetime.timedelta(days=m.r.choice([-3650, -365, -31, -1, 1, 31, 365, 3650]))).isoformat()
            m.gaps(row, {"first_name": 0.16, "surname": 0.18, "dob": 0.0, "city": 0.18, "email": 0.2})
            yield {"unique_id": None, **row, "cluster": entity, "entity": entity}


def historical(m, n=7000):
    """Persons of biographical collections: many spellings, birth years for dates."""
    trades = m.words(60, 2, 3)
    for entity in range(n):
        first, second, last = m.pick(m.given, 3), m.pick(m.given), m.pick(m.family, 12)
        born = m.day(1700, 1880)
        place, post = m.pick(m.cities, 3), f"{m.r.choice(['ab', 'ba', 'ct', 'dn', 'ex'])}{m.r.randrange(1, 30)} {m.r.randrange(1, 10)}{m.r.choice('abcdef')}{m.r.choice('xyz')}"
        work = m.r.sample(trades, 2)
        for i in range(m.r.choices([1, 2, 3, 5, 8, 12], [3, 2, 3, 4, 3, 1])[0]):
            row = {"first_name": first, "surname": last, "dob": born.isoformat(), "birth_place": place, "postcode_fake": post, "gender": "", "occupation": m.r.choice(work)}
            if i:
                kind = m.r.random()
                if kind < 0.2:
                    row["first_name"] = first[:m.r.choice([1, 3, 4])]
                elif kind < 0.3:
                    row["first_name"] = second
                for _ in range(m.r.choice([0, 0, 1, 1, 2])):
                    m.slips(row, 0.6)
                if m.chance(0.12):
                    row["dob"] = f"{born.year}-01-01"
                if m.chance(0.06):
                    row["first_name"], row["surname"] = row["surname"], row["first_name"]
                m.gaps(row, {"dob": 0.12, "birth_place": 0.15, "postcode_fake": 0.2, "occupation": 0.25, "surname": 0.03, "first_name": 0.03})
            full = f"{row['first_name']} {second + ' ' if m.chance(0.3) else ''}{row['surname']}".strip()
            yield {"unique_id": f"Q{entity}-{i}", "cluster": f"Q{entity}", "full_name": full, "first_and_surname": f"{row['first_name']} {row['surname']}".strip(), **row, "entity": entity}


def voters(m, n=15000):
    """Two snapshots of a voter register, years apart: people move, marry, get older; a third left, a third is new."""
    for entity in range(n):
        base = {"first_name": m.pick(m.given), "middle_name": m.pick(m.given) if m.chance(0.8) else "", "last_name": m.pick(m.family),
                "sex": m.r.choice("mf"), "birth_year": str(m.day(1925, 1998).year), "street": f"{m.r.randrange(1, 999)} {m.pick(m.streets)} {m.r.choice(['st', 'rd', 'ln'])}",
                "city": m.pick(m.cities, 2), "zip": None, "phone": m.digits(7) if m.chance(0.5) else ""}
        base["zip"] = str(27000 + m.cities.index(base["city"]) * 3 + m.r.randrange(3))
        where = m.r.random()
        if where < 0.7:
            yield "left", {"id": f"a{entity}", **base, "entity": entity}
        if where > 0.35:
            row = dict(base)
            if m.chance(0.25):
                row.update(street=f"{m.r.randrange(1, 999)} {m.pick(m.streets)} st", phone="")
                if m.chance(0.5):
                    row["city"] = m.pick(m.cities, 2)
                    row["zip"] = str(27000 + m.cities.index(row["city"]) * 3 + m.r.randrange(3))
            if row["sex"] == "f" and m.chance(0.08):
                row["last_name"] = m.pick(m.family)
            if m.chance(0.2):
                row["middle_name"] = row["middle_name"][:1]
            if m.chance(0.2):
                m.slips(row, 0.6)
            if m.chance(0.03):
                row["birth_year"] = str(int(base["birth_year"]) + m.r.choice([-1, 1, 10])) if base["birth_year"].isdigit() else base["birth_year"]
            m.gaps(row, {"middle_name": 0.1, "phone": 0.3, "sex": 0.02})
            yield "right", {"id": f"b{entity}", **row, "entity": entity}


def publications(m, n=2600):
    """Two catalogues of publications; the right one shortens venues and initials and has papers of its own."""
    terms, venues = m.words(700, 2, 4), [(" ".join(m.words(4, 2, 3)), w) for w in m.words(12, 1, 2)]
    for entity in range(n):
        people = [f"{m.pick(m.given)} {m.pick(m.family)}" for _ in range(m.r.randint(1, 5))]
        title = " ".join(m.pick(terms, 20) for _ in range(m.r.randint(3, 10)))
        if m.chance(0.06):
            title = m.r.choice(["editorial", "guest editors introduction", "reminiscences on influential papers", "chairs message"])
        venue, year = m.r.choice(venues), m.r.randint(1994, 2003)
        where = m.r.random()
        if where < 0.92:
            yield "left", {"id": f"d{entity}", "title": title.capitalize() + ".", "authors": ", ".join(people), "venue": venue[1], "year": year, "entity": entity}
        if where > 0.15:
            words = title.split()
            if m.chance(0.15):
                words = [m.slip(w) if m.chance(0.3) else w for w in words]
            if m.chance(0.08) and len(words) > 4:
                words = words[:len(words) - 2]
            names = [f"{p[0]} {p.split()[1]}" if m.chance(0.3) else p for p in people]
            if m.chance(0.1):
                names = names[:1]
            if m.chance(0.05):
                m.r.shuffle(names)
            yield "right", {"id": f"e{entity}", "title": " ".join(words), "authors": ", ".join(names) if m.chance(0.97) else "", "venue": venue[0] if m.chance(0.85) else "", "year": year if m.chance(0.95) else "", "entity": entity}


def citations(m, n=190):
    """Citations of few works: most are cited some times, a few some hundred times, each time in other words."""
    terms, venues = m.words(700, 2, 4), [" ".join(m.words(4, 2, 3)) for _ in range(60)]
    for entity in range(n):
        people = [f"{m.pick(m.given)[0]}. {m.pick(m.family)}" for _ in range(m.r.randint(1, 3))]
        title, venue, year = [m.pick(terms, 20) for _ in range(m.r.randint(4, 9))], m.r.choice(venues), m.r.randint(1975, 1998)
        for _ in range([236, 180, 120, 90][entity] if entity < 4 else m.r.choices([1, 2, 4, 8, 20], [4, 4, 3, 2, 1])[0]):
            words = [m.slip(w) if m.chance(0.08) else w for w in title]
            yield {"id": None, "title": " ".join(words[:-1] if m.chance(0.05) else words), "author": ", ".join(people[:1] if m.chance(0.1) else people),
                   "venue": m.r.choice([venue, venue[:12], "", "proc. " + venue]), "year": year if m.chance(0.8) else "", "entity": entity}


def products(m, n=1500, title="name"):
    """Offers of two shops: the same thing told in other words, model numbers with and without hyphens, prices apart."""
    makers, things, traits = m.words(70, 2, 2), m.words(90, 2, 3), m.words(500, 2, 3)
    for entity in range(n):
        maker, thing = m.pick(makers, 4), m.pick(things, 10)
        model = f"{m.r.choice('abcdefghkmnprstv')}{m.r.choice('abcdefghkmnprstv')}-{m.r.choice(['', 'x', 'w'])}{m.r.randrange(10, 9999)}{m.r.choice(['', 'b', 's', 'bk'])}".upper()
        words = [m.pick(traits, 20) for _ in range(m.r.randint(2, 6))]
        price = round(m.r.lognormvariate(4.5, 1), 2)
        family = m.r.random()
        variants = [model] if family < 0.7 else [model, model[:-1] + m.r.choice("12345678")]
        for v, own in enumerate(variants):
            key = f"{entity}.{v}"
            where = m.r.random()
            if where < 0.8:
                text = f"{maker.title()} {' '.join(words)} {thing.title()} - {own}"
                yield "left", {"id": f"a{key}", title: text, "description": f"{maker} {thing} {own} {' '.join(words)} {m.pick(traits)} {m.pick(traits)}" if m.chance(0.7) else "", "manufacturer": maker.title() if m.chance(0.5) else "", "price": f"${price:.2f}" if m.chance(0.6) else "", "entity": key}
            if where > 0.2:
                kept = [w for w in words if m.chance(0.6)]
                m.r.shuffle(kept)
                code = own.replace("-", "") if m.chance(0.5) else own if m.chance(0.85) else ""
                text = " ".join(filter(None, [maker.upper() if m.chance(0.8) else "", thing, " ".join(kept), m.pick(traits), code]))
                yield "right", {"id": f"b{key}", "name": text, "description": " ".join(kept + [m.pick(traits) for _ in range(4)]) if m.chance(0.5) else "", "manufacturer": maker if m.chance(0.9) else "", "price": f"{price * m.r.uniform(0.8, 1.25):.2f}" if m.chance(0.7) else "", "entity": key}


def places(m, n=800):
    """Restaurants of two guides."""
    kinds = m.words(25, 2, 3)
    for entity in range(n):
        name = " ".join(m.words(1, 2, 3) + ([m.pick(m.family)] if m.chance(0.5) else []))
        street, city, phone, kind = m.pick(m.streets), m.pick(m.towns, 2), f"{m.r.randrange(200, 800)}/{m.digits(3)}-{m.digits(4)}", m.pick(kinds)
        number = m.r.randrange(1, 9999)
        where = m.r.random()
        if where < 0.75:
            yield "left", {"id": f"f{entity}", "name": name, "addr": f"{number} {street} blvd.", "city": city, "phone": phone, "type": kind, "entity": entity}
        if where > 0.4:
            if m.chance(0.3):
                name = m.r.choice(["the " + name, name + " restaurant", name.split()[0], name + " cafe"])
            if m.chance(0.15):
                name = m.slip(name)
            addr = f"{number} {m.r.choice(['', 'w. ', 's. '])}{street} {m.r.choice(['blvd.', 'boulevard', 'blvd. near main st.'])}"
            phone = phone.replace("/", "-") if m.chance(0.93) else f"{phone[:4]}{m.digits(3)}-{m.digits(4)}"
            yield "right", {"id": f"z{entity}", "name": name, "addr": addr, "city": city if m.chance(0.85) else m.pick(m.towns, 2), "phone": phone, "type": kind if m.chance(0.4) else m.pick(kinds), "entity": entity}


def music(m, n=5000):
    """Songs of five catalogues: track numbers, titles with additions, lengths in other units, years of two digits."""
    terms, bands = m.words(900, 1, 3), [" ".join(m.words(m.r.choice([1, 2]), 2, 3)) for _ in range(700)]
    for entity in range(n):
        title, artist = " ".join(m.pick(terms, 15) for _ in range(m.r.randint(1, 5))), m.pick(bands, 15)
        album, year, length, number = " ".join(m.pick(terms, 15) for _ in range(m.r.randint(1, 3))), m.r.randint(1960, 2012), m.r.randint(90, 420), m.r.randint(1, 18)
        for i in range(m.r.choices([1, 2, 3, 4, 5], [5, 2, 2, 1, 1])[0]):
            style = m.r.randrange(5)
            row = {"number": f"{number:02d}" if style % 2 else str(number), "title": [title, f"{number:03d}-{title}", f"{title} - {album}", title.title(), f"{artist} - {title}"][style],
                   "length": [str(length), f"{length // 60}m {length % 60}sec", f"{length / 60:.3f}", str(length * 1000), ""][style], "artist": artist if style != 4 else "",
                   "album": album if m.chance(0.9) else "", "year": [str(year), f"'{year % 100:02d}", str(year), "", str(year)][style], "language": m.r.choice(["English", "Eng.", ""])}
            if m.chance(0.4):
                m.slips(row, 0.5)
            yield {"TID": None, "CID": entity, "SourceID": style + 1, **row, "entity": entity}


def transactions(m, n=8000):
    """Payments as the sender's and the receiver's bank book them: days later, less a fee, another memo."""
    terms = m.words(300, 2, 3)
    for entity in range(n):
        memo, day, amount = f"{m.pick(terms)} {m.pick(m.family)} {m.digits(5)}", m.day(2022, 2023), round(m.r.lognormvariate(5, 1.5), 2)
        yield "left", {"unique_id": f"o{entity}", "memo": memo, "transaction_date": day.isoformat(), "amount": amount, "entity": entity}
        late = day + datetime.timedelta(days=m.r.choices([0, 1, 2, 3, 5], [3, 4, 2, 1, 0.5])[0])
        words = memo.split()
        text = m.r.choice([memo, m.slip(memo), " ".join(words[1:]), memo[:10], words[1] + words[2]])
        yield "right", {"unique_id": f"d{entity}", "memo": text, "transaction_date": late.isoformat(), "amount": round(amount * (1 if m.chance(0.7) else m.r.uniform(0.97, 1.0)), 2), "entity": entity}


SETS = {"geco": geco, "email": email, "historical": historical, "voters": voters, "publications": publications, "citations": citations, "products": products,
        "software": lambda m: products(m, 1800, "title"), "places": places, "music": music, "transactions": transactions}


def write(path, rows, m):
    m.r.shuffle(rows)
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]))
        out.writeheader()
        for i, row in enumerate(rows):
            out.writerow({key: i + 1 if value is None else value for key, value in row.items()})


def make(folder, name, seed):
    """Files of a set, made where they are not there: left, right ('' for duplicates within one)."""
    one, two = os.path.join(folder, f"{name}.csv"), [os.path.join(folder, f"{name}_{side}.csv") for side in ("left", "right")]
    if os.path.exists(one):
        return one, ""
    if os.path.exists(two[1]):
        return tuple(two)
    m = Maker(f"{name} {seed}")
    rows = list(SETS[name](m))
    if isinstance(rows[0], tuple):
        for side, path in zip(("left", "right"), two):
            write(path, [row for where, row in rows if where == side], m)
        return tuple(two)
    write(one, rows, m)
    return one, ""


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder")
    ap.add_argument("--sets", default=",".join(SETS))
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    os.makedirs(a.folder, exist_ok=True)
    for name in a.sets.split(","):
        print(name, *make(a.folder, name, a.seed))


if __name__ == "__main__":
    main()
