"""A consumer of a group over HTTP, in Python 3.9 or newer without any library: claims messages, handles them, and says
how each ended."""
import json
import os
import sys
import time
import urllib.error
import urllib.request

GROUP = sys.argv[1] if len(sys.argv) > 1 else "billing"
URL = os.environ.get("MAINSTAY_URL", "http://127.0.0.1:7070") + "/api/v1/message-groups/" + GROUP + "/"
HEADERS = {"Authorization": "Bearer " + os.environ["MAINSTAY_KEY"], "Content-Type": "application/json"}


def call(verb, body):
    request = urllib.request.Request(URL + verb, json.dumps(body).encode(), HEADERS)
    with urllib.request.urlopen(request, timeout=90) as answer:
        return json.loads(answer.read() or "{}")


def handle(message):
    """The work of one message belongs here; it comes again later when this raises."""
    if message["body"]["amount"] < 0:
        raise ValueError(f"amount must not be negative, was {message['body']['amount']}")
    print("billed", message["body"]["order"], flush=True)


while True:
    try:
        claimed = call("claim", {"max": 10, "wait": "PT30S"})
        given_back = set()
        for delivered in claimed["messages"]:
            position = delivered["message"]["position"]
            if position in given_back:
                continue  # behind one of its sender that failed; both come again
            held = {"leaseToken": claimed["leaseToken"]}
            try:
                handle(delivered["message"])
                call("ack", {**held, "positions": [position]})
            except ValueError as error:
                failed = call("fail", {**held, "position": position, "error": str(error)})
                given_back.update(failed["givenBack"])
    except urllib.error.HTTPError as error:  # 409: the lease is over, and others have the rest
        print("refused:", error.code, error.read().decode(), flush=True)
        time.sleep(1)
    except OSError as error:
        print("no answer, again in five seconds:", error, flush=True)
        time.sleep(5)
