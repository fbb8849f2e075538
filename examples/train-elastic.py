"""Trains a small model with whatever it is granted, and changes size while it runs: plain Python, standard library only.

A step is the same work at any size and only takes less time. So the last line is that of an undisturbed run, whatever the sizes on
the way: told of another size while it runs (elasticity live), or stopped and started again with another size (restart).

Environment: EPOCHS, STEPS (per epoch), SECONDS_PER_STEP (with one GPU or core), CHECKPOINT_EVERY (steps), SEED.
Exit code: 0 when trained, 143 when SIGTERM came first (128 + 15: stopped, not finished).
"""

import hashlib, json, math, os, random, signal, sys, time

EPOCHS = int(os.environ.get("EPOCHS", "5"))
STEPS = int(os.environ.get("STEPS", "40"))
SECONDS_PER_STEP = float(os.environ.get("SECONDS_PER_STEP", "0.2"))
CHECKPOINT_EVERY = int(os.environ.get("CHECKPOINT_EVERY", "20"))
SEED = int(os.environ.get("SEED", "1"))
FILE = os.path.join(os.environ.get("SCHEDULEARN_CHECKPOINT_DIR", "checkpoint"), "model.json")
GRANT = os.path.join(os.environ.get("SCHEDULEARN_DIR", "/schedulearn"), "allocation.json")
BATCH, RATE = 16, 0.5

stopping, resized, size = False, True, 1


def on_stop(*_):
    global stopping
    stopping = True


def on_resize(*_):
    global resized
    resized = True


def tell(**said):
    print(json.dumps({"schedulearn": said}), flush=True)


def take_over():
    """Between two steps: from here on it keeps to the present grant. Started by hand, it has one core and no grant."""
    global resized, size
    resized = False  # first: a change while it reads is read at the next step
    if not os.path.exists(GRANT):
        return
    with open(GRANT) as file:
        grant = json.load(file)
    size = max(1, grant["gpus"] or grant["cores"])
    print(f"size {size}, generation {grant['generation']}", flush=True)
    if grant["generation"] > 1:
        tell(generation=grant["generation"])  # what it had before and has no more is free for others at once


def save(state):
    state["rng"] = rng.getstate()
    with open(FILE + ".new", "w") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(FILE + ".new", FILE)  # at no moment is there half a checkpoint
    tell(checkpoint={"step": state["step"]})


def load():
    with open(FILE) as file:
        state = json.load(file)
    version, words, gauss = state["rng"]
    rng.setstate((version, tuple(words), gauss))
    print(f"resumed at step {state['step']}, {os.environ.get('SCHEDULEARN_START_REASON', 'by hand')}", flush=True)
    return state


def train_step(weights):
    """One step of logistic regression: is a point above the line? Summed in the order of the batch, so to the same last bit."""
    gradient, loss = [0.0, 0.0, 0.0], 0.0
    for _ in range(BATCH):
        x, y = rng.uniform(-1, 1), rng.uniform(-1, 1)
        above = y > 0.5 * x + 0.1
        guess = 1 / (1 + math.exp(-sum(w * i for w, i in zip(weights, (x, y, 1)))))
        loss -= math.log(max(1e-12, guess if above else 1 - guess))
        gradient = [g + (guess - above) * i for g, i in zip(gradient, (x, y, 1))]
    weights[:] = [w - RATE * g / BATCH for w, g in zip(weights, gradient)]
    return loss / BATCH


def pause(seconds):
    end = time.monotonic() + seconds
    while not stopping and time.monotonic() < end:
        time.sleep(max(0.0, min(0.05, end - time.monotonic())))


signal.signal(signal.SIGTERM, on_stop)
for name in (signal.SIGCONT, signal.SIGUSR1):  # whichever of them is the spec's resizeSignal
    signal.signal(name, on_resize)
os.makedirs(os.path.dirname(FILE) or ".", exist_ok=True)
rng = random.Random(SEED)
state = {"step": 0, "loss": None, "weights": [rng.uniform(-1, 1) for _ in range(3)]}
if os.path.exists(FILE):
    state = load()

while state["step"] < EPOCHS * STEPS:
    if resized:
        take_over()
    epoch, step = divmod(state["step"], STEPS)
    started = time.monotonic()
    pause(SECONDS_PER_STEP / size)
    if stopping:
        save(state)
        sys.exit(143)
    state["loss"] = train_step(state["weights"])
    state["step"] += 1
    speed = round(BATCH / (time.monotonic() - started), 1)
    tell(epoch=epoch + 1, epochs=EPOCHS, step=step + 1, steps=STEPS, samples_per_s=speed, metrics={"loss": state["loss"]})
    if state["step"] % CHECKPOINT_EVERY == 0 or state["step"] == EPOCHS * STEPS:
        save(state)

print(f"result {hashlib.sha256(json.dumps(state['weights']).encode()).hexdigest()} loss={state['loss']}", flush=True)
