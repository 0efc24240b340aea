"""What schemathesis acts with (SCHEMATHESIS_HOOKS): sellers with tokens of every scope, their products, and rooms.

Half of the ids that it makes up are taken for ones that there are, so that more than "not found" is seen; and each request
is somebody else's, so that it ends at no account's limit.
"""

import os
import random
import re
import uuid

import requests
import schemathesis

ORIGIN = os.environ["HAGGLE_ORIGIN"]
API = f"{ORIGIN}/api/v1"
SCOPES = ["profile", "products:read", "products:write", "chat:read", "chat:write", "notices", "push", "webhooks"]
PRODUCT = {
    "title": "Lamp",
    "price": {"amount_minor": 2500, "currency": "EUR"},
    "category": "home",
    "condition": "good",
    "place": "Lisbon",
}


class Person:
    def __init__(self, name):
        browser = requests.Session()
        form = {"name": name, "email": f"{uuid.uuid4()}@example.com", "password": "correct horse battery", "role": "seller"}
        answer = browser.post(f"{ORIGIN}/register", data=form, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        made = browser.post(f"{ORIGIN}/account/tokens", data={"name": "schemathesis", "days": "30", "scopes": SCOPES})
        self.token = re.search(r"hg_pat_[\w-]{43}", made.text).group()
        self.seller = self.ask("get", "/me").json()["seller"]["id"]
        self.products = [self.ask("post", "/products", PRODUCT).json()["id"] for _ in range(3)]

    def ask(self, method, path, body=None):
        answer = requests.request(method, API + path, json=body, headers={"authorization": f"Bearer {self.token}"})
        assert answer.ok, (method, path, answer.status_code, answer.text)
        return answer


PEOPLE = [Person(name) for name in ["Ana", "Bea", "Carlos", "Dina", "Elias", "Fatima"]]
ROOMS = []
for person, other in zip(PEOPLE, PEOPLE[1:] + PEOPLE[:1]):
    room = person.ask("put", f"/products/{other.products[0]}/room").json()["id"]
    ROOMS.append((room, person, other))
    words = {"client_id": str(uuid.uuid4()), "body": "Is it still there?", "product_id": other.products[0]}
    person.ask("post", f"/rooms/{room}/messages", words)


@schemathesis.hook
def before_call(context, case, kwargs):
    chance = random.Random(repr((case.path, case.path_parameters, case.query, case.body)))
    person = chance.choice(PEOPLE)
    parameters = case.path_parameters or {}
    if chance.random() < 0.5:
        if "room" in parameters:
            parameters["room"], person, _ = chance.choice(ROOMS)
        elif "{id}" in case.path and "/products/" in case.path:
            # One's own, mostly, and never all of them.
            parameters["id"] = chance.choice(person.products + PEOPLE[0].products)
        elif "{id}" in case.path and "/sellers/" in case.path:
            parameters["id"] = chance.choice(PEOPLE).seller
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {person.token}"}
