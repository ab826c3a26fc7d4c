"""Made-up members, providers and practices. No name, number or address here belongs to a real person by intent:
phones are 555 numbers, ids and NPIs are random digits of the right form."""

import datetime as dt
from dataclasses import dataclass, replace

FIRST = """Adela Amos Anjali Annika Arturo Benita Bao Beatriz Calvin Celia Clifton Dalia Damian Delfina Dolores Earl Edgar Eloise
Emilio Esther Fabian Fatima Felix Fernanda Gaoly Genevieve Gilbert Gloria Hai Harold Hector Herlinda Ignacio Imelda Irene Isaac
Jasmine Joaquin Josefina Kalia Karina Keng Kiran Leonel Leticia Lian Lorenzo Lucinda Marcus Marisol Maxine Mayra Meng Mireya
Nalani Norma Octavio Olga Orlando Pahoua Pedro Priya Quentin Ramona Ray Renata Rodrigo Roxanne Rufino Salvador Sandeep Sarita
Selma Sheng Silvia Simran Sofia Stella Tomas Tua Ursula Vicente Viola Walter Wendell Xiomara Yolanda Youa Zachary Zoila""".split()
LAST = """Acevedo Alvarado Amaya Arreola Ballesteros Barajas Bautista Becerra Benning Bhatt Bui Burgess Cardenas Carrillo Cervantes
Chang Cha Coleman Cordova Dang Dhillon Dominguez Duong Escobar Estrada Fagundes Farias Fischer Fletcher Fonseca Gallardo Gill
Grewal Guerrero Hawkins Her Herrera Hinojosa Holt Huynh Ibarra Jimenez Kang Khang Kue Leung Lozano Magana Mahoney Maldonado
Mangubat Medrano Mejia Moreno Navarro Nguyen Nunez Ochoa Olivares Padilla Paz Pelayo Pulido Quintero Ramos Rangel Renteria
Rocha Rosales Saechao Salcedo Sandhu Santana Serrano Silva Solis Sotelo Stewart Tapia Thor Trujillo Urena Valadez Vargas Vega
Villalobos Vue Whitaker Xiong Yang Zamora Zavala Zepeda""".split()
HMONG_FIRST = "Bao Gaoly Kalia Keng Maiyer Meng Pahoua Sheng Tua Youa Chong Fong Ka Nhia Xai Zoua".split()
HMONG_LAST = "Cha Her Kue Thor Vue Xiong Yang Khang Saechao".split()
SPANISH_LAST = [name for name in LAST if name[-1] in "aozs" and name not in HMONG_LAST and name not in ("Fischer", "Hawkins", "Burgess")]
ACCENTED = {"Nunez": "Núñez", "Urena": "Ureña", "Magana": "Magaña", "Jimenez": "Jiménez", "Cordova": "Córdova", "Cardenas": "Cárdenas",
            "Mejia": "Mejía", "Dominguez": "Domínguez", "Tomas": "Tomás", "Sofia": "Sofía", "Joaquin": "Joaquín", "Hector": "Héctor"}
STREETS = """Alder Bayberry Calle Estrella|Capitola Rd|Cypress Ave|Del Monte Way|East Lake Ave|Fern Ct|Freight St|G St|Harkins Rd|Juniper Dr
|Laurel Ln|Main St|Mesa Verde Dr|Olive Ave|Orchard Ave|Pajaro St|Rogge Ln|San Juan Rd|Soquel Dr|Sycamore St|Walnut Ave|Yosemite Pkwy""".replace("\n", "").split("|")
CITIES = [("Watsonville", "95076"), ("Salinas", "93905"), ("Merced", "95340"), ("Hollister", "95023"), ("Santa Cruz", "95060"), ("Seaside", "93955"),
          ("Atwater", "95301"), ("Soledad", "93960"), ("Mariposa", "95338"), ("Livingston", "95334"), ("Greenfield", "93927"), ("San Juan Bautista", "95045")]
PRACTICES = """Bayside Internal Medicine|Cannery Row Family Practice|Central Coast Pediatrics|Clinica del Pueblo|Elkhorn Primary Care|Foothill Health Partners
|Gabilan Medical Group|La Selva Women and Family Health|Loma Prieta Family Medicine|Mission Trails Clinic|Pajaro Valley Doctors|Pinnacle Community Health
|Redwood Family Physicians|Sierra Vista Medical Office|Yosemite Gateway Clinic""".replace("\n", "").split("|")
CREDENTIALS = ["MD", "MD", "MD", "DO", "NP", "PA-C", "M.D.", "FNP", ""]
CIN_LETTERS = "ACDEFGHMNTUVWXYZ"


@dataclass(frozen=True)
class Member:
    first: str
    last: str
    id: str
    dob: dt.date
    phone: str
    address: str
    city: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True)
class Provider:
    name: str
    npi: str
    phone: str
    fax: str
    practice: str
    address: str
    city: str
    contact: str
    tin: str


def cin(rng) -> str:
    return "9" + "".join(rng.choice("0123456789") for _ in range(7)) + rng.choice(CIN_LETTERS)


def npi_is_sound(npi: str) -> bool:
    """Luhn over 80840 and the ten digits."""
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        n = int(digit) * (2 if place % 2 else 1)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def npi(rng) -> str:
    body = rng.choice("12") + "".join(rng.choice("0123456789") for _ in range(8))
    return next(body + d for d in "0123456789" if npi_is_sound(body + d))


def broken_npi(rng) -> str:
    good = npi(rng)
    at = rng.randrange(1, 10)
    bad = good[:at] + rng.choice([d for d in "0123456789" if d != good[at]]) + good[at + 1:]
    return bad


def phone(rng) -> str:
    """Ten digits; the 555 exchange is kept for fiction."""
    return rng.choice(["831", "209", "408"]) + "555" + f"{rng.randrange(100, 9999):04d}"


def day(rng, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=rng.randrange((last - first).days + 1))


def member(rng, accents=0.04, two_surnames=0.12, last=None, child=False) -> Member:
    if rng.random() < 0.15 and last is None:
        first, last = rng.choice(HMONG_FIRST), rng.choice(HMONG_LAST)
    else:
        first, last = rng.choice(FIRST), last or rng.choice(LAST)
        if rng.random() < two_surnames and last in SPANISH_LAST:
            last = f"{last} {rng.choice([n for n in SPANISH_LAST if n != last])}"
    if rng.random() < 0.06:
        first += " " + rng.choice("ABCDEFGHJKLMNPRST") + rng.choice(["", "."])
    if rng.random() < accents:
        first = " ".join(ACCENTED.get(part, part) for part in first.split())
        last = " ".join(ACCENTED.get(part, part) for part in last.split())
    city, zip_code = rng.choice(CITIES)
    born = day(rng, dt.date(2009, 1, 1), dt.date(2025, 6, 1)) if child else day(rng, dt.date(1938, 1, 1), dt.date(2020, 12, 28))
    return Member(first, last, cin(rng), born, phone(rng), f"{rng.randrange(11, 4900)} {rng.choice(STREETS)}", f"{city}, CA {zip_code}")


def sibling(rng, of: Member, twin=False) -> Member:
    """Same surname, phone and address; a twin also shares the birth date and the first letter of the name."""
    pool = [n for n in FIRST if n[0] == of.first[0] and n != of.first.split()[0]] if twin else []
    first = rng.choice(pool or [n for n in FIRST if n != of.first.split()[0]])
    return replace(of, first=first, id=cin(rng), dob=of.dob if twin else day(rng, dt.date(2005, 1, 1), dt.date(2024, 6, 1)))


def provider(rng) -> Provider:
    city, zip_code = rng.choice(CITIES)
    credential = rng.choice(CREDENTIALS)
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    if rng.random() < 0.15:
        name = "Dr. " + name
    elif credential:
        name += rng.choice([", ", ", ", " "]) + credential
    return Provider(name, npi(rng), phone(rng), phone(rng), rng.choice(PRACTICES), f"{rng.randrange(11, 2900)} {rng.choice(STREETS)}", f"{city}, CA {zip_code}",
                    rng.choice(FIRST), f"{rng.randrange(10, 99)}-{rng.randrange(1000000, 9999999)}")
