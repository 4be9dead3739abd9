"""A worker in Python, without any library: claims tasks, holds them while it works, and says how they ended."""
import json, os, sys, threading, time, urllib.error, urllib.request
URL = os.environ.get("MAINSTAY_URL", "http://127.0.0.1:7070") + "/api/v1/workers/"
KEY = os.environ["MAINSTAY_KEY"]
NAME, TYPES = sys.argv[1], sys.argv[2:] or ["send-invoice"]

def call(verb, body):
    headers = {"Authorization": "Bearer " + KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + verb, json.dumps(body, allow_nan=False).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 503 and verb != "claim":  # Away or busy, and nothing was stored: said again.
            time.sleep(int(error.headers.get("Retry-After", 5)))
            return call(verb, body)
        raise RuntimeError(f"{error.code} {error.read().decode()}") from None

class Task:
    def __init__(self, claimed):
        self.payload, self.steps, self.ended = claimed["payload"], claimed["steps"], threading.Event()
        self.held = {"task": claimed["id"], "leaseToken": claimed["leaseToken"], "fence": claimed["fence"]}
        self.position = -1
        threading.Thread(target=self.renew, daemon=True).start()

    def renew(self):
        while not self.ended.wait(10):  # A third of the lease; a call that fails leaves two more.
            try:
                call("renew", self.held | {"lease": "PT30S"})
            except Exception as error:
                print("not renewed:", error, flush=True)

    def step(self, name, work):
        """Runs work once and keeps its result; when the task runs again, it is there already."""
        self.position += 1
        if self.position < len(self.steps) and self.steps[self.position]["name"] == name:
            return self.steps[self.position]["result"]
        return call("step", self.held | {"position": self.position, "name": name, "result": work()})["step"]["result"]

def handle(task):  # The work of one task belongs here; it is tried again later when it throws.
    receipt = task.step("charge", lambda: {"receipt": "R-" + task.payload["number"]})
    time.sleep(task.payload.get("seconds", 0))
    return receipt

while True:
    try:
        claimed = call("claim", {"worker": NAME, "types": TYPES, "lease": "PT30S", "wait": "PT30S"})["tasks"]
    except (RuntimeError, OSError) as error:
        print("no answer, again in five seconds:", error, flush=True)
        time.sleep(5)
        continue
    for task in map(Task, claimed):
        try:
            ending = ("complete", {"result": handle(task)})
        except Exception as error:
            ending = ("fail", {"error": repr(error)})
        try:
            call(ending[0], task.held | ending[1])
        except (RuntimeError, OSError) as error:  # 409: the lease is over, and somebody else has the task.
            print("did not count:", error, flush=True)
        task.ended.set()
