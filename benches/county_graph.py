"""A generated county as a graph: families in villages, with the phones, accounts, addresses and enterprises they share."""
import numpy as np


def county(edges, seed=1):
    """Ends of about `edges` undirected edges, number of vertices, and how many of the edges, the first, are kinship.

    Per family of two generations: marriages, parents and children, siblings' families in the same and in neighbouring
    villages; each person's household, each household's address, account, phone; some phones of villages and dealers that
    many share; enterprises with their people. Vertices are numbered in the order of the villages.
    """
    rng = np.random.default_rng(seed)
    # So many edges a person come out of what follows.
    people = int(edges / 4.28)
    size = rng.choice([1, 2, 3, 4, 5, 6], p=[.16, .26, .24, .19, .10, .05], size=int(people / 2.95) + 1)
    households = len(size)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    people = int(size.sum())
    home = np.repeat(np.arange(households), size)
    place = np.arange(people) - first[home]
    a, b = [], []

    def add(x, y):
        a.append(np.asarray(x, dtype=np.int64))
        b.append(np.asarray(y, dtype=np.int64))

    head = first
    second = size >= 2
    add(head[second], head[second] + 1)  # marriage
    child = np.flatnonzero(place >= 2)
    add(child, first[home[child]])  # parents of children
    add(child, first[home[child]] + 1)
    # Heads and their spouses have parents in a household nearby; now and then far away.
    for who in (head, head[second] + 1):
        near = home[who] + rng.geometric(1 / 60, len(who)) * rng.choice([-1, 1], len(who))
        far = rng.random(len(who)) < .08
        near[far] = rng.integers(0, households, far.sum())
        near = np.clip(near, 0, households - 1)
        keep = (near != home[who]) & (rng.random(len(who)) < .8)
        add(who[keep], first[near[keep]])
        both = keep & (size[near] >= 2)
        add(who[both], first[near[both]] + 1)
    kin = sum(len(x) for x in a)
    # Households, addresses, accounts, phones, enterprises follow the people.
    household = people + np.arange(households)
    add(np.arange(people), household[home])
    address = household[-1] + 1 + np.arange(households)
    add(household, address)
    account = address[-1] + 1 + np.arange(households)
    add(household, account)
    phones = int(people * .45)
    owner = rng.random(people) < .6
    shared = rng.random(people) < .01
    own_phone = (np.arange(people) * .45).astype(np.int64)
    own_phone[shared] = (rng.zipf(1.5, shared.sum()) * 997) % phones
    phone = account[-1] + 1
    add(np.flatnonzero(owner), phone + own_phone[owner])
    enterprises = people // 60
    works = np.flatnonzero(rng.random(people) < .05)
    enterprise = phone + phones
    add(works, enterprise + rng.zipf(1.6, len(works)) * 31 % enterprises)
    ends = np.concatenate([np.concatenate(a), np.concatenate(b)])
    known = np.zeros(int(enterprise + enterprises), dtype=bool)
    known[ends] = True
    dense = (np.cumsum(known) - 1)[ends]
    half = len(dense) // 2
    return dense[:half], dense[half:], int(known.sum()), kin
