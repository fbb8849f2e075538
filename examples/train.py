"""Trains a tiny neural network by gradient descent, with nothing but Python's standard library.

It shows what a job owes the scheduler, which is little: print progress, and save when asked to stop.
However often it is stopped or killed and started again, its last line is that of an undisturbed run.

Environment: EPOCHS, STEPS (per epoch), SECONDS_PER_STEP, CHECKPOINT_EVERY (steps), SEED.
Exit code: 0 when trained, 143 when SIGTERM came first (128 + 15: stopped, not finished).
"""

import hashlib, json, math, os, random, signal, sys, time

EPOCHS = int(os.environ.get("EPOCHS", "5"))
STEPS = int(os.environ.get("STEPS", "40"))
SECONDS_PER_STEP = float(os.environ.get("SECONDS_PER_STEP", "0.05"))
CHECKPOINT_EVERY = int(os.environ.get("CHECKPOINT_EVERY", "20"))
SEED = int(os.environ.get("SEED", "1"))
FOLDER = os.environ.get("SCHEDULEARN_CHECKPOINT_DIR", "checkpoint")
FILE = os.path.join(FOLDER, "model.json")
HIDDEN, BATCH, RATE = 8, 16, 1.0


def tell(**said):
    print(json.dumps({"schedulearn": said}), flush=True)


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
    """One step of gradient descent on a random batch: is a point inside the circle? Returns the mean loss."""
    gradients = [[0.0] * 4 for _ in weights]
    loss = 0.0
    for _ in range(BATCH):
        x, y, inside = rng.choice(points)
        hidden = [math.tanh(a * x + b * y + c) for a, b, c, _ in weights]
        guess = 1 / (1 + math.exp(-sum(h * w[3] for h, w in zip(hidden, weights))))
        loss -= math.log(max(1e-12, guess if inside else 1 - guess))
        error = guess - inside
        for gradient, h, w in zip(gradients, hidden, weights):
            back = error * w[3] * (1 - h * h)
            for i, amount in enumerate((back * x, back * y, back, error * h)):
                gradient[i] += amount
    for w, gradient in zip(weights, gradients):
        for i in range(4):
            w[i] -= RATE * gradient[i] / BATCH
    return loss / BATCH


stopping = False


def stop(*_):
    global stopping
    stopping = True


def pause(seconds):
    end = time.monotonic() + seconds
    while not stopping and time.monotonic() < end:
        time.sleep(max(0.0, min(0.05, end - time.monotonic())))


signal.signal(signal.SIGTERM, stop)
os.makedirs(FOLDER, exist_ok=True)
rng = random.Random(SEED)
points = [(x, y, x * x + y * y < 0.6) for x, y in ((rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(500))]
state = {"step": 0, "loss": None, "weights": [[rng.uniform(-1, 1) for _ in range(4)] for _ in range(HIDDEN)]}
if os.path.exists(FILE):
    state = load()

while state["step"] < EPOCHS * STEPS:
    epoch, step = divmod(state["step"], STEPS)
    started = time.monotonic()
    pause(SECONDS_PER_STEP)
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
