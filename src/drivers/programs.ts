import type { RunOrder } from "../core/command.ts";
import { startsMembers } from "../core/job-spec.ts";
import { DISCOVER_HOSTS } from "./environment.ts";

/** A program that a run finds beside `allocation.json`; its name may hold a folder. */
export interface RunProgram {
  readonly name: string;
  readonly text: string;
}

export function programsOf({ spec, on }: RunOrder): readonly RunProgram[] {
  const discover = { name: "discover_hosts.sh", text: DISCOVER_HOSTS };
  if (!startsMembers(spec) || on.length === 1) return [discover];
  return [discover, { name: "bin/ssh", text: REACH_MEMBER }, { name: "bin/member", text: BE_MEMBER }];
}

/*
 * What a launcher takes for ssh, and what answers it on the other servers of the run. The member sends a random line; the
 * caller answers with its command and a digest of both under the key of the run, so that nobody else is let in. Then frames: a
 * letter, a length, and so many bytes; input one way, output, errors and the exit code the other. Python, which every image
 * with Horovod has; nothing beyond its own library.
 */
const FRAMES = `import hashlib, hmac, json, os, socket, struct, subprocess, sys, threading

KEY = os.environ["SCHEDULEARN_KEY"].encode()
MEMBERS = [entry.rsplit("=", 1) for entry in os.environ["SCHEDULEARN_MEMBERS"].split(",")]


def digest(challenge, command):
    return hmac.new(KEY, (challenge + command).encode(), hashlib.sha256).hexdigest()


def send(lock, stream, kind, data=b""):
    with lock:
        stream.write(kind + struct.pack(">I", len(data)) + data)
        stream.flush()


def receive(stream):
    head = stream.read(5)
    if len(head) < 5:
        return None, b""
    data = stream.read(struct.unpack(">I", head[1:])[0])
    return head[:1], data

`;

const REACH_MEMBER = `#!/usr/bin/env python3
# In place of ssh: runs a command on another server of this run, and on no other machine.
${FRAMES}
WITH_VALUE = set("-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w".split())


def skip_options(words):
    while words and words[0].startswith("-"):
        if words.pop(0) in WITH_VALUE and words:
            words.pop(0)


def main():
    words = sys.argv[1:]
    skip_options(words)
    host = words.pop(0).rsplit("@", 1)[-1] if words else ""
    skip_options(words)
    command = " ".join(words)
    ports = dict((name, int(port)) for name, port in MEMBERS)
    if host not in ports:
        sys.exit("ssh: %s is no server of this run, which has %s" % (host, ", ".join(ports)))
    if host == MEMBERS[int(os.environ["NODE_RANK"])][0]:
        os.execv("/bin/sh", ["/bin/sh", "-c", command])
    try:
        connection = socket.create_connection((host, ports[host]), timeout=30)
    except OSError as error:
        sys.stderr.write("ssh: the member on %s does not answer: %s\\n" % (host, error))
        return 255
    connection.settimeout(None)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    stream, lock = connection.makefile("rwb"), threading.Lock()
    challenge = stream.readline().decode().strip()
    request = {"command": command, "digest": digest(challenge, command)}
    stream.write((json.dumps(request) + "\\n").encode())
    stream.flush()

    def forward():
        try:
            while True:
                data = os.read(0, 65536)
                send(lock, stream, b"i" if data else b"c", data)
                if not data:
                    return
        except (OSError, ValueError):
            pass

    threading.Thread(target=forward, daemon=True).start()
    while True:
        kind, data = receive(stream)
        if kind == b"o":
            os.write(1, data)
        elif kind == b"e":
            os.write(2, data)
        elif kind == b"x":
            return struct.unpack(">i", data)[0] & 255
        else:
            sys.stderr.write("ssh: the member on %s is gone\\n" % host)
            return 255


code = main()
sys.stdout.flush()
os._exit(code)
`;

const BE_MEMBER = `#!/usr/bin/env python3
# Lets the launcher of this run start its processes here.
import signal
${FRAMES}
children = set()


def serve(connection):
    stream, lock = connection.makefile("rwb"), threading.Lock()
    challenge = os.urandom(16).hex()
    try:
        stream.write((challenge + "\\n").encode())
        stream.flush()
        connection.settimeout(30)
        request = json.loads(stream.readline(1 << 20))
        connection.settimeout(None)
        if not hmac.compare_digest(request["digest"], digest(challenge, request["command"])):
            return
        run(request["command"], stream, lock)
    except (OSError, ValueError, KeyError):
        pass
    finally:
        connection.close()


def run(command, stream, lock):
    pipe = subprocess.PIPE
    child = subprocess.Popen(["/bin/sh", "-c", command], stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    children.add(child.pid)

    def forward(kind, source):
        try:
            while True:
                data = os.read(source.fileno(), 65536)
                if not data:
                    return
                send(lock, stream, kind, data)
        except (OSError, ValueError):
            pass

    def listen():
        while True:
            try:
                kind, data = receive(stream)
                if kind == b"i":
                    child.stdin.write(data)
                    child.stdin.flush()
                elif kind == b"c":
                    child.stdin.close()
                else:
                    kill(child.pid, signal.SIGTERM)  # the launcher is gone
                    return
            except (OSError, ValueError):
                kill(child.pid, signal.SIGTERM)
                return

    readers = [threading.Thread(target=forward, args=each, daemon=True) for each in ((b"o", child.stdout), (b"e", child.stderr))]
    for reader in readers:
        reader.start()
    threading.Thread(target=listen, daemon=True).start()
    code = child.wait()
    for reader in readers:
        reader.join(1)  # what it left in the background may keep its output open
    children.discard(child.pid)
    send(lock, stream, b"x", struct.pack(">i", 128 - code if code < 0 else code))


def kill(group, number):
    try:
        os.killpg(group, number)
    except OSError:
        pass


def end(number, _frame):
    for group in list(children):
        kill(group, number)
    os._exit(128 + number)


for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, end)
host, port = MEMBERS[int(os.environ["NODE_RANK"])]
listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    listener.bind((host, int(port)))
except OSError:  # others see it under an address that is not its own
    listener.bind(("", int(port)))
listener.listen(64)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
`;
