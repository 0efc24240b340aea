"""A mail server for tests, by aiosmtpd: answers by the recipient's address, prints each letter it takes as JSON.

    bounce@…   550 5.1.1      policy@…   550 5.7.1      later@…   451, as often as its number says (later2@…: twice)
    slow@…     answers after seconds                    everybody else   250

With a user and a password as arguments it takes letters of whoever signs in, and of nobody else.
"""

import asyncio
import json
import re
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self):
        self.refusals = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "bounce":
            return "550 5.1.1 no such user here"
        if name == "policy":
            return "550 5.7.1 we take nothing from you"
        if name == "slow":
            await asyncio.sleep(5)
        later = re.fullmatch(r"later(\d+)", name)
        if later and self.refusals.get(address, 0) < int(later[1]):
            self.refusals[address] = self.refusals.get(address, 0) + 1
            print(json.dumps({"refused": address}), flush=True)
            return "451 4.7.1 please try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "raw": envelope.content.decode("ascii")}
        print(json.dumps(letter), flush=True)
        return "250 OK"


async def main():
    wanted = [argument.encode() for argument in sys.argv[1:3]]

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=[data.login, data.password] == wanted, handled=False)

    handler = Handler()
    settings = {"enable_SMTPUTF8": True}
    if wanted:
        settings |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler, **settings), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


asyncio.run(main())
