"""The fictional customers of the demo: who they are, how they can be reached, and how much they get."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.model import JsonObject


class Customer(Struct, frozen=True):
    """One customer; `busy` is how many notifications the main environment holds for them."""

    user_id: str
    name: str
    company: str
    plan: str
    busy: int
    card: str = ""
    locale: str = "en"
    email: str = ""
    mobile: str = ""
    push: str = ""

    @property
    def meta(self) -> JsonObject:
        """What Neptune would know about them; empty facts are left out."""
        facts: JsonObject = {
            "name": self.name,
            "company": self.company,
            "plan": self.plan,
            "locale": self.locale,
            "card": self.card,
        }
        return {key: value for key, value in facts.items() if value}


CUSTOMERS = (
    Customer(
        "u-4711", "Rajiv Seelam", "Lumen Labs", "Business", 118, "4242",
        email="rajiv@lumenlabs.example", mobile="+919900112233",
    ),
    Customer(
        "u-0815", "Greta Lindqvist", "Fjäll & Co", "Team", 34, "0077", locale="sv",
        email="greta@fjall.example", mobile="+46701234567", push="fcm:dK3-greta-iphone15",
    ),
    Customer(
        "u-3333", "Marcus Okafor", "Okafor Books", "Team", 43, "1881",
        email="marcus@okaforbooks.example", push="fcm:9xQ-marcus-pixel9",
    ),
    Customer("u-2001", "Dana Whitfield", "Discovery Ceramics", "Free", 1, email="dana@discovery.example"),
    Customer(
        "u-1024", "佐藤 美咲", "さくら文具店", "Team", 14, "3540", locale="ja",
        email="misaki@sakura-bungu.example", mobile="+81312345678",
    ),
    Customer("u-5150", "प्रिया शर्मा", "मसाला घर", "Free", 12, "6011", locale="hi", mobile="+918800998877"),
    Customer("u-6060", "ليلى حداد", "دار الياسمين", "Team", 9, "5105", locale="ar", email="layla@yasmin.example"),
    Customer(
        "u-7007", "Zoë Brontë-Núñez 🌱", "Grünzeug GmbH", "Free", 11,
        email="zoe@gruenzeug.example", push="fcm:7aa-zoe-fairphone",
    ),
    Customer(
        "6f1c2b9e-52d4-4d0e-9a53-0c6c8c1f7a10", "Pedro Almeida", "Almeida Vinhos", "Business", 8, "8210",
        email="pedro@almeida.example", mobile="+351912345678", push="fcm:1cb-pedro-galaxy",
    ),
    Customer("88213", "Hanna Schäfer", "Schäfer Optik", "Free", 6),
    Customer("eu/4410", "Łukasz Wójcik", "Wójcik Rowery", "Team", 4, "9405", email="lukasz@rowery.example"),
    Customer("u-9001", "Noor van Dijk", "Van Dijk Fietsen", "Free", 0, email="noor@vandijk.example"),
)  # fmt: skip
