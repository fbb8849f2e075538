"""
A stand-in for horovodrun that honours its documented contract: `-np N -H host:slots,…`, or `--min-np --max-np
--host-discovery-script`, which it asks again and again. It reaches other hosts by ssh, numbers the processes, passes on what they
print behind `[1,rank]<stdout>:`, ends all when one fails, and begins anew with other numbers when the hosts change.
"""
import os
import shlex
import socket
import subprocess
import sys
import threading
import time


def parse(words):
    options = {}
    while words and words[0].startswith("-"):
        name = words.pop(0)
        options[name.lstrip("-")] = words.pop(0)
    return options, words


options, command = parse(sys.argv[1:])
script = options.get("host-discovery-script")


def hosts():
    text = subprocess.run([script], check=True, capture_output=True, text=True).stdout if script else options["H"].replace(",", "\n")
    return sorted((host, int(slots)) for host, slots in (line.rsplit(":", 1) for line in text.split()))


def own(host):
    try:
        with socket.socket() as probe:
            probe.bind((host, 0))
        return True
    except OSError:
        return False


def forward(rank, stream):
    for line in stream:
        sys.stdout.write(f"[1,{rank}]<stdout>:{line}")
        sys.stdout.flush()


def begin(places):
    size = min(sum(slots for _, slots in places), int(options.get("max-np", options["np"])))
    running, rank = [], 0
    for cross, (host, slots) in enumerate(places):
        for local in range(slots):
            if rank == size:
                break
            numbers = {"RANK": rank, "SIZE": size, "LOCAL_RANK": local, "LOCAL_SIZE": slots, "CROSS_RANK": cross}
            words = " ".join(f"HOROVOD_{name}={number}" for name, number in numbers.items())
            line = f"cd {shlex.quote(os.getcwd())} >/dev/null 2>&1; {words} {shlex.join(command)}"
            reach = ["/bin/sh", "-c", line] if own(host) else ["ssh", "-o", "PasswordAuthentication=no", "-o", "StrictHostKeyChecking=no", host, line]
            process = subprocess.Popen(reach, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            reader = threading.Thread(target=forward, args=(rank, process.stdout), daemon=True)
            reader.start()
            running.append((process, reader))
            rank += 1
    return running


def end(running):
    for process, _ in running:
        process.terminate()
    for process, reader in running:
        process.wait()
        reader.join(5)


known = hosts()
running = begin(known)
asked = time.monotonic()
while True:
    codes = [process.poll() for process, _ in running]
    if any(codes):
        end(running)
        sys.exit(next(code for code in codes if code) & 255)
    if all(code == 0 for code in codes):
        for _, reader in running:
            reader.join(5)
        sys.exit(0)
    if script and time.monotonic() - asked > 0.5:
        asked, found = time.monotonic(), hosts()
        if found != known:
            end(running)
            known, running = found, begin(found)
    time.sleep(0.05)
