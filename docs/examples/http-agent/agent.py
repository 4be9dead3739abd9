"""An agent in Python, without any library: registers, works, reports, and does what the answers ask."""
import json, os, sys, time, urllib.error, urllib.request
URL = os.environ.get("MAINSTAY_URL", "http://127.0.0.1:7070") + "/api/v1/agents"
KEY = os.environ["MAINSTAY_KEY"]
ID = sys.argv[1] if len(sys.argv) > 1 else "price-sync"

def call(path, body):
    headers = {"Authorization": "Bearer " + KEY, "Content-Type": "application/json"}
    request = urllib.request.Request(URL + path, json.dumps(body, allow_nan=False).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)

def register():
    return call("", {"id": ID, "interval": "PT1S", "heartbeatInterval": "PT1S", "capabilities": ["prices"]})

lease, mode, sequence = register(), "running", 0
while mode != "shutdown":
    begin, working, sequence = time.monotonic(), mode == "running", sequence + 1
    # The work of one tick belongs here; it counts as failed when it throws.
    busy = (time.monotonic() - begin) * 1000
    heartbeat = {"sequence": sequence, "mode": mode, "ticks": int(working), "items": int(working), "busyMs": busy}
    report = {"fence": lease["fence"], "leaseToken": lease["leaseToken"], "heartbeat": heartbeat,
              "metrics": [{"name": "prices.pulled", "value": int(working), "unit": "count"}]}
    for given in call(f"/{ID}/heartbeat", report)["commands"]:
        modes = {"pause": "paused", "maintenance": "maintenance", "resume": "running", "shutdown": "shutdown"}
        mode = modes.get(given["command"], "running")
        if given["command"] == "restart":
            lease, sequence = register(), 0
    time.sleep(1 if mode != "shutdown" else 0)
call(f"/{ID}/heartbeat", {"fence": lease["fence"], "leaseToken": lease["leaseToken"], "heartbeat": {"mode": mode}})
